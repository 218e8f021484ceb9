"""Runs the school day of a room: woken by alarms, by a changed file and by people."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config
from classroom_edge.room import DayTime, DayView, Words
from classroom_edge.services.day.acts import Acts
from classroom_edge.services.day.alarm import AlarmClock
from classroom_edge.services.day.attendant import Attendant
from classroom_edge.services.day.caretaker import Caretaker, Surroundings
from classroom_edge.services.day.clock import DayClock, Health
from classroom_edge.services.day.desk import Desk
from classroom_edge.services.day.furnished import furniture
from classroom_edge.services.day.in_force import InForce
from classroom_edge.services.day.memory import Memory
from classroom_edge.services.day.views import Today, chores, heading, undoable, wish_words
from classroom_edge.store import Place, Store
from classroom_schedules import Occurrence, doubts, plan
from classroom_schedules.furniture import missing
from classroom_schedules.outgoing.selection import Whose, of
from classroom_schedules.runner.habits import Habits
from classroom_schedules.words import LANGUAGES

AHEAD: Final = timedelta(days=14)  # so far it is planned
LOOKS_EVERY_S: Final = 2.0
LOOKS_LEAST_S: Final = 0.25  # in a demo that runs fast
OFF_S: Final = 1.0  # what is shown of the time is right to so much

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class DayService:
    """Plans two weeks ahead, again every night and with every change, and has it carried out."""

    config: Config
    database: Place
    folder: Path  # of the timetable in force
    acts: Acts
    around: Surroundings
    changed: Callable[[], None]
    clock: DayClock = field(default_factory=DayClock)
    elsewhere: Callable[[], tuple[Occurrence, ...]] = tuple  # what others have planned for the room
    view: DayView | None = field(default=None, init=False)
    desk: Desk | None = field(default=None, init=False)  # None: it has not begun yet
    in_force: InForce = field(init=False)
    _attendant: Attendant | None = field(default=None, init=False)
    _caretaker: Caretaker | None = field(default=None, init=False)
    _planned: tuple[Occurrence, ...] = field(default=(), init=False)
    _others: tuple[Occurrence, ...] = field(default=(), init=False)
    _doubts: tuple[Words, ...] = field(default=(), init=False)
    _day: date | None = field(default=None, init=False)
    _time: DayTime = field(init=False)

    def __post_init__(self) -> None:
        timetable = self.config.timetable
        self.in_force = InForce(file=timetable.file if timetable else None, folder=self.folder)
        self._time = DayTime(datetime.now(UTC), self._now(), self.clock.speed)

    async def run(self) -> None:
        """Run until cancelled. Raises StoreError."""
        await asyncio.to_thread(self.in_force.open)
        async with Store(self.database) as store:
            memory = Memory(store=store, by=f"{os.getpid()}-{uuid4().hex}")
            attendant = self._attendant = Attendant(memory=memory, acts=self.acts)
            await memory.take_up(self.clock.now())
            self._day = None
            caretaker = self._caretaker = self._care(memory)
            with AlarmClock(self.clock) as alarm:
                desk = self.desk = Desk(
                    attendant=attendant,
                    caretaker=caretaker,
                    in_force=self.in_force,
                    now=self._now,
                    wake=alarm.ring,
                )
                while True:
                    async with desk.turn:
                        await self._round(attendant, caretaker, alarm)
                    await alarm.wait(max(LOOKS_LEAST_S, LOOKS_EVERY_S / self.clock.speed))

    def touched(self) -> None:
        """Know that a person is there."""
        if self._caretaker is not None:
            self._caretaker.touched_at = self._now()

    def quiet_until(self) -> datetime | None:
        """Give the end of the quiet hours in one of them, if nobody wants it and none is taught."""
        now, view = self._now(), self.view
        if self._caretaker is None or (view is not None and (view.now or view.stays_until)):
            return None
        return self._caretaker.habits.quiet_until(now)

    def recorded(self) -> tuple[tuple[datetime, datetime], ...]:
        """Give from when to when lessons will be recorded, as far as is planned."""
        dues = self._attendant.lessons if self._attendant else ()
        return tuple((one.occurrence.starts_at, one.stops_at) for one in dues if one.rule.record)

    def _care(self, memory: Memory) -> Caretaker:
        unattended = self.config.unattended
        habits = unattended.habits if unattended else Habits()
        return Caretaker(memory=memory, habits=habits, room=self.around, began_at=self._now())

    async def _round(self, attendant: Attendant, caretaker: Caretaker, alarm: AlarmClock) -> None:
        running = attendant.running()
        stepped = self.clock.look(is_busy=running is not None and bool(running.lesson))
        is_new = await asyncio.to_thread(self.in_force.look)
        others, self._others = self._others, self.elsewhere()
        if is_new or stepped or others != self._others or self._now().date() != self._day:
            self._plan(attendant)
            alarm.plan(attendant.instants(self._now()))
        decision = await attendant.look(self._now(), is_synchronised=self.clock.synchronised())
        is_right = self.clock.health is not Health.WRONG
        care = await caretaker.look(self._now(), attendant.lessons, is_right=is_right)
        alarm.next(min(filter(None, (decision.next_at, care.next_at)), default=None))
        view = self._seen(attendant, caretaker)
        if view != self.view:
            self.view = view
            self.changed()

    def _plan(self, attendant: Attendant) -> None:
        """Plan from yesterday on, so that a lesson over midnight is known."""
        now, school = self._now(), self.in_force.school
        self._day, self._doubts = now.date(), ()
        if school is None:
            self._planned = attendant.occurrences = self._others
            return
        end = self._day + AHEAD
        planned = plan(*school, self._day - timedelta(days=1), end)
        room = self.config.timetable.room if self.config.timetable else ""
        self._planned = attendant.occurrences = (*of(planned, Whose.ROOM, room), *self._others)
        rules = attendant.rules = school.timetable.rules
        named = (one.tell for one in missing(rules, room, furniture(self.config)))
        told = (one.tell for one in doubts(*school, self._day, end))
        self._doubts = tuple({one: tell(one) for one in LANGUAGES} for tell in (*named, *told))
        logger.info("planned: %d lessons and reservations", len(self._planned))

    def _seen(self, attendant: Attendant, caretaker: Caretaker) -> DayView:
        now, school = self._now(), self.in_force.school
        today = Today(
            now=now,
            occurrences=self._planned,
            lessons=attendant.lessons,
            wishes=attendant.memory.wishes,
            ledger=attendant.memory.ledger,
        )
        lessons, last = today.views(), undoable(attendant.memory.wishes, now)
        held, (until, _by) = self.in_force.held, caretaker.stays()
        return DayView(
            date=str(now.date()),
            heading=heading(school, now.date()) if school else {},
            time=self._timed(),
            clock=self.clock.health,
            lessons=lessons,
            now=next((one.id for one in lessons if one.state == "now"), ""),
            next=today.next(),
            waiting=attendant.waiting.occurrence.id if attendant.waiting else "",
            undo=wish_words(last, attendant.lessons, self._planned) if last else {},
            held={language: held.tell(language) for language in LANGUAGES} if held else {},
            mistakes=tuple(
                {language: one.tell(language) for language in LANGUAGES}
                for one in self.in_force.mistakes[:1]
            ),
            doubts=self._doubts,
            chores=tuple(chores(caretaker.care, attendant.memory.ledger, now)),
            stays_until=until.astimezone(now.tzinfo) if until and until > now else None,
            quiet_until=caretaker.habits.quiet_until(now),
        )

    def _timed(self) -> DayTime:
        """Tell the time in a form that stays the same, as long as the clocks go on as they did."""
        real, shown, known = datetime.now(UTC), self._now(), self._time
        expected = known.shown + (real - known.real) * known.speed
        is_off = abs((shown - expected).total_seconds()) > OFF_S * known.speed
        if is_off or shown.utcoffset() != known.shown.utcoffset():
            self._time = DayTime(real, shown, known.speed)
        return self._time

    def _now(self) -> datetime:
        """Give the instant in the school's zone."""
        school = self.in_force.school
        room = ZoneInfo(self.config.room.timezone)
        return self.clock.now().astimezone(school.calendar.zone if school else room)
