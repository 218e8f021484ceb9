"""``classroom-edge library``: what a room has recorded, with its daemon or without."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge import lock
from classroom_edge.config import Config, load
from classroom_edge.library.catalogue import Catalogue, Scan
from classroom_edge.library.entry import ASKED_MOST, Entry, Page, Query
from classroom_edge.library.roots import roots_of
from classroom_edge.paths import DataFolder, default_data_folder, runtime_folder
from classroom_edge.store import Server, Store, StoreError, place_of
from classroom_edge.store.mending import Mended, mend
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2
DAY: Final = timedelta(days=1)

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for, as people say it: days, the last one included."""

    asked: str = ""
    teacher: str = ""
    subject: str = ""
    class_name: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def query(self, zone: ZoneInfo, limit: int) -> Query:
        """Ask it of the catalogue."""
        return Query(
            asked=self.asked,
            teacher=self.teacher,
            subject=self.subject,
            class_name=self.class_name,
            since=self.since.replace(tzinfo=zone) if self.since else None,
            until=(self.until + DAY).replace(tzinfo=zone) if self.until else None,
            limit=limit,
        )


def listed(
    room: Path, data: Path | None, wanted: Wanted, *, limit: int, as_json: bool, language: str
) -> int:
    """List recordings, the newest first. Gives 1 when the database cannot be used.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    if len(wanted.asked) > ASKED_MOST:
        return _complain("too-long", language, most=ASKED_MOST)
    config = load(room)
    zone = ZoneInfo(config.room.timezone)

    async def find(catalogue: Catalogue) -> Page:
        await catalogue.scan()
        return await catalogue.page(wanted.query(zone, limit))

    try:
        page = _with_catalogue(config, _folder(config, data), find)
    except StoreError as error:
        return _complain("store", language, text=error)
    if as_json:
        _print_json({"items": [_plain(one) for one in page.items], "total": page.total})
    else:
        Console().print(_table(page.items, zone, language))
        values = {"shown": len(page.items), "total": page.total}
        sys.stdout.write(words("cli").say("library.total", language, **values) + "\n")
    return GOOD


def rescan(room: Path, data: Path | None, *, as_json: bool, language: str) -> int:
    """Read every manifest again; a damaged database is mended where no daemon works with it.

    Gives 1 when the database cannot be used, or recordings cannot be read.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    folder = _folder(config, data)

    async def again(catalogue: Catalogue) -> tuple[Scan, tuple[str, ...]]:
        scan = await catalogue.scan(anew=True)
        return scan, catalogue.unreadable

    try:
        mended = _mended(config, folder)
        scan, unreadable = _with_catalogue(config, folder, again)
    except StoreError as error:
        return _complain("store", language, text=error)
    if as_json:
        _print_json(
            {
                "recordings": scan.recordings,
                "gone": scan.gone,
                "damaged": scan.damaged,
                "unreadable": unreadable,
                "database": _told(mended),
            }
        )
    else:
        _tell(scan, unreadable, mended, language)
    return FAILED if unreadable else GOOD


def _with_catalogue(
    config: Config, folder: DataFolder, work: Callable[[Catalogue], Awaitable[Found]]
) -> Found:
    """Do something with the catalogue of a room; beside its daemon, too. Raises StoreError."""

    async def work_open() -> Found:
        async with Store(place_of(config.store, folder)) as store:
            return await work(Catalogue(roots=roots_of(config, folder), store=store))

    return asyncio.run(work_open())


def _mended(config: Config, folder: DataFolder) -> Mended | None:
    """Mend the database where no daemon works with it. Raises StoreError."""
    place = place_of(config.store, folder)
    if isinstance(place, Server):
        return None
    runtime = runtime_folder(folder.path, config.room.id)
    with suppress(lock.RoomBusyError), lock.hold(runtime / "lock", config.room.id):
        return mend(place)
    return None


def _folder(config: Config, data: Path | None) -> DataFolder:
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    folder.make()
    return folder


def _table(entries: Iterable[Entry], zone: ZoneInfo, language: str) -> Table:
    """Set out recordings; a column that would be empty is left out."""
    names = ("when", "id", "title", "teacher", "class", "from", "length", "size", "state")
    rows = [_cells(one, zone, language) for one in entries]
    filled = [n for n in range(len(names)) if not rows or any(row[n] for row in rows)]
    table = Table(box=None, pad_edge=False)
    for name in (names[n] for n in filled):
        heading = words("cli").say(f"library.{name}", language)
        table.add_column(heading, overflow="fold", no_wrap=name in {"id", "when"})
    for row in rows:
        table.add_row(*(Text(row[n]) for n in filled))
    return table


def _cells(one: Entry, zone: ZoneInfo, language: str) -> tuple[str, ...]:
    minutes, seconds = divmod(round(one.duration_s), 60)
    return (
        f"{one.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        one.id,
        one.title,
        ", ".join(one.teachers),
        ", ".join(one.classes),
        one.school,
        f"{minutes}:{seconds:02}",
        f"{one.bytes / 1e6:.0f} MB",
        words("cli").say(f"library.state.{one.state}", language),
    )


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "started_at": entry.started_at.isoformat(),
        "title": entry.title,
        "subject": entry.subject,
        "teachers": entry.teachers,
        "classes": entry.classes,
        "duration_s": entry.duration_s,
        "bytes": entry.bytes,
        "state": entry.state,
        "tracks": entry.tracks,
        "marks": entry.marks,
        "gaps": entry.gaps,
        "held": entry.held,
        "consent": entry.consent,
        "edits": entry.edits,
        "problem": entry.problem,
        "school": entry.school,
    }


def _told(mended: Mended | None) -> dict[str, object] | None:
    if mended is None:
        return None
    return {
        "problem": mended.problem,
        "aside": str(mended.aside or ""),
        "copied_at": mended.copied_at.isoformat() if mended.copied_at else None,
    }


def _tell(scan: Scan, unreadable: Iterable[str], mended: Mended | None, language: str) -> None:
    say = words("cli").say
    if mended is not None:
        key = "library.mended" if mended.copied_at else "library.lost"
        at = f"{mended.copied_at:%Y-%m-%d %H:%M} UTC" if mended.copied_at else ""
        sys.stdout.write(say(key, language, file=mended.aside or "-", at=at) + "\n")
    sys.stdout.write(say("library.scanned", language, number=scan.recordings) + "\n")
    for id_ in scan.damaged:
        sys.stdout.write(words("library").say("aside", language, recording=id_) + "\n")
    for id_ in unreadable:
        sys.stdout.write(
            words("library").say("manifest-lost.problem", language, recording=id_) + "\n"
        )


def _print_json(said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")


def _complain(key: str, language: str, **values: object) -> int:
    sys.stderr.write(words("cli").say(f"library.{key}", language, **values) + "\n")
    return WRONG if key == "too-long" else FAILED
