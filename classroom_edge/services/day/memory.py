"""What was done and what people wish, as the store keeps it; claims, so that all is done once."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from classroom_edge.room import Refused
from classroom_edge.store import Store, StoreError, timetable
from classroom_schedules.runner import Entry, Ledger, Outcome, Wish
from classroom_schedules.words import remark

REMEMBERED: Final = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Memory:
    """One room's. `by` names this daemon in the store."""

    store: Store
    by: str
    ledger: Ledger = field(default_factory=Ledger, init=False)
    wishes: tuple[Wish, ...] = field(default=(), init=False)

    async def take_up(self, now: datetime) -> None:
        """Take up what an earlier daemon left: claims that are open, and what was done."""
        await self.store.run(partial(timetable.take_over, by=self.by, now=now))
        await self.reload(now)

    async def reload(self, now: datetime) -> None:
        """Read again what was done and what people wish."""
        since = now - REMEMBERED
        self.ledger = Ledger(await self.store.run(partial(timetable.entries, since=since)))
        wishes = await self.store.run(partial(timetable.wishes, since=since))
        self.wishes = tuple(one for one in wishes if one.at <= now)  # nobody wishes in the future

    async def do(self, entry: Entry, act: Callable[[], Awaitable[Entry]]) -> None:
        """Claim a job, do it, and note what came of it."""
        if not await self._claim(entry):
            await self.reload(entry.at)  # another daemon is at it
            return
        try:
            done = await act()
        except Refused as error:
            why = remark("runner.refused", why=str(error))
            done = replace(entry, outcome=Outcome.FAILED, why=why)
        await self.note(done)
        logger.info("%s, turn %d: %s", entry.job, entry.turn, done.why.tell("en"))

    async def forget_what_is_ahead(self, now: datetime) -> None:
        """Note as void what a clock that was ahead has done; `now` is right."""
        await self.note(*self.ledger.ahead(now))

    async def note(self, *entries: Entry) -> None:
        """Note what became of jobs."""
        if not entries:
            return
        fresh = {(one.job, one.turn): one for one in entries}
        kept = (one for one in self.ledger if (one.job, one.turn) not in fresh)
        self.ledger = Ledger((*kept, *entries))
        try:
            await self.store.run(partial(timetable.note, entries=entries, by=self.by))
        except StoreError:  # after a restart, what the room shows tells it
            logger.exception("not noted: %s", ", ".join(one.job for one in entries))

    async def _claim(self, entry: Entry) -> bool:
        try:
            return await self.store.run(partial(timetable.claim, entry=entry, by=self.by))
        except StoreError:
            logger.exception("done without the store: a lesson is worth more than its entry")
            return True
