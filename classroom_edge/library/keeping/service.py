"""Keeps the disk free for lessons to come: deletes by the rules, and tells when it will be full."""

import asyncio
import logging
import shutil
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from classroom_edge.config.models import Config
from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.keeping.erasing import Erasing
from classroom_edge.library.keeping.forecast import Coming, forecast, reserve
from classroom_edge.library.keeping.look import AtWork, automatic, listed, looked_at, rules_of
from classroom_edge.library.keeping.outlook import Outlook
from classroom_edge.library.keeping.removals import Removal
from classroom_edge.library.keeping.rules import (
    GOES,
    Deletion,
    Kept,
    Rules,
    Space,
    Why,
    judge,
    plan,
    spare_bytes,
)
from classroom_edge.store import StoreError, kept
from classroom_edge.store.kept import Line
from classroom_media.api import RecordError

LOOKS_EVERY_S: Final = 10.0
SURVEYS_EVERY: Final = timedelta(minutes=1)  # of all recordings; when room is short, every look
WARNED_AHEAD: Final = timedelta(days=7)

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Keeping:
    """Deletes what the rules of room.toml let go: once a day, and at once when room is short.

    `lessons` are those that the timetable has recorded in the coming days, `rate` the bytes of a
    second of recording as measured; `watched` are the recordings somebody looks at just now.
    """

    config: Config
    catalogue: Catalogue
    erasing: Erasing
    rate: Callable[[], float]
    changed: Callable[[], None]
    lessons: Callable[[], tuple[Coming, ...]] = tuple
    watched: Callable[[], frozenset[str]] = frozenset
    outlook: Outlook = field(default_factory=Outlook, init=False)
    _lines: dict[str, Line] = field(default_factory=dict, init=False)
    _kept: tuple[Kept, ...] = field(default=(), init=False)
    _rate: float = field(default=0.0, init=False)
    _surveyed_at: datetime | None = field(default=None, init=False)
    _swept: date | None = field(default=None, init=False)

    @property
    def rules(self) -> Rules:
        """What room.toml lets be deleted."""
        return rules_of(self.config)

    async def run(self) -> None:
        """Run until cancelled. Raises StoreError."""
        while True:
            await self.look()
            await asyncio.sleep(LOOKS_EVERY_S)

    async def look(self) -> tuple[Removal, ...]:
        """Look at the disk, delete what is due or in the way, and tell how it will go on."""
        now, self._rate = self.erasing.clock(), await asyncio.to_thread(self.rate)
        space = await self._space(now)
        is_short = space is not None and space.free < space.wanted
        known_at = self._surveyed_at
        if known_at is None or is_short or now - known_at >= SURVEYS_EVERY:
            await self._survey(now)
        gone = tuple(
            [one for due in await self._due(now, space) if (one := await self._delete(due))]
        )
        if gone:
            self._kept = tuple(
                one for one in self._kept if one.id not in {done.recording for done in gone}
            )
            await self.catalogue.refresh(*(one.recording for one in gone))
        await self._foresee(now)
        return gone

    async def _survey(self, now: datetime) -> None:
        """Look at all recordings, without those that were erased and have come back."""
        self._surveyed_at = now
        await self.erasing.go_on()
        lines = await self.catalogue.store.run(kept.lines)
        self._lines = {one.id: one for one in lines}
        at_work = await self._at_work()
        targets, roots = automatic(self.config.targets), self.catalogue.roots

        def seen() -> tuple[Kept, ...]:
            return tuple(listed(one, roots, targets, at_work) for one in lines)

        try:
            self._kept = await asyncio.to_thread(seen)
        except RecordError as error:
            logger.warning("nothing can be told of the recordings: %s", error)

    async def _at_work(self) -> AtWork:
        waiting = await self.catalogue.store.run(kept.on_their_way)
        return AtWork(self.erasing.at_work() | self.watched(), waiting)

    async def _due(self, now: datetime, space: Space | None) -> tuple[Deletion, ...]:
        """Give what is to go now: once a day everything that is due, else what is in the way."""
        if self.config.keeping is None or space is None:
            return ()
        if not self._is_time(now, self.config.keeping.at) and space.free >= space.wanted:
            return ()
        return plan(self._kept, self.rules, now, space)

    def _is_time(self, now: datetime, at: str) -> bool:
        """Whether today's time for it has come, and it was not done today."""
        here = now.astimezone(zoneinfo.ZoneInfo(self.config.room.timezone))
        if here.date() == self._swept or here.time() < time.fromisoformat(at):
            return False
        self._swept = here.date()
        return True

    async def _space(self, now: datetime) -> Space | None:
        try:
            disk = await asyncio.to_thread(shutil.disk_usage, self.catalogue.roots.own)
        except OSError as error:
            logger.warning("nothing can be told of the disk: %s", error)
            return None
        return Space(disk.free, self._wanted(now, disk.total))

    def _wanted(self, now: datetime, total: int) -> int:
        """Give the bytes that should be free: a share of the disk, a lesson, those of today."""
        keeping, rate = self.config.keeping, self._rate
        lessons = reserve(self.lessons(), now, rate)
        if keeping is None:
            return lessons
        share = total * keeping.free_percent // 100
        return max(share, round(60 * keeping.lesson_min * rate), lessons)

    async def _delete(self, due: Deletion) -> Removal | None:
        """Delete a recording, if its own files still let it go."""
        line, now = self._lines[due.recording], self.erasing.clock()
        try:
            at_work, targets = await self._at_work(), automatic(self.config.targets)
            roots = self.catalogue.roots
            one = await asyncio.to_thread(looked_at, roots.of(line.id), line, targets, at_work)
            why = judge(one, self.rules, now)
            if why not in GOES and not (why is Why.NO_RULE and due.why is Why.SPACE):
                return None
            removal = Removal(recording=line.id, at=now, why=due.why)
            return await self.erasing.delete(removal)
        except (OSError, RecordError, StoreError) as error:
            logger.warning("%s is not deleted: %s", due.recording, error)
            return None

    async def _foresee(self, now: datetime) -> None:
        """Tell when the disk will be full, and what is in the way."""
        space = await self._space(now)
        if space is None:
            return
        spare = spare_bytes(self._kept, self.rules, now) if self.config.keeping else 0
        lessons = self.lessons()
        told = forecast(lessons, now, self._rate, space.free + spare)
        zone = zoneinfo.ZoneInfo(self.config.room.timezone)
        is_soon = told.full_at is not None and told.full_at - now < WARNED_AHEAD
        reasons = [judge(one, self.rules, now) for one in self._kept]
        outlook = Outlook(
            full_at=told.full_at.astimezone(zone) if told.full_at and is_soon else None,
            spare_bytes=spare,
            wanted_bytes=space.wanted,
            waiting=reasons.count(Why.WAITING),
            withheld=reasons.count(Why.WITHHELD),
            held=reasons.count(Why.HELD),
        )
        if outlook != self.outlook:
            self.outlook = outlook
            self.changed()
