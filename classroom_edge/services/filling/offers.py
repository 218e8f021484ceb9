"""Answers another room that asks for films of this one: what there is for it, and pieces of it.

A film is given to who was in its session, and to nobody else: pieces only of what was told to that
room before. Telling is cheap and is done again after a restart.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.folders import Folders
from classroom_edge.services.filling.films import Passage, instant, is_awaited, passages
from classroom_edge.services.filling.pacing import Readers
from classroom_edge.services.filling.steps import Steps
from classroom_edge.sessions.link import films
from classroom_edge.sessions.taught import Taught
from classroom_media.api import RecordError
from classroom_media.fill.outline import digest_of
from classroom_media.fill.store import OUTLINE, FilmFolder, Places
from classroom_media.workers.specs import OfferSpec

NOT_TOLD: Final = "not-told"
AGAIN_S: Final = 60.0  # before a film that could not be outlined is tried once more
PLACES_KEPT: Final = 4  # in memory: 2 MB for a lesson

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Offers:
    """Films for other rooms. `taught` gives the sessions that a room was in, since an instant."""

    folder: Path
    library: Folders
    steps: Steps
    taught: Callable[[str, int], Awaitable[tuple[Taught, ...]]]
    share: Callable[[], float]
    most: int = films.PIECE_MAX  # bytes of a piece
    _told: set[tuple[str, str]] = field(default_factory=set, init=False)  # room, film
    _due: dict[str, Passage] = field(default_factory=dict, init=False)
    _failed_s: dict[str, float] = field(default_factory=dict, init=False)
    _more: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _readers: Readers = field(default_factory=Readers, init=False)
    _places: Callable[[Path], Places] = field(init=False)

    def __post_init__(self) -> None:
        self._forget()

    async def run(self) -> None:
        """Outline what was asked for, one film after the other, until cancelled."""
        await asyncio.to_thread(self._tidy)
        while True:
            self._more.clear()
            while self._due:
                passage = self._due.pop(next(iter(self._due)))
                await self._outline(passage)
            await self._more.wait()

    async def answer(self, who: str, question: films.Question) -> films.Reply:
        """Answer a room."""
        match question:
            case films.Owed(since_ns=since_ns):
                return await self._owing(who, since_ns)
            case films.Fetch(film=film) if (who, film) in self._told:
                return await asyncio.to_thread(self._piece, who, question)
            case _:
                return films.NoPiece(reason=NOT_TOLD)

    async def _owing(self, who: str, since_ns: int) -> films.Owing:
        found: list[films.Film] = []
        now = datetime.now(UTC)
        for lesson in await self.taught(who, since_ns):
            manifests = await asyncio.to_thread(self.library.since, instant(lesson.from_ns))
            of_it = passages(lesson, manifests, now)
            found += [await asyncio.to_thread(self._film, passage) for passage in of_it]
            if not (of_it or lesson.part or is_awaited(lesson, manifests, now)):
                found.append(_gone(lesson))
        self._told |= {(who, film.name) for film in found}
        return films.Owing(films=tuple(found[: films.FILMS_MAX]))

    def _film(self, passage: Passage) -> films.Film:
        """Tell of a film; one whose outline is not there yet is there later."""
        lesson, folder = passage.lesson, FilmFolder(self.folder / passage.name)
        film = films.Film(
            name=passage.name,
            session=lesson.session,
            title=lesson.title,
            from_ns=lesson.from_ns,
            to_ns=lesson.to_ns,
            state=films.LATER,
        )
        if not passage.is_final:
            return film
        try:
            if not (self.library.roots.own / passage.recording / passage.file).exists():
                return msgspec.structs.replace(film, state=films.GONE)
            if self._places(folder.path).is_true:
                data = (folder.path / OUTLINE).read_bytes()
                digest, size = digest_of(data), len(data)
                return msgspec.structs.replace(
                    film, state=films.THERE, outline=digest, outline_size=size
                )
        except (RecordError, OSError):
            pass  # there is none yet
        self._want(passage)
        return film

    def _want(self, passage: Passage) -> None:
        since_s = time.monotonic() - self._failed_s.get(passage.name, -AGAIN_S)
        if since_s >= AGAIN_S:
            self._due[passage.name] = passage
            self._more.set()

    async def _outline(self, passage: Passage) -> None:
        film = self.library.roots.own / passage.recording / passage.file
        folder = self.folder / passage.name
        spec = OfferSpec(
            film=str(film), from_s=passage.from_s, to_s=passage.to_s, folder=str(folder)
        )
        await self.steps.do(spec)
        self._forget()
        try:
            outlined = await asyncio.to_thread(lambda: FilmFolder(folder).places().is_true)
        except RecordError:
            outlined = False
        if not outlined:
            self._failed_s[passage.name] = time.monotonic()

    def _tidy(self) -> None:
        """Remove the outlines of films that are gone, or were changed."""
        for folder in self.folder.glob("*"):
            with suppress(RecordError, OSError):
                if not FilmFolder(folder).places().is_true:
                    shutil.rmtree(folder)

    def _forget(self) -> None:
        """Read anew where films lie."""
        self._places = lru_cache(PLACES_KEPT)(lambda folder: FilmFolder(folder).places())

    def _piece(self, who: str, asked: films.Fetch) -> films.Reply:
        folder = FilmFolder(self.folder / asked.film)
        most = min(asked.most, self.most)
        share = self.share() / self._readers.seen(who, time.monotonic())
        try:
            places = self._places(folder.path)
            if not places.is_true:
                return films.NoPiece(reason=NOT_TOLD)  # asked anew, it is told what became of it
            if asked.digest in places.spans:
                data = places.read(asked.digest, asked.offset, most)
            else:
                data = (folder.path / OUTLINE).read_bytes()[asked.offset :][:most]
        except (RecordError, OSError) as error:
            logger.warning("%s cannot be given to %s: %s", asked.film, who, error)
            return films.NoPiece(reason=films.GONE)
        return films.Piece(data=data, share=share)


def _gone(lesson: Taught) -> films.Film:
    return films.Film(
        name=f"{lesson.session}{films.NONE}",
        session=lesson.session,
        title=lesson.title,
        from_ns=lesson.from_ns,
        to_ns=lesson.to_ns,
        state=films.GONE,
    )
