"""Lives through the days: a daemon's attendant, its real store, and what happens to them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session as Work

from classroom_edge.room import Who
from classroom_edge.services.day.attendant import Attendant
from classroom_edge.services.day.caretaker import Caretaker
from classroom_edge.services.day.clock import DayClock
from classroom_edge.services.day.memory import Memory
from classroom_edge.store import Store, timetable
from classroom_schedules import School, plan
from classroom_schedules.runner import Due, Ledger, Wish, WishKind
from classroom_schedules.timetable import Lesson, Slot
from classroom_schedules.weeks import Weekday
from tests.edge.year.room import PowerCutError, Room
from tests.edge.year.school import HABITS

T = TypeVar("T")
LOOK_S = 600.0  # at the latest: the daemon looks every two seconds
EVENING = 20  # o'clock; then every lesson is over, and its jobs are decided
Happening = tuple[float, Callable[[], object]]


class FragileStore(Store):
    """The real store; the power may go before a piece of work, or just after it."""

    room: Room

    async def run(self, work: Callable[[Work], T]) -> T:
        self.room.burn()
        done = await super().run(work)
        self.room.burn()
        return done


@dataclass
class Death(Exception):  # noqa: N818 - it is how a daemon's life ends
    """The daemon ends: by a crash, in order, or with the machine. It is back after a while."""

    back_after_s: float
    how: str  # "power" | "crash" | "ended"


@dataclass
class Life:
    """A room through many days. `log` tells what happened to it; `planned` all that was due."""

    school: School
    database: Path
    seed: int
    start: date
    days: int
    log: list[tuple[float, str]] = field(default_factory=list)
    dues: dict[str, Due] = field(default_factory=dict)  # every lesson, as it was in the evening
    ledger: Ledger = field(default_factory=Ledger)  # of all days
    looks: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.zone = self.school.calendar.zone
        self.room = Room(self.chance, self._midnight(self.start))
        self._taught = self.school.timetable
        self._happenings: list[Happening] = []
        self._attendant: Attendant | None = None
        self._caretaker: Caretaker | None = None
        self._day: date | None = None
        self._is_new = True

    async def live(self) -> None:
        """Live through all days."""
        end_s = self._midnight(self.start + timedelta(days=self.days))
        for number in range(self.days):
            self._happenings += self._of_day(self.start + timedelta(days=number))
        self._happenings.sort(key=lambda one: one[0])
        while self.room.now_s < end_s:
            try:
                await self._awake(end_s)
            except (Death, PowerCutError) as end:
                self._asleep(end if isinstance(end, Death) else Death(self._outage_s(), "power"))

    def _asleep(self, end: Death) -> None:
        self.log.append((self.room.now_s, end.how))
        if end.how == "power":
            self.room.lose_power()
        if end.how == "ended":
            self.room.press_stop("ended")
        self.room.now_s += end.back_after_s
        while self._happenings and self._happenings[0][0] < self.room.now_s:
            self._happenings.pop(0)  # nobody is there to do it; a clock goes on as it was
        self.log.append((self.room.now_s, "back"))
        if end.how == "power":
            self._step(0.0)

    async def _awake(self, end_s: float) -> None:
        self.room.begin()
        clock = DayClock(
            wall=self.room.wall,
            monotonic=self.room.monotonic,
            synchronised=lambda: self.room.is_synchronised,
        )
        async with FragileStore(self.database) as store:
            store.room = self.room
            memory = Memory(store=store, by=str(self.room.now_s))
            attendant = self._attendant = Attendant(memory=memory, acts=self.room)
            await memory.take_up(clock.now())
            now = clock.now().astimezone(self.zone)
            caretaker = self._caretaker = Caretaker(
                memory=memory, habits=HABITS, room=self.room, began_at=now
            )
            self._is_new = True
            while self.room.now_s < end_s:
                next_s = await self._look(attendant, caretaker, clock)
                await self._pass(next_s, end_s)

    async def _look(self, attendant: Attendant, caretaker: Caretaker, clock: DayClock) -> float:
        running = attendant.running()
        stepped = clock.look(is_busy=running is not None and bool(running.lesson))
        now = clock.now().astimezone(self.zone)
        if self._is_new or stepped or now.date() != self._day:
            self._plan(attendant, now)
        decision = await attendant.look(now, is_synchronised=self.room.is_synchronised)
        care = await caretaker.look(now, attendant.lessons, is_right=True)
        if self.room.is_shut:
            self.room.is_shut = False
            raise Death(self._until_morning_s(now), "power")
        self.looks += 1
        self._remember(attendant, now)
        next_at = min(filter(None, (decision.next_at, care.next_at)), default=None)
        wait_s = (next_at - now).total_seconds() if next_at else LOOK_S
        return self.room.now_s + min(LOOK_S, max(1.0, wait_s))

    def _remember(self, attendant: Attendant, now: datetime) -> None:
        """Remember, once the day is over, what became of its lessons."""
        kept = {(one.job, one.turn): one for one in (*self.ledger, *attendant.memory.ledger)}
        self.ledger = Ledger(kept.values()) if now.hour >= EVENING else self.ledger
        if now.hour >= EVENING and not self.room.offset_s:
            today = [one for one in attendant.lessons if one.occurrence.date == now.date()]
            self.dues |= {one.occurrence.id: one for one in today}

    def _plan(self, attendant: Attendant, now: datetime) -> None:
        self._day, self._is_new = now.date(), False
        day = timedelta(days=1)
        attendant.occurrences = plan(
            self._taught, self.school.calendar, self._day - day, self._day + day
        )
        attendant.rules = self.school.timetable.rules

    async def _pass(self, next_s: float, end_s: float) -> None:
        """Let time pass until something happens, or the room looks again."""
        if self._happenings and self._happenings[0][0] <= next_s:
            at_s, happen = self._happenings.pop(0)
            self.room.now_s = max(self.room.now_s, at_s)
            happened = happen()
            if hasattr(happened, "__await__"):
                await happened
        else:
            self.room.now_s = min(next_s, end_s)

    def _of_day(self, day: date) -> list[Happening]:
        chance, at = self.chance, partial(self._some_time, day)
        step_s = chance.choice((-1, 1)) * chance.uniform(5, 3 * 3600)
        wrong_at_s = at()
        people = (
            *(self._record, self._stop, self._extend, self._skip, self._adopt, self._speak),
            *(self._touch, self._stay, self._finish),
        )
        found: list[Happening] = [
            (at(), self._change),
            (at(), lambda: self._die(chance.choice(("crash", "ended")), chance.uniform(1, 90))),
            (wrong_at_s, lambda: self._step(step_s)),
            (wrong_at_s + chance.uniform(60, 7200), lambda: self._step(0.0)),
        ]
        if chance.random() < 0.5:
            found.append((at(), lambda: self._die("power", self._outage_s())))
        else:
            fuse = chance.randrange(24)
            found.append((at(), lambda: setattr(self.room, "fuse", fuse)))
        return found + [(at(), chance.choice(people)) for _ in range(3)]

    def _some_time(self, day: date) -> float:
        """Give some time of a day, mostly while there is school, often just as a bell rings."""
        midnight_s = self._midnight(day)
        if self.chance.random() < 0.1:
            return midnight_s + self.chance.uniform(21.5 * 3600, 22.5 * 3600)
        if self.chance.random() < 0.15:
            return midnight_s + self.chance.uniform(0, 86_000)
        if self.chance.random() < 0.3:
            bell = self.chance.choice(self.school.timetable.bells.schedules[0].periods).start
            return midnight_s + bell.hour * 3600 + bell.minute * 60 + self.chance.uniform(-310, 30)
        return midnight_s + self.chance.uniform(7 * 3600, 17 * 3600)

    def _outage_s(self) -> float:
        return self.chance.choice((30.0, 120.0, 600.0, 2400.0, 5400.0)) * self.chance.uniform(
            0.8, 1.2
        )

    def _until_morning_s(self, now: datetime) -> float:
        """Give for how long a machine that was shut down is off: its BIOS wakes it before seven."""
        morning = datetime.combine(now.date() + timedelta(days=1), time(6, 45), self.zone)
        return (morning - now).total_seconds()

    def _midnight(self, day: date) -> float:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()

    def was_wrong(self, at_s: float) -> bool:
        """Tell whether the clock was wrong then, or nobody was there."""
        before = [what for then_s, what in self.log if then_s <= at_s]
        clocks = [what for what in before if what in {"clock", "clock right"}]
        lives = [what for what in before if what in {"power", "crash", "ended", "back"}]
        return clocks[-1:] == ["clock"] or lives[-1:] not in ([], ["back"])

    # --- what happens ---

    def _die(self, how: str, back_after_s: float) -> None:
        raise Death(back_after_s, how)

    def _step(self, offset_s: float) -> None:
        self.log.append((self.room.now_s, "clock" if offset_s else "clock right"))
        self.room.set_clock(offset_s, synchronised=offset_s == 0)

    def _change(self) -> None:
        """Drop, add, move or cover a lesson of the week."""
        lessons = list(self._taught.lessons)
        at = self.chance.randrange(len(lessons))
        match self.chance.randrange(3):
            case 0 if len(lessons) > 10:
                lessons.pop(at)
            case 1:
                lessons.append(self._some_lesson(f"new-{self.room.now_s:.0f}"))
            case _:
                moved = self._some_lesson(lessons[at].id)
                lessons[at] = replace(lessons[at], slots=moved.slots)
        self._taught = replace(self._taught, lessons=tuple(lessons))
        self._is_new = True
        self.log.append((self.room.now_s, "timetable"))

    def _some_lesson(self, id_: str) -> Lesson:
        period = self.chance.choice(self._taught.bells.schedules[0].periods).name
        slot = Slot(self.chance.choice(tuple(Weekday)[:5]), period, period)
        return Lesson(subject="数学", slots=(slot,), classes=(id_,), room="301", id=id_)

    def _record(self) -> None:
        self.log.append((self.room.now_s, "person"))
        self.room.press_record()
        length_s = self.chance.uniform(60, 4000)
        self._happenings.append((self.room.now_s + length_s, self._stop_own))
        self._happenings.sort(key=lambda one: one[0])

    def _stop_own(self) -> None:
        if self.room.film and not self.room.film.lesson:
            self.room.press_stop()

    def _stop(self) -> None:
        self.log.append((self.room.now_s, "person"))
        self.room.press_stop()

    def _speak(self) -> None:
        self.log.append((self.room.now_s, "person"))
        self.room.speaks_until_s = self.room.now_s + self.chance.uniform(0, 3600)

    async def _extend(self) -> None:
        await self._wish(WishKind.EXTEND)

    async def _skip(self) -> None:
        await self._wish(WishKind.SKIP)

    async def _wish(self, kind: WishKind) -> None:
        attendant = self._attendant
        if attendant is None or not attendant.lessons:
            return
        self.log.append((self.room.now_s, "person"))
        due = self.chance.choice(attendant.lessons)
        at = datetime.fromtimestamp(self.room.wall(), UTC)
        wished = Wish(lesson=due.occurrence.id, kind=kind, by="panel", at=at, minutes=5)
        await attendant.memory.store.run(partial(timetable.wish, wished=wished))
        await attendant.memory.reload(at)

    def _touch(self) -> None:
        if self._caretaker is not None:
            self.room.touched_s = self.room.now_s
            wall = datetime.fromtimestamp(self.room.wall(), UTC).astimezone(self.zone)
            self._caretaker.touched_at = wall

    def _finish(self) -> None:
        self.room.is_finishing = not self.room.is_finishing

    async def _stay(self) -> None:
        attendant = self._attendant
        if attendant is None or self.room.offset_s:
            return
        at, minutes = datetime.fromtimestamp(self.room.wall(), UTC), self.chance.choice((60, 480))
        wished = Wish(lesson="", kind=WishKind.STAY, by="panel", at=at, minutes=minutes)
        await attendant.memory.store.run(partial(timetable.wish, wished=wished))
        await attendant.memory.reload(at)
        until_s = self.room.now_s + minutes * 60
        self.room.stays_until_s = max(self.room.stays_until_s, until_s - 1)

    async def _adopt(self) -> None:
        attendant, film = self._attendant, self.room.film
        if attendant is None or attendant.waiting is None or film is None or film.lesson:
            return
        self.log.append((self.room.now_s, "person"))
        now = datetime.fromtimestamp(self.room.wall(), UTC).astimezone(self.zone)
        self.room.adopt(attendant.waiting.occurrence.id)
        await attendant.adopt(Who(name="panel"), attendant.waiting, film.id, now)
