"""What a room does when there is no lesson: off at night, when idle, after a power cut; quiet."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_schedules import plan
from classroom_schedules.rules import Rule
from classroom_schedules.runner import Due, Entry, Kind, Ledger, Outcome, dues
from classroom_schedules.runner.care import NEAR, SHOWN, Business, Care, Presence, look_after
from classroom_schedules.runner.decide import KEPT_ON
from classroom_schedules.runner.habits import Habits
from classroom_schedules.weeks import Weekday
from tests.schedules.schools import SHANGHAI, calendar, lesson, timetable

MONDAY = date(2027, 3, 1)
MINUTE = timedelta(minutes=1)
HABITS = Habits(
    off_routine="class-end",
    night_at=time(22, 0),
    idle=timedelta(minutes=30),
    warning=2 * MINUTE,
    shutdowns=((Weekday.MONDAY, time(22, 0)),),
    quiet=(time(21, 30), time(6, 30)),
    after_power_cut=True,
)
NIGHT, SHUTDOWN = "2027-03-01/night#night", "2027-03-01/shutdown#shutdown"
FIRST = "2027-03-01/1/3A 数学"
LESSONS = timetable(lesson(Weekday.MONDAY), lesson(Weekday.TUESDAY, "2", subject="语文"))
RULES = (Rule(routine="class-start", record=True),)


def at(hour: int, minute: int, *, day: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=day), time(hour, minute), SHANGHAI)


def there(now: datetime, **facts: object) -> Presence:
    begun = {"began_at": at(7, 0), "booted_at": at(6, 59), "boot": "b1"}
    return Presence(now=now, **(begun | facts))  # type: ignore[arg-type]


def seen(presence: Presence, *entries: Entry, habits: Habits = HABITS) -> Care:
    known = (done("b1/boot#boot", at(7, 0)), YESTERDAY)
    ledger = Ledger({one.job: one for one in (*known, *entries)}.values())
    return look_after(habits, lessons(presence.now), ledger, presence)


def lessons(now: datetime) -> tuple[Due, ...]:
    planned = plan(LESSONS, calendar(), MONDAY, MONDAY + timedelta(days=4))
    return dues(planned, RULES, Ledger(), {}, now)


def done(job: str, when: datetime, outcome: Outcome = Outcome.DONE) -> Entry:
    return Entry(job=job, turn=1, outcome=outcome, at=when)


YESTERDAY = done("2027-02-28/night#night", at(4, 0), Outcome.MISSED)


def todo(care: Care) -> list[str]:
    return [one.job.id for one in care.todo]


def state(care: Care, kind: Kind) -> tuple[str, str]:
    ((told, why),) = [(one.state, one.why) for one in care.ahead if one.job.kind is kind]
    return told, why.tell("en") if why else ""


def test_everything_goes_off_at_night_after_a_warning_and_once() -> None:
    only = replace(HABITS, idle=timedelta(), shutdowns=())
    assert state(seen(there(at(21, 0)), habits=only), Kind.NIGHT) == ("coming", "")
    assert state(seen(there(at(21, 59)), habits=only), Kind.NIGHT) == ("warning", "")
    night = seen(there(at(22, 0)), habits=only)
    assert (todo(night), night.todo[0].routine) == ([NIGHT], "class-end")
    assert seen(there(at(22, 1)), done(NIGHT, at(22, 0)), habits=only).todo == ()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"business": frozenset({Business.RECORDING})}, "A recording is running. "),
        ({"business": frozenset({Business.LIVE})}, "The room is live. "),
        ({"touched_at": at(21, 58)}, "Somebody has just used the panel. "),
        (
            {"stays_until": at(23, 30), "stays_by": "王芳"},
            "Left on until 23:30, asked for by 王芳. ",
        ),
    ],
)
def test_nothing_goes_off_against_a_person_or_a_recording(
    facts: dict[str, object], why: str
) -> None:
    care = seen(there(at(22, 0), **facts))
    assert todo(care) == []
    assert state(care, Kind.NIGHT) == ("waits", why)


def test_who_leaves_it_on_all_night_is_named_in_the_end() -> None:
    stays = {"stays_until": at(6, 0, day=1), "stays_by": "王芳"}
    care = seen(there(at(4, 0, day=1), **stays))
    assert {one.job.kind: (one.outcome, one.why.tell("zh-CN")) for one in care.said} == {
        Kind.NIGHT: (Outcome.MISSED, "应 王芳 的要求，保持开机到 06:00。"),
        Kind.SHUTDOWN: (Outcome.MISSED, "应 王芳 的要求，保持开机到 06:00。"),
    }


def test_after_what_was_in_the_way_there_is_a_warning_first() -> None:
    hindered = {"hindered_at": at(22, 40)}
    assert state(seen(there(at(22, 41), **hindered)), Kind.NIGHT) == ("warning", "")
    assert todo(seen(there(at(22, 42), **hindered))) == [NIGHT]


def test_nobody_there_for_long_puts_it_off_and_a_touch_begins_anew() -> None:
    last = {"sign_at": at(10, 0), "touched_at": at(10, 0)}
    assert state(seen(there(at(10, 29), **last)), Kind.IDLE)[0] == "unseen"
    assert state(seen(there(at(10, 31), **last)), Kind.IDLE)[0] == "warning"
    assert todo(seen(there(at(10, 32), **last))) == ["2027-03-01T10:00:00/idle#idle"]
    again = {"sign_at": at(10, 31), "touched_at": at(10, 31)}
    assert state(seen(there(at(10, 32), **again)), Kind.IDLE)[0] == "unseen"


def test_what_is_off_already_is_not_put_off_again_after_a_restart() -> None:
    off = done("2027-02-28/night#night", at(22, 0, day=-1))
    assert [one for one in seen(there(at(12, 0)), off).ahead if one.job.kind is Kind.IDLE] == []
    sign = there(at(12, 0), sign_at=at(11, 50))
    assert state(seen(sign, off), Kind.IDLE)[0] == "unseen"


def test_a_lesson_keeps_the_room_on() -> None:
    before = there(at(7, 40), sign_at=at(7, 0))
    assert [one for one in seen(before).ahead if one.job.kind is Kind.IDLE] == []
    assert seen(before).is_hindered


def test_the_machine_goes_last_and_not_before_recordings_are_finished_and_delivered() -> None:
    assert todo(seen(there(at(22, 0)))) == [NIGHT]
    night = done(NIGHT, at(22, 0))
    for business in (Business.FINISHING, Business.DELIVERING):
        care = seen(there(at(22, 1), business=frozenset({business})), night)
        assert (todo(care), state(care, Kind.SHUTDOWN)[0]) == ([], "waits")
    assert state(seen(there(at(22, 1)), night), Kind.SHUTDOWN)[0] == "warning"
    assert todo(seen(there(at(22, 2)), night)) == [SHUTDOWN]


def test_a_machine_that_was_shut_down_and_is_on_again_stays_on() -> None:
    begun = done(SHUTDOWN, at(22, 1), Outcome.BEGUN)
    night = done(NIGHT, at(22, 0))
    back = there(at(22, 30), booted_at=at(22, 29), began_at=at(22, 29))
    care = seen(back, begun, night)
    assert todo(care) == []
    assert [(one.job.kind, one.outcome) for one in care.said] == [(Kind.SHUTDOWN, Outcome.DONE)]


def test_after_a_power_cut_a_lesson_goes_on_and_otherwise_all_is_off() -> None:
    boot = {"boot": "b2", "booted_at": at(8, 10), "began_at": at(8, 10)}
    prepared = done(f"{FIRST}#prepare", at(7, 55))
    (chore,) = seen(there(at(8, 10), **boot), prepared).todo
    assert (chore.job.id, chore.routine) == ("b2/boot#boot", "class-start")
    (spared,) = seen(there(at(8, 10), **boot)).said  # the lesson's own routine has not run yet
    assert (spared.outcome, spared.why.tell("en")) == (Outcome.SKIPPED, "数学 is at 08:00. ")
    noon = {"boot": "b2", "booted_at": at(12, 10), "began_at": at(12, 10)}
    (off,) = seen(there(at(12, 10), **noon), prepared).todo
    assert off.routine == "class-end"
    assert seen(there(at(12, 11), **noon), done("b2/boot#boot", at(12, 10))).todo == ()


def test_a_recording_that_goes_on_after_a_power_cut_is_left_alone() -> None:
    boot = {"boot": "b2", "booted_at": at(12, 10), "began_at": at(12, 10)}
    care = seen(there(at(12, 10), business=frozenset({Business.RECORDING}), **boot))
    assert (todo(care), [one.outcome for one in care.said]) == ([], [Outcome.SKIPPED])


def test_a_clock_that_cannot_be_right_puts_nothing_off() -> None:
    assert seen(there(at(22, 0), is_right=False)) == Care()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(21, 29), None),
        (at(21, 30), at(6, 30, day=1)),
        (at(6, 29), at(6, 30)),
        (at(6, 30), None),
    ],
)
def test_quiet_hours_go_over_midnight(now: datetime, until: datetime | None) -> None:
    assert HABITS.quiet_until(now) == until
    assert replace(HABITS, quiet=None).quiet_until(now) is None


@dataclass
class Days:
    """A room through some days, minute by minute; people, recordings and restarts by chance."""

    chance: Random
    presence: Presence
    ledger: dict[str, Entry] = field(default_factory=dict)
    chores: list[tuple[datetime, str]] = field(default_factory=list)
    warned: dict[str, datetime] = field(default_factory=dict)

    def pass_minute(self) -> None:
        now = self.presence.now + MINUTE
        self.presence = replace(self.presence, now=now)
        self._happen(now)
        ledger = Ledger(self.ledger.values())
        care = look_after(HABITS, dues((), (), ledger, {}, now), ledger, self.presence)
        if care.is_hindered:
            self.presence = replace(self.presence, hindered_at=now)
        if care.is_busy:
            self.presence = replace(self.presence, busy_at=now)
        for one in care.ahead:
            if one.state == "warning":
                self.warned.setdefault(one.job.id, now)
        for said in care.said:
            self.ledger[said.job.id] = done(said.job.id, now, said.outcome)
        for chore in care.todo:
            self._check(chore.job.kind, chore.job.id, now)
            self.ledger[chore.job.id] = done(chore.job.id, now)
            self.chores.append((now, chore.job.id))

    def _happen(self, now: datetime) -> None:
        dice = self.chance.random()
        if dice < 0.01:
            self.presence = replace(self.presence, touched_at=now, sign_at=now)
        elif dice < 0.02:
            self.presence = replace(self.presence, stays_until=now + timedelta(hours=2))
        elif dice < 0.04:
            kinds = self.chance.sample(list(Business), self.chance.randrange(3))
            self.presence = replace(self.presence, business=frozenset(kinds))
        elif dice < 0.043:
            boot = f"{now}" if self.chance.random() < 0.5 else self.presence.boot
            booted_at = now if boot == f"{now}" else self.presence.booted_at
            self.presence = Presence(now=now, boot=boot, booted_at=booted_at, began_at=now)

    def _check(self, kind: Kind, job: str, now: datetime) -> None:
        presence = self.presence
        assert job not in [name for _at, name in self.chores]
        busy = frozenset(Business) if kind is Kind.SHUTDOWN else SHOWN
        assert not presence.business & busy
        assert presence.stays_until is None or presence.stays_until <= now
        assert presence.touched_at is None or now >= presence.touched_at + NEAR
        if kind is not Kind.BOOT:
            assert now - self.warned[job] >= HABITS.warning - MINUTE


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_is_done_twice_against_anybody_or_without_a_warning(seed: int) -> None:
    began_at = at(15, 0)
    begun = Presence(now=began_at, boot="b0", booted_at=began_at, began_at=began_at)
    days = Days(Random(seed), begun)
    for _ in range(36 * 60):
        days.pass_minute()
    evenings = [job for _at, job in days.chores if job.endswith("#night")]
    told = [entry.job for entry in days.ledger.values()]
    assert len(evenings) == len(set(evenings))
    assert NIGHT in told
    assert KEPT_ON > NEAR
