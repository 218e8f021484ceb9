"""Fetches from another room the films that this one misses, and has them joined in.

One film after the other, the oldest first; one question at a time. Whatever is cut or killed goes
on where it was: how far a film is, its files tell (`chore`).
"""

import asyncio
import hashlib
import logging
import math
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from classroom_edge.library.folders import Folders
from classroom_edge.services.filling.chore import (
    Chore,
    Note,
    Stage,
    forget_before,
    since_ns,
    taken_up,
)
from classroom_edge.services.filling.films import instant, is_final
from classroom_edge.services.filling.offers import NOT_TOLD
from classroom_edge.services.filling.pacing import Pace
from classroom_edge.services.filling.steps import Steps
from classroom_edge.sessions.link import films
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import NS
from classroom_media.api import RecordError
from classroom_media.record.manifest import Manifest
from classroom_media.workers.specs import CompareSpec, JoinSpec

KEEP: Final = timedelta(days=30)  # a lesson is fetched for so long after it was held
ANSWER_S: Final = 20.0
SPARE_BYTES: Final = 512 << 20  # of disk, that is left to recordings
FAILURES: Final = 3  # to join, before everything is fetched anew
JUST_S: Final = 60.0  # for which a session is just over
RATE_S: Final = 30.0  # over which the speed is measured

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how long what is waited for. Seconds."""

    look_s: float = 1.0
    ask_s: float = 60.0  # which films there are
    soon_s: float = (
        5.0  # the same, while the other is not ready with one, or a session is just over
    )
    retry_s: float = 30.0  # after a step that could not be done


class Line(Protocol):
    """The link with the other room."""

    @property
    def is_up(self) -> bool:
        """Whether it answers."""

    @property
    def sessions(self) -> frozenset[str]:
        """Those that this room is in now."""

    async def inquire(self, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask about films. Raises NotLinkedError, SilentError."""


class AnewError(Exception):
    """The other room is to be asked again for what there is."""


@dataclass(kw_only=True)
class Fetching:
    """The films of one other room. `source` is the one by which this room sees that room."""

    other: str
    source: str
    room: str
    folder: Path
    library: Folders
    steps: Steps
    line: Line
    share: Callable[[], float]
    changed: Callable[[], None]
    erased: Callable[[], Collection[str]] = frozenset  # sessions of which nothing may come; blocks
    patience: Patience = field(default_factory=Patience)
    pace: Pace = field(default_factory=lambda: Pace(films.PIECE_MAX))
    _chores: dict[str, Chore] = field(default_factory=dict, init=False)
    _states: dict[str, str] = field(default_factory=dict, init=False)  # that keep a chore waiting
    _not_before_s: dict[str, float] = field(default_factory=dict, init=False)
    _asked_s: float = field(default=-math.inf, init=False)
    _sessions: frozenset[str] = field(default=frozenset(), init=False)
    _over_s: float = field(default=-math.inf, init=False)  # when a session was over
    _came: list[tuple[float, int]] = field(default_factory=list, init=False)

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
            if self.line.is_up:
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
        sessions = self.line.sessions
        if self._sessions - sessions:
            self._over_s = time.monotonic()
        self._sessions = sessions

    async def _ask_for_films(self) -> None:
        earliest_ns = time.time_ns() - round(KEEP.total_seconds() * NS)
        await asyncio.to_thread(forget_before, self._chores, earliest_ns)
        notes = [chore.note for chore in self._chores.values()]
        question = films.Owed(since_ns=since_ns(notes, earliest_ns))
        reply = await self.line.inquire(question, within_s=ANSWER_S)
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
                if await self._fetch(chore):
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
        own = await asyncio.to_thread(self._own, chore)
        if own is not None and not is_final(own, datetime.now(UTC)):
            self._states[chore.note.film.name] = "own"
            return False
        received: tuple[str, ...] = ()
        if own is not None:
            place = self.library.place(own.id)
            received = tuple(
                str(place / one.file)
                for one in own.tracks
                if one.source == self.source and one.height
            )
        await self.steps.do(CompareSpec(folder=str(chore.folder.path), films=received))
        chore.refresh()
        if await asyncio.to_thread(chore.stage) is Stage.COMPARE:
            self._fail(chore)
            return False
        return True

    async def _fetch_all(self, chore: Chore) -> bool:
        """Fetch what is missing, as far as there is room for it and for the whole film."""
        outline, spool = await asyncio.to_thread(lambda: (chore.folder.outline(), chore.spool()))
        needed = spool.total - spool.size + outline.size + SPARE_BYTES
        if shutil.disk_usage(self.folder).free < needed:
            self._states[chore.note.film.name] = "no-room"
            return False
        return await self._fetch(chore)

    async def _fetch(self, chore: Chore) -> bool:
        """Fetch the outline, or what is missing; return once it is all there.

        Raises:
            AnewError: the other room does not have it as it was told.
            NotLinkedError, SilentError: the line was cut; what came is kept.
        """
        spool, wrong = await asyncio.to_thread(chore.spool), 0
        while (wanted := spool.wanted) is not None:
            began_s = time.monotonic()
            most = self.pace.size(began_s)
            question = films.Fetch(
                film=chore.note.film.name,
                digest=wanted.blob.digest,
                offset=wanted.offset,
                most=min(most, wanted.blob.size - wanted.offset),
            )
            reply = await self.line.inquire(question, within_s=ANSWER_S)
            if not isinstance(reply, films.Piece):
                await self._refused(chore, reply)
            elif await asyncio.to_thread(spool.add, wanted, reply.data):
                self._count(len(reply.data))
                now_s = time.monotonic()
                share = min(self.share(), reply.share)
                await asyncio.sleep(self.pace.took(most, now_s, now_s - began_s, share))
            else:
                wrong += 1
                if wrong >= FAILURES:
                    await asyncio.to_thread(chore.anew)
                    raise AnewError(chore.note.film.name)
        return True

    async def _refused(self, chore: Chore, reply: films.Reply) -> None:
        name = chore.note.film.name
        if isinstance(reply, films.NoPiece) and reply.reason == films.GONE:
            logger.warning("%s does not have %s any more", self.other, name)
            await asyncio.to_thread(chore.ended, Stage.GONE)
        elif not isinstance(reply, films.NoPiece) or reply.reason != NOT_TOLD:
            logger.warning("%s gives no piece of %s", self.other, name)
        raise AnewError(name)

    async def _join(self, chore: Chore) -> bool:
        """Make the whole film, and see whether it is in a recording now."""
        film = chore.note.film
        await asyncio.to_thread(self._drop_erased)
        own = await asyncio.to_thread(self._own, chore)
        if chore.note.end is not None:
            return False
        if own is not None and not is_final(own, datetime.now(UTC)):
            return False
        recording = own.id if own is not None else id_of(film)
        others = [
            one.note
            for one in self._chores.values()
            if one is not chore and one.note.film.session == film.session and one.note.end is None
        ]
        spec = JoinSpec(
            folder=str(chore.folder.path),
            recording=str(self.library.roots.own / recording),
            name=film.name,
            session=film.session,
            title=film.title,
            hub_ns=film.from_ns,
            room=self.room,
            source=self.source,
            replaces=not others,
        )
        await self.steps.do(spec)
        chore.refresh()
        manifests = await asyncio.to_thread(self.library.since, instant(film.from_ns))
        if any(one.name == film.name for manifest in manifests for one in manifest.joined):
            logger.info("film %s of %s is in recording %s", film.name, self.other, recording)
            await asyncio.to_thread(chore.ended, Stage.DONE)
            return False
        self._fail(chore)
        if chore.failures >= FAILURES:
            await asyncio.to_thread(chore.anew)
        return False

    def _own(self, chore: Chore) -> Manifest | None:
        """Give this room's recording of the session: the one that lasted longest."""
        film = chore.note.film
        found = [
            one
            for one in self.library.since(instant(film.from_ns))
            if any(part.session == film.session for part in one.sessions)
        ]
        return max(found, key=lambda one: one.duration_s, default=None)

    def _count(self, size: int) -> None:
        now_s = time.monotonic()
        self._came = [one for one in self._came if now_s - one[0] < RATE_S]
        self._came.append((now_s, size))

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
            left_s=self._left_s(left),
        )

    def _left_s(self, left: int) -> float | None:
        """Say for how long it will take at the speed of the last half minute."""
        if len(self._came) < 2 or not left:
            return None
        span_s = time.monotonic() - self._came[0][0]
        rate = sum(size for _at, size in self._came) / max(span_s, 1.0)
        return left / rate


def id_of(film: films.Film) -> str:
    """Give the id of the recording that a film becomes which this room has none of."""
    mark = hashlib.sha256(film.name.encode()).hexdigest()[:4]
    return f"{instant(film.from_ns):%Y%m%d-%H%M%S}-{mark}"
