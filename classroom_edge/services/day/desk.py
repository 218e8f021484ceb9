"""What people ask of the day: a few minutes more, not today, earlier, the other lesson; undo."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from classroom_edge.room import Who
from classroom_edge.services.day.attendant import Attendant
from classroom_edge.services.day.caretaker import Caretaker
from classroom_edge.services.day.in_force import InForce
from classroom_edge.services.day.incoming import Incoming
from classroom_edge.services.refusals import refused
from classroom_edge.store import timetable
from classroom_schedules.runner import Due, Kind, Wish, WishKind

EXTEND_MAX: Final = 60  # minutes at once
STAY_MAX: Final = 720

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Desk:
    """Takes wishes; all of them raise `Refused`, in words, where nothing comes of it.

    `wake` has the day looked at anew. `turn` is held by whoever decides, or changes what is
    decided about.
    """

    attendant: Attendant
    caretaker: Caretaker
    in_force: InForce
    now: Callable[[], datetime]
    wake: Callable[[], None]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    incoming: Incoming = field(init=False)

    def __post_init__(self) -> None:
        self.incoming = Incoming(in_force=self.in_force, wake=self.wake)

    async def extend(self, who: Who, minutes: int, lesson: str = "") -> None:
        """Let a lesson last longer, the one of now if none is named."""
        due = self._lesson(lesson)
        if not 1 <= minutes <= EXTEND_MAX:
            raise refused("minutes", most=EXTEND_MAX)
        stop = self.attendant.memory.ledger.last(due.occurrence.id, Kind.STOP)
        if self.now() >= due.latest or (stop and stop.is_final):
            raise refused("lesson-over")
        await self._wish(who, WishKind.EXTEND, due, minutes=minutes)

    async def skip(self, who: Who, lesson: str) -> None:
        """Do nothing for a lesson that has not begun."""
        await self._wish(who, WishKind.SKIP, self._to_come(lesson))

    async def begin_early(self, who: Who, lesson: str) -> None:
        """Begin a lesson of today now."""
        due = self._to_come(lesson)
        if due.occurrence.date != self.now().date():
            raise refused("not-today")
        await self._wish(who, WishKind.EARLY, due)

    async def swap(self, who: Who, lesson: str, other: str) -> None:
        """Let two lessons of this room change places."""
        one, with_ = self._to_come(lesson), self._to_come(other)
        await self._wish(who, WishKind.SWAP, one, other=with_.occurrence.id)

    async def undo(self, who: Who) -> None:
        """Take back what was asked for last today."""
        now = self.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        async with self.turn:
            take_back = partial(timetable.undo, since=midnight, at=now)
            undone = await self.attendant.memory.store.run(take_back)
            if undone is None:
                raise refused("nothing-to-undo")
            await self.attendant.memory.reload(now)
        logger.info("%s of %s undone by %s", undone.kind, undone.lesson, who.name)
        self.wake()

    async def adopt(self, who: Who) -> None:
        """Let the recording that a person began be that of the lesson of now: it ends with it."""
        async with self.turn:
            waiting, running = self.attendant.waiting, self.attendant.running()
            if waiting is None or running is None or running.lesson:
                raise refused("nothing-waits")
            await self.attendant.adopt(who, waiting, running.id, self.now())
        self.wake()

    async def give_way(self, who: Who) -> None:
        """End the recording that a person began, so that the lesson's own begins."""
        async with self.turn:
            running = self.attendant.running()
            if self.attendant.waiting is None or running is None or running.lesson:
                raise refused("nothing-waits")
            await self.attendant.acts.stop(who, at_once=True)
        self.wake()

    async def confirm(self, who: Who) -> None:
        """Let a timetable that is held come into force."""
        if not await asyncio.to_thread(self.in_force.confirm):
            raise refused("nothing-held")
        logger.info("the new timetable was confirmed by %s", who.name)
        self.wake()

    async def stay(self, who: Who, minutes: int) -> None:
        """Leave everything on for so long, whatever the room does by itself at night."""
        if not 1 <= minutes <= STAY_MAX:
            raise refused("minutes", most=STAY_MAX)
        await self._ask(
            who, Wish(lesson="", kind=WishKind.STAY, by=who.name, at=self.now(), minutes=minutes)
        )

    async def here(self, who: Who) -> None:
        """Know that somebody is there."""
        self.caretaker.touched_at = self.now()
        logger.info("%s is there", who.name)
        self.wake()

    def _lesson(self, lesson: str) -> Due:
        """Find a lesson; without a name, the one of now."""
        now = self.now()
        for due in self.attendant.lessons:
            is_now = due.occurrence.starts_at <= now < due.latest
            if due.occurrence.id == lesson or (not lesson and is_now):
                return due
        raise refused("unknown-lesson")

    def _to_come(self, lesson: str) -> Due:
        due = self._lesson(lesson)
        record = self.attendant.memory.ledger.last(due.occurrence.id, Kind.RECORD)
        if self.now() >= due.occurrence.ends_at or (record and record.recording):
            raise refused("lesson-begun")
        return due

    async def _wish(
        self, who: Who, kind: WishKind, due: Due, *, minutes: int = 0, other: str = ""
    ) -> None:
        lesson, at = due.occurrence.id, self.now()
        await self._ask(
            who, Wish(lesson=lesson, kind=kind, by=who.name, at=at, minutes=minutes, other=other)
        )

    async def _ask(self, who: Who, wished: Wish) -> None:
        async with self.turn:
            await self.attendant.memory.store.run(partial(timetable.wish, wished=wished))
            await self.attendant.memory.reload(wished.at)
        logger.info("%s of %s asked for by %s", wished.kind, wished.lesson or "the room", who.name)
        self.wake()
