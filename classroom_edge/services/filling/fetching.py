"""Fetches from another room the films that this one misses, and has them joined in.

One film after the other, the oldest first; one question at a time. Whatever is cut or killed goes
on where it was: how far a film is, its files tell (`chore`).
"""

import asyncio
import logging
import math
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from classroom_edge.services.filling.carrying import AnewError, Carrier
from classroom_edge.services.filling.chore import (
    Chore,
    Note,
    Stage,
    forget_before,
    since_ns,
    taken_up,
)
from classroom_edge.services.filling.films import instant
from classroom_edge.services.filling.joining import Joiner, is_being_made
from classroom_edge.sessions.link import films
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import NS
from classroom_media.api import RecordError

KEEP: Final = timedelta(days=30)  # a lesson is fetched for so long after it was held
SPARE_BYTES: Final = 512 << 20  # of disk, that is left to recordings
FAILURES: Final = 3  # to join, before everything is fetched anew
JUST_S: Final = 60.0  # for which a session is just over

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how long what is waited for. Seconds."""

    look_s: float = 1.0
    ask_s: float = 60.0  # which films there are
    soon_s: float = 5.0  # the same, while one is not ready, or a session is just over
    retry_s: float = 30.0  # after a step that could not be done


@dataclass(kw_only=True)
class Fetching:
    """The films of one other room."""

    other: str
    folder: Path
    carrier: Carrier
    joiner: Joiner
    changed: Callable[[], None]
    erased: Callable[[], Collection[str]] = frozenset  # sessions of which nothing may come; blocks
    patience: Patience = field(default_factory=Patience)
    _chores: dict[str, Chore] = field(default_factory=dict, init=False)
    _states: dict[str, str] = field(default_factory=dict, init=False)  # that keep a chore waiting
    _not_before_s: dict[str, float] = field(default_factory=dict, init=False)
    _asked_s: float = field(default=-math.inf, init=False)
    _sessions: frozenset[str] = field(default=frozenset(), init=False)
    _over_s: float = field(default=-math.inf, init=False)  # when a session was over

    @property
    def views(self) -> tuple[Missing, ...]:
        """What is still to come, and what will never come; the oldest first."""
        chores = sorted(self._chores.values(), key=lambda one: one.note.film.from_ns)
        return tuple(self._view(one) for one in chores if one.note.end is not Stage.DONE)

    async def run(self) -> None:
        """Run until cancelled."""
        self._chores = await asyncio.to_thread(taken_up, self.folder)
        while True:
            self._notice_end()
            if self.carrier.line.is_up:
                try:
                    await self._round()
                except (NotLinkedError, SilentError):
                    pass
                except AnewError:
                    self._asked_s = time.monotonic() - self.patience.ask_s + self.patience.soon_s
            await asyncio.sleep(self.patience.look_s)

    async def _round(self) -> None:
        """Ask which films there are if it is time, and go on with each that can go on."""
        now_s = time.monotonic()
        if now_s - self._asked_s >= self._patience_s(now_s):
            self._asked_s = now_s
            await self._ask_for_films()
        for chore in sorted(self._chores.values(), key=lambda one: one.note.film.from_ns):
            await self._go_on(chore)

    async def _go_on(self, chore: Chore) -> None:
        """Go on with a film as far as one can now."""
        name = chore.note.film.name
        if time.monotonic() < self._not_before_s.get(name, 0.0):
            return
        self._states.pop(name, None)
        try:
            while await self._advance(chore):
                self.changed()
        except (RecordError, OSError):
            logger.exception("film %s of %s", name, self.other)
            self._fail(chore)
        self.changed()

    def _fail(self, chore: Chore) -> None:
        """Try again later; after some failures, from the beginning."""
        chore.failures += 1
        self._not_before_s[chore.note.film.name] = time.monotonic() + self.patience.retry_s

    def _patience_s(self, now_s: float) -> float:
        waits = any(one.note.film.state == films.LATER for one in self._chores.values())
        just_now = now_s - self._over_s < JUST_S
        return self.patience.soon_s if waits or just_now else self.patience.ask_s

    def _notice_end(self) -> None:
        sessions = self.carrier.line.sessions
        if self._sessions - sessions:
            self._over_s = time.monotonic()
        self._sessions = sessions

    async def _ask_for_films(self) -> None:
        earliest_ns = time.time_ns() - round(KEEP.total_seconds() * NS)
        await asyncio.to_thread(forget_before, self._chores, earliest_ns)
        notes = [chore.note for chore in self._chores.values()]
        question = films.Owed(since_ns=since_ns(notes, earliest_ns))
        reply = await self.carrier.ask(question)
        if not isinstance(reply, films.Owing):
            return
        for film in reply.films:
            if (chore := self._chores.get(film.name)) is None:
                end = Stage.GONE if film.state == films.GONE else None
                note = Note(other=self.other, film=film, end=end)
                path = self.folder / film.name
                self._chores[film.name] = await asyncio.to_thread(Chore.begun, path, note)
                logger.info("film %s of %s: %s", film.name, self.other, film.state)
            else:
                await asyncio.to_thread(chore.told, film)
        await asyncio.to_thread(self._forgive, reply.films)
        await asyncio.to_thread(self._drop_erased)
        self.changed()

    def _forgive(self, told: Iterable[films.Film]) -> None:
        """Forget that a session had no film, once it has one."""
        found = {film.session for film in told if not film.name.endswith(films.NONE)}
        for name, chore in self._chores.items():
            if name.endswith(films.NONE) and chore.note.film.session in found:
                chore.ended(Stage.DONE)

    def _drop_erased(self) -> None:
        """Want no film of a lesson that was erased here on request. Raises OSError."""
        erased = self.erased()
        for name, chore in self._chores.items():
            if chore.note.end is None and chore.note.film.session in erased:
                logger.info("film %s of %s is not fetched: it was erased here", name, self.other)
                chore.ended(Stage.DONE)

    async def _advance(self, chore: Chore) -> bool:
        """Go on with a film; tell whether one can go on at once."""
        match await asyncio.to_thread(chore.stage):
            case Stage.OUTLINE:
                await self.carrier.carry(chore)
                await asyncio.to_thread(chore.outlined)
                return True
            case Stage.COMPARE:
                return await self._compare(chore)
            case Stage.FETCH:
                return await self._fetch_all(chore)
            case Stage.JOIN:
                return await self._join(chore)
            case _:
                return False

    async def _compare(self, chore: Chore) -> bool:
        """See what came live, once this room's own recording of the session is finished."""
        own = await asyncio.to_thread(self.joiner.own, chore.note.film)
        if is_being_made(own):
            self._states[chore.note.film.name] = "own"
            return False
        if not await self.joiner.compare(chore, own):
            self._fail(chore)
            return False
        if not await asyncio.to_thread(self.joiner.is_needed, chore, own):
            await asyncio.to_thread(chore.ended, Stage.DONE)
            return False
        return True

    async def _fetch_all(self, chore: Chore) -> bool:
        """Fetch what is missing, as far as there is room for it and for the whole film."""
        outline, spool = await asyncio.to_thread(lambda: (chore.folder.outline(), chore.spool()))
        needed = spool.total - spool.size + outline.size + SPARE_BYTES
        if shutil.disk_usage(self.folder).free < needed:
            self._states[chore.note.film.name] = "no-room"
            return False
        await self.carrier.carry(chore)
        return True

    async def _join(self, chore: Chore) -> bool:
        """Make the whole film, and see whether it is in a recording now."""
        await asyncio.to_thread(self._drop_erased)
        own = await asyncio.to_thread(self.joiner.own, chore.note.film)
        if chore.note.end is not None or is_being_made(own):
            return False
        if await self.joiner.join(chore, own, replaces=self._is_last(chore)):
            await asyncio.to_thread(chore.ended, Stage.DONE)
            return False
        self._fail(chore)
        if chore.failures >= FAILURES:
            await asyncio.to_thread(chore.anew)
        return False

    def _is_last(self, chore: Chore) -> bool:
        """Tell whether no other film of the session is still to come."""
        session = chore.note.film.session
        return not any(
            one is not chore and one.note.film.session == session and one.note.end is None
            for one in self._chores.values()
        )

    def _view(self, chore: Chore) -> Missing:
        film, spool = chore.note.film, chore.known_spool
        left = spool.total - spool.size if spool else 0
        return Missing(
            film=film.name,
            session=film.session,
            title=film.title,
            began_at=instant(film.from_ns),
            length_s=(film.to_ns - film.from_ns) / NS,
            state=self._states.get(film.name) or chore.known,
            left_bytes=left,
            all_bytes=spool.total if spool else 0,
            left_s=self.carrier.left_s(left),
        )
