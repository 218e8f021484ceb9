"""``classroom-edge export``: a package for a platform, sound alone, or slides alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from classroom_edge.commands.recorded import recorded
from classroom_edge.library.editing.facts import facts_of
from classroom_edge.library.editing.files import SUFFIXES
from classroom_edge.library.editing.jobs import Job, Kind
from classroom_edge.library.editing.workshop import Workshop
from classroom_edge.library.folders import Folders
from classroom_edge.library.roots import Roots
from classroom_edge.room import Refused
from classroom_edge.words import words
from classroom_media.api import MediaError
from classroom_media.edit.carry_out import carry_out
from classroom_media.edit.orders import Order

GOOD, FAILED, WRONG = 0, 1, 2
WHOLE: Final = 1000  # of the bar


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for."""

    kind: str  # "package" | "sound" | "slides"
    out: Path
    edit: str = ""  # "" = the whole recording
    school: str = ""  # for the card and the metadata


def export(
    recording: str, wanted: Wanted, *, data: Path | None, as_json: bool, language: str
) -> int:
    """Write it; give 0, 1 when it cannot be made, 2 for what cannot be meant."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    wrong = _wrong(wanted)
    if wrong:
        console.print(words("cli").say(wrong, language, out=wanted.out), markup=False)
        return WRONG
    try:
        _carried_out(_order(recording, wanted, data, language), console)
    except Refused as no:
        console.print(no.words[language], markup=False)
        return WRONG
    except (MediaError, OSError) as error:
        console.print(str(error), markup=False)
        return FAILED
    _tell(wanted.out, as_json=as_json, language=language)
    return GOOD


def _wrong(wanted: Wanted) -> str:
    """Say what is wrong with the name of what is to be written, if anything."""
    if wanted.kind == Kind.SOUND:
        return "" if wanted.out.suffix == SUFFIXES[Kind.SOUND] else "export.m4a"
    return "export.there" if wanted.out.is_dir() else ""


def _order(recording: str, wanted: Wanted, data: Path | None, language: str) -> Order:
    folder = recorded(recording, data)
    place = (folder or Path(recording)).resolve()
    folders = Folders(Roots(place.parent))
    workshop = Workshop(
        folders=folders,
        facts=partial(facts_of, folders, school=wanted.school, zone=None),
        language=language,
    )
    job = Job(
        number=0,
        recording=place.name,
        kind=Kind(wanted.kind),
        edit=wanted.edit,
        at=datetime.now(UTC),
        by="cli",
    )
    return workshop.order(job, wanted.out.absolute())


def _carried_out(order: Order, console: Console) -> None:
    """Make it, and show how far it is where somebody looks. Raises MediaError."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=WHOLE)
        carry_out(order, lambda share: bar.update(task, completed=share * WHOLE))


def _tell(out: Path, *, as_json: bool, language: str) -> None:
    files = sorted(one.name for one in out.iterdir()) if out.is_dir() else []
    if as_json:
        size = sum(one.stat().st_size for one in (out.iterdir() if out.is_dir() else (out,)))
        told = {"out": str(out), "bytes": size, "files": files}
        typer.echo(msgspec.json.encode(told).decode())
        return
    known = {"out": out, "files": ", ".join(files)}
    key = "export.folder" if files else "export.done"
    Console(highlight=False, soft_wrap=True).print(
        words("cli").say(key, language, **known), markup=False
    )
