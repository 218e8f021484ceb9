"""``classroom-edge direct``: what the director's rules would make of a recording, and why."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.config import load
from classroom_edge.config.models import SourceConfig
from classroom_edge.services.directing import board_in, role_in, rules_of
from classroom_edge.words import words
from classroom_media.api import MediaError
from classroom_media.direct.dry_run import DryRun, dry_run, sources_of
from classroom_media.direct.engine import Shot
from classroom_media.direct.lanes import Say
from classroom_media.direct.motion import Region
from classroom_media.direct.signs import Role
from classroom_media.direct.timeline import clock, write_timeline
from classroom_media.record.manifest import read_manifest

GOOD, FAILED, WRONG = 0, 1, 2
ROLES: Final = ", ".join(Role)


def direct(
    recording: Path,
    *,
    dry: bool,
    roles: Sequence[str],
    boards: Sequence[str],
    room: Path | None,
    png: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Direct a recording's isolated tracks by rules and print the shots; nothing is changed.

    With a `room`, roles, boards and rules are those of its room.toml, where nothing else is said.
    Gives 1 when the recording cannot be read, 2 when something was asked for that there is not.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    say = _saying(language)
    config = load(room) if room else None
    known = config.sources if config else ()
    errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    if not dry:
        errors.print(say("only-dry"), markup=False)
        return WRONG
    folder = recording.parent if recording.is_file() else recording
    try:
        told = dict(_role(given, say) for given in roles)
        places = dict(_board(given, say) for given in boards)
        _check({*told, *places}, folder, say)
    except ValueError as error:
        errors.print(str(error), markup=False)
        return WRONG
    except MediaError as error:
        errors.print(str(error), markup=False)
        return FAILED
    try:
        with errors.status("") as status:
            run = dry_run(
                folder,
                rules=rules_of(config) if config else None,
                roles={one.id: role_in(one) for one in known} | told,
                boards={one.id: region for one in known if (region := _region(one))} | places,
                progress=lambda track: status.update(say("looking", track=track)),
            )
        if png:
            write_timeline(run, png, say)
    except MediaError as error:
        errors.print(str(error), markup=False)
        return FAILED
    if as_json:
        sys.stdout.write(json.dumps(_plain(run), ensure_ascii=False, indent=2) + "\n")
    else:
        Console(highlight=False).print(_table(run, say))
    return GOOD


def _saying(language: str) -> Say:
    def say(key: str, /, **values: object) -> str:
        return words("direct").say(key, language, **values)

    return say


def _role(given: str, say: Say) -> tuple[str, Role]:
    """Read SOURCE=ROLE.

    Raises:
        ValueError: that is not how it is spelled; the text says so.
    """
    source, _, role = given.partition("=")
    if not source or role not in {*Role}:
        raise ValueError(say("not-a-role", given=given, roles=ROLES))
    return source, Role(role)


def _board(given: str, say: Say) -> tuple[str, Region]:
    """Read SOURCE=X,Y,WIDTH,HEIGHT, in fractions of the picture.

    Raises:
        ValueError: that is not how it is spelled; the text says so.
    """
    source, _, numbers = given.partition("=")
    try:
        x, y, width, height = (float(number) for number in numbers.split(","))
        region = Region(x, y, width, height)
    except ValueError as error:
        raise ValueError(say("not-a-board", given=given)) from error
    if not source or not region.lies_inside:
        raise ValueError(say("not-a-board", given=given))
    return source, region


def _region(source: SourceConfig) -> Region | None:
    board = board_in(source)
    return Region(board.x, board.y, board.width, board.height) if board else None


def _check(named: set[str], folder: Path, say: Say) -> None:
    """Look whether there are such sources.

    Raises:
        ValueError: there is none of that name; the text says so.
        RecordError: there is no recording.
    """
    there = {source.id for source in sources_of(read_manifest(folder), {})}
    if unknown := ", ".join(sorted(named - there)):
        ids = ", ".join(sorted(there))
        raise ValueError(say("no-such-source", source=unknown, sources=ids))


def _table(run: DryRun, say: Say) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column, justify in (("number", "right"), ("at", "right"), ("length", "right")):
        table.add_column(say(f"column.{column}"), justify=justify)  # type: ignore[arg-type]
    table.add_column(say("column.shows"))
    table.add_column(say("column.reason"), overflow="fold")
    for number, shot in enumerate(run.shots):
        length_s = f"{run.length_s(number):.1f}"
        cells = (str(number + 1), clock(shot.at_s), length_s, _shown(shot), _reason(shot, say))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _shown(shot: Shot) -> str:
    sources = " + ".join(shot.layout.sources)
    return sources if shot.layout.name == "single" else f"{sources} ({shot.layout.name})"


def _reason(shot: Shot, say: Say) -> str:
    return say(f"reason.{shot.reason.key}", **shot.reason.values)


def _plain(run: DryRun) -> dict[str, object]:
    return {
        "title": run.title,
        "started_at": run.started_at.isoformat(),
        "duration_s": run.duration_s,
        "sources": [
            {"id": source.id, "role": source.role, "picture": source.picture}
            for source in run.sources
        ],
        "shots": [
            {
                "at_s": round(shot.at_s, 3),
                "length_s": round(run.length_s(number), 3),
                "layout": shot.layout.name,
                "sources": shot.layout.sources,
                "forced": shot.forced,
                "reason": {
                    "key": shot.reason.key,
                    "values": shot.reason.values,
                    "words": words("direct").both(
                        f"reason.{shot.reason.key}", **shot.reason.values
                    ),
                },
            }
            for number, shot in enumerate(run.shots)
        ],
    }
