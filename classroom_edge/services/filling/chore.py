"""One film that this room misses: how far it is, told by its files alone. Blocks.

chore      which film it is, from whom, and whether it is there
outline    what is in it, once that was fetched
needs      what of it is missing here, once that was compared
fetched    what came so far
"""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.sessions.link.films import Film
from classroom_media.fill.needs import Blob
from classroom_media.fill.spool import Spool
from classroom_media.fill.store import FETCHED, NEEDS, OUTLINE, FilmFolder
from classroom_media.record.durable import replace_durably

CHORE: Final = "chore"
PART: Final = "outline.part"


class Stage(StrEnum):
    """What is to be done next for a film."""

    LATER = "later"  # the other room is not ready with it
    OUTLINE = "outline"
    COMPARE = "compare"
    FETCH = "fetch"
    JOIN = "join"
    DONE = "done"
    GONE = "gone"  # the other room does not have it any more


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a chore."""

    other: str  # room that has the film
    film: Film
    end: Stage | None = None  # DONE or GONE


@dataclass
class Chore:
    """A film and its folder. One thread at a time."""

    folder: FilmFolder
    note: Note
    failures: int = 0  # of joining it
    known: Stage = Stage.LATER  # its stage, when it was looked for last
    known_spool: Spool | None = None  # what is being fetched, likewise

    def __post_init__(self) -> None:
        self.known = self.note.end or self.known

    @classmethod
    def begun(cls, folder: Path, note: Note) -> "Chore":
        """Begin a chore, or change what is known of its film. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        replace_durably(folder / CHORE, msgspec.json.encode(note))
        return cls(FilmFolder(folder), note)

    def stage(self) -> Stage:
        """Look for what is to be done next. Raises RecordError, OSError."""
        self.known = self._stage()
        return self.known

    def _stage(self) -> Stage:
        if self.note.end is not None:
            return self.note.end
        if self.note.film.state != "there":
            return Stage.LATER
        if not self.folder.has(OUTLINE):
            return Stage.OUTLINE
        if not self.folder.has(NEEDS):
            return Stage.COMPARE
        return Stage.JOIN if self.spool().wanted is None else Stage.FETCH

    def spool(self) -> Spool:
        """Give what is being fetched: the outline at first. Raises RecordError, OSError."""
        film = self.note.film
        if self.known_spool is None and not self.folder.has(OUTLINE):
            self.known_spool = Spool(
                self.folder.path / PART, (Blob(film.outline, film.outline_size),)
            )
        elif self.known_spool is None:
            self.known_spool = Spool(self.folder.fetched, self.folder.needs().blobs)
        return self.known_spool

    def outlined(self) -> None:
        """Take over the outline that was fetched. Raises RecordError, OSError."""
        self.folder.put(OUTLINE, self.spool().read(self.note.film.outline))
        (self.folder.path / PART).unlink()
        self.known_spool = None
        self.folder.outline()

    def anew(self) -> None:
        """Forget what was fetched: the film there, or what is here, has changed."""
        for name in (NEEDS, FETCHED, OUTLINE, PART):
            (self.folder.path / name).unlink(missing_ok=True)
        self.known_spool, self.failures = None, 0

    def refresh(self) -> None:
        """Look at the files again: a process has worked on them."""
        self.known_spool = None

    def told(self, film: Film) -> None:
        """Take note of what the other room says about the film now."""
        if film == self.note.film or self.note.end is Stage.DONE:
            return
        if film.outline != self.note.film.outline and self.note.film.outline:
            self.anew()
        end = Stage.GONE if film.state == "gone" else None
        self._keep(msgspec.structs.replace(self.note, film=film, end=end))

    def ended(self, stage: Stage) -> None:
        """The film is there, or will never be; only that is remembered."""
        self._keep(msgspec.structs.replace(self.note, end=stage))
        self.anew()

    def _keep(self, note: Note) -> None:
        self.note = note
        replace_durably(self.folder.path / CHORE, msgspec.json.encode(note))


def taken_up(folder: Path) -> dict[str, Chore]:
    """Give the chores that an earlier daemon has begun, by the names of their films."""
    found: dict[str, Chore] = {}
    for path in folder.glob(f"*/{CHORE}"):
        with suppress(OSError, msgspec.DecodeError):
            note = msgspec.json.decode(path.read_bytes(), type=Note)
            found[note.film.name] = Chore(FilmFolder(path.parent), note)
    return found


def since_ns(notes: Iterable[Note], earliest_ns: int) -> int:
    """Say from when on the other room is asked for films: what is over is not told again."""
    kept = [note for note in notes if note.film.to_ns > earliest_ns]
    going_on = [note.film.to_ns - 1 for note in kept if note.end is None]
    return min(going_on, default=max((note.film.to_ns for note in kept), default=earliest_ns))


def forget_before(chores: dict[str, Chore], earliest_ns: int) -> None:
    """Forget chores of long ago. Raises OSError."""
    for name, chore in tuple(chores.items()):
        if chore.note.end is not None and chore.note.film.to_ns < earliest_ns:
            shutil.rmtree(chore.folder.path, ignore_errors=True)
            del chores[name]
