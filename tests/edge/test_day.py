"""The day's parts: a clock that does not jump in a lesson, the timetable in force, two daemons."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from classroom_edge.services.day.attendant import Attendant
from classroom_edge.services.day.clock import DayClock, Health, is_synchronised, paced
from classroom_edge.services.day.in_force import KEPT, InForce
from classroom_edge.services.day.memory import Memory
from classroom_edge.store import Store
from classroom_schedules import plan
from tests.edge.year.room import Room
from tests.edge.year.school import SCHOOL
from tests.schedules.schools import EXAMPLE

TUESDAY = date(2026, 9, 8)
AT = datetime(2026, 9, 8, 8, 12, tzinfo=SCHOOL.calendar.zone)


@dataclass
class Machine:
    """A machine's clocks."""

    wall_s: float = 1_800_000_000.0
    monotonic_s: float = 100.0
    is_set: bool = True

    def clock(self) -> DayClock:
        return DayClock(
            wall=lambda: self.wall_s,
            monotonic=lambda: self.monotonic_s,
            synchronised=lambda: self.is_set,
        )

    def pass_s(self, seconds: float) -> None:
        self.wall_s += seconds
        self.monotonic_s += seconds


def test_a_step_in_a_lesson_is_followed_only_after_it() -> None:
    machine = Machine(is_set=False)
    clock = machine.clock()
    machine.pass_s(60)
    machine.wall_s += 3600
    assert not clock.look(is_busy=True)
    assert clock.health == "stepped"
    assert clock.now().timestamp() == 1_800_000_060.0
    assert clock.look(is_busy=False)
    assert clock.now().timestamp() == 1_800_003_660.0
    assert clock.health == "unsynchronised"


def test_a_clock_that_is_put_right_is_followed_at_once() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall_s -= 3600
    assert clock.look(is_busy=True)
    assert (clock.now().timestamp(), clock.health) == (1_799_996_400.0, Health.GOOD)


def test_a_clock_of_1970_is_an_alarm() -> None:
    machine = Machine(wall_s=5.0, is_set=False)
    clock = machine.clock()
    clock.look(is_busy=False)
    assert clock.health is Health.WRONG
    assert is_synchronised() in {True, False}  # the kernel answers


def test_a_demos_clock_runs_fast_and_goes_on_after_a_restart() -> None:
    began = datetime.now(UTC) - timedelta(seconds=10)
    clock = paced(f"{began.isoformat()},2027-03-01T08:05:00+08:00,60.0")
    shown = datetime(2027, 3, 1, 0, 15, tzinfo=UTC)
    assert timedelta() <= clock.now() - shown < timedelta(minutes=10)


def test_a_file_with_mistakes_leaves_the_last_good_timetable_in_force(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    first = InForce(file=file, folder=tmp_path / "kept")
    first.open()
    file.write_text("[[lesson]]\nsubject = 3", encoding="utf-8")
    again = InForce(file=file, folder=tmp_path / "kept")
    again.open()
    assert again.mistakes
    assert again.school == first.school
    assert not again.look()


def test_a_timetable_that_has_lost_half_waits_for_a_person(tmp_path: Path) -> None:
    file, text = tmp_path / "school.toml", EXAMPLE.read_text("utf-8")
    file.write_text(text, encoding="utf-8")
    timetable = InForce(file=file, folder=tmp_path)
    timetable.open()
    before = timetable.school
    file.write_text(text.partition("# --- the week ---")[0], encoding="utf-8")
    assert timetable.look()
    assert timetable.held is not None
    assert timetable.school is before
    assert timetable.confirm()
    assert timetable.school is not before
    assert (tmp_path / KEPT).read_bytes() == file.read_bytes()
    assert not timetable.confirm()


async def test_two_daemons_on_one_store_do_each_job_once(tmp_path: Path) -> None:
    rooms = [Room(Random(1), AT.timestamp()) for _ in range(2)]
    async with Store(tmp_path / "room.db") as one, Store(tmp_path / "room.db") as other:
        both = [
            Attendant(memory=Memory(store=store, by=name), acts=room)
            for store, room, name in zip((one, other), rooms, "ab", strict=True)
        ]
        for attendant in both:
            planned = plan(SCHOOL.timetable, SCHOOL.calendar, TUESDAY, TUESDAY + timedelta(days=1))
            attendant.occurrences, attendant.rules = planned, SCHOOL.timetable.rules
            await attendant.memory.take_up(AT)
        for attendant in both:
            await attendant.look(AT, is_synchronised=True)
    assert sum(len(room.films) for room in rooms) == 1
    assert sum(len(room.routines) for room in rooms) == 1
