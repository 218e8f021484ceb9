"""What a room does by itself: decided from the lessons, what was done, and what the room shows."""

from datetime import date, datetime, time, timedelta

import pytest

from classroom_schedules import ScheduleError, loads, plan
from classroom_schedules.rules import Rule, Sort, rule_for
from classroom_schedules.runner import (
    Decision,
    Due,
    Entry,
    Facts,
    Kind,
    Ledger,
    Outcome,
    Running,
    Wish,
    WishKind,
    decide,
    dues,
    granted,
)
from classroom_schedules.weeks import Weekday
from tests.schedules.schools import EXAMPLE, SHANGHAI, calendar, lesson, timetable

MONDAY = date(2027, 3, 1)
RULE = Rule(routine="class-start", end_routine="class-end", record=True, extend_min=10)
LESSONS = timetable(lesson(Weekday.MONDAY), lesson(Weekday.MONDAY, "2", subject="语文"))
FIRST, SECOND = "2027-03-01/1/3A 数学", "2027-03-01/2/3A 语文"
MINE, THEIRS = Running("r1", FIRST), Running("r0")


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime.combine(MONDAY, time(hour, minute, second), SHANGHAI)


def done(kind: Kind, when: datetime, *, lesson: str = FIRST, turn: int = 1) -> Entry:
    starts_at, ends_at = (at(8, 0), at(8, 40)) if kind is Kind.RECORD else (None, None)
    recording = "r1" if kind is Kind.RECORD else ""
    return Entry(job=f"{lesson}#{kind}", turn=turn, outcome=Outcome.DONE, at=when,
                 recording=recording, starts_at=starts_at, ends_at=ends_at)  # fmt: skip


def day(
    ledger: Ledger, now: datetime, *wishes: Wish, rule: Rule = RULE, taught: object = LESSONS
) -> tuple[Due, ...]:
    planned = plan(taught, calendar(), MONDAY, MONDAY + timedelta(days=1))  # type: ignore[arg-type]
    occurrences, added = granted(planned, wishes)
    return dues(occurrences, (rule,), ledger, added, now)


def decided(
    now: datetime, *entries: Entry, running: Running | None = None, wishes: tuple[Wish, ...] = (),
    cut: frozenset[str] = frozenset(), speaking: bool = False, synchronised: bool = True,
) -> Decision:  # fmt: skip
    ledger = Ledger(entries)
    if synchronised:
        void = {(one.job, one.turn): one for one in ledger.ahead(now)}
        ledger = Ledger(void.get((one.job, one.turn), one) for one in ledger)
    facts = Facts(now=now, running=running, cut=cut, is_speaking=speaking)  # fmt: skip
    return decide(day(ledger, now, *wishes), ledger, facts)


def names(decision: Decision) -> list[str]:
    return [one.job.id for one in decision.todo]


def test_before_its_time_nothing_is_done_and_it_is_known_when_to_look_again() -> None:
    early = decided(at(7, 30))
    assert (names(early), early.said, early.next_at) == ([], (), at(7, 55))


def test_what_was_missed_is_made_up_while_it_is_useful() -> None:
    assert names(decided(at(8, 20))) == [f"{FIRST}#prepare", f"{FIRST}#record"]


def test_what_is_of_no_use_any_more_is_missed_and_says_so() -> None:
    late = decided(at(8, 50), done(Kind.PREPARE, at(7, 55)))
    missed = {one.job.id: one for one in late.said}
    assert missed[f"{FIRST}#record"].outcome is Outcome.MISSED
    assert "08:38" in missed[f"{FIRST}#record"].why.tell("en")
    noted = Entry(job=f"{FIRST}#record", turn=1, outcome=Outcome.MISSED, at=at(8, 50))
    after = decided(at(8, 50), done(Kind.PREPARE, at(7, 55)), noted)
    assert "runner.nothing-recorded" in {one.why.key for one in after.said}


def test_a_job_that_was_only_claimed_is_decided_by_what_the_room_shows() -> None:
    claimed = Entry(job=f"{FIRST}#record", turn=1, outcome=Outcome.BEGUN, at=at(8, 0))
    ready = done(Kind.PREPARE, at(7, 55))
    assert names(decided(at(8, 1), ready, claimed)) == [f"{FIRST}#record"]
    found = decided(at(8, 1), ready, claimed, running=MINE)
    assert names(found) == []
    assert [(one.outcome, one.recording) for one in found.said] == [(Outcome.DONE, "r1")]


def test_a_recording_ends_with_its_lesson_or_later_while_somebody_speaks() -> None:
    begun = (done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0)))
    assert f"{FIRST}#stop" in names(decided(at(8, 40), *begun, running=MINE))
    assert names(decided(at(8, 45), *begun, running=MINE, speaking=True)) == []
    assert f"{FIRST}#stop" in names(decided(at(8, 50), *begun, running=MINE, speaking=True))


def test_a_person_may_add_minutes_even_into_the_next_lesson_which_waits() -> None:
    begun = (done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0)),
             done(Kind.PREPARE, at(8, 55), lesson=SECOND))  # fmt: skip
    more = Wish(lesson=FIRST, kind=WishKind.EXTEND, by="panel", at=at(8, 39), minutes=25)
    assert names(decided(at(9, 1), *begun, running=MINE, wishes=(more,))) == []
    assert names(decided(at(9, 5), *begun, running=MINE, wishes=(more,))) == [f"{FIRST}#stop"]
    over = (*begun, done(Kind.STOP, at(9, 5)))
    assert names(decided(at(9, 5), *over, wishes=(more,))) == [f"{SECOND}#record"]


def test_a_persons_recording_is_not_cut_off_but_asked_about() -> None:
    ready = done(Kind.PREPARE, at(7, 55))
    asked = decided(at(8, 0), ready, running=THEIRS)
    assert names(asked) == []
    assert asked.waiting is not None
    assert asked.waiting.occurrence.id == FIRST
    over = decided(at(8, 39), ready, running=THEIRS)
    assert [one.why.key for one in over.said] == ["runner.person-recorded"]


def test_after_an_outage_the_rest_is_recorded_but_not_after_a_person_has_stopped() -> None:
    begun = (done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0)))
    on = decided(at(8, 20), *begun, cut=frozenset({FIRST}))
    assert [(one.job.kind, one.turn) for one in on.todo] == [(Kind.RECORD, 2)]
    stopped = decided(at(8, 20), *begun)
    assert [one.why.key for one in stopped.said] == ["runner.person-stopped"]
    assert names(stopped) == []
    late = decided(at(8, 39), *begun, cut=frozenset({FIRST}))
    assert [one.why.key for one in late.said] == ["runner.cut"]


def test_between_lessons_the_room_stays_on_and_after_the_last_it_is_tidied() -> None:
    over = (done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0)), done(Kind.STOP, at(8, 40)))
    kept = decided(at(8, 40), *over)
    assert [(one.job.kind, one.why.key) for one in kept.said] == [(Kind.TIDY, "runner.kept-on")]
    assert f"{SECOND}#tidy" in names(decided(at(9, 40)))


def test_what_a_clock_that_was_ahead_has_done_does_not_count_once_the_time_is_right() -> None:
    ahead = (done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0)))
    put_back = decided(at(6, 0), *ahead, running=MINE)
    assert [(one.job.id, one.turn) for one in put_back.todo] == [(f"{FIRST}#stop", 1)]
    again = decided(at(8, 0), Entry(job=f"{FIRST}#stop", turn=1, outcome=Outcome.DONE, at=at(6, 0)),
                    *(done(one, at(9, 0)) for one in (Kind.PREPARE, Kind.RECORD)))  # fmt: skip
    assert [(one.job.kind, one.turn) for one in again.todo] == [
        (Kind.PREPARE, 2), (Kind.RECORD, 2),
    ]  # fmt: skip
    alone = decided(at(6, 0), *ahead, running=MINE, synchronised=False)
    assert names(alone) == []


def test_a_lesson_that_a_new_timetable_drops_or_moves_is_recorded_to_its_end() -> None:
    ledger = Ledger([done(Kind.PREPARE, at(7, 55)), done(Kind.RECORD, at(8, 0))])
    for taught in (timetable(), timetable(lesson(Weekday.MONDAY, "2"))):
        held = day(ledger, at(8, 20), taught=taught)
        during, after = (Facts(now=now, running=MINE) for now in (at(8, 20), at(8, 40)))
        assert decide(held, ledger, during).todo == ()
        assert decide(held, ledger, after).todo[0].job.kind is Kind.STOP


def test_people_skip_begin_early_and_swap() -> None:
    skip = Wish(lesson=FIRST, kind=WishKind.SKIP, by="王芳", at=at(7, 0))
    assert not any(FIRST in name for name in names(decided(at(8, 20), wishes=(skip,))))
    early = Wish(lesson=FIRST, kind=WishKind.EARLY, by="王芳", at=at(7, 40))
    assert names(decided(at(7, 40), wishes=(early,))) == [f"{FIRST}#prepare", f"{FIRST}#record"]
    swap = Wish(lesson=FIRST, kind=WishKind.SWAP, by="王芳", at=at(7, 0), other=SECOND)
    assert names(decided(at(8, 0), wishes=(swap,))) == [f"{SECOND}#prepare", f"{SECOND}#record"]


def test_the_first_rule_that_fits_counts() -> None:
    one = plan(LESSONS, calendar(), MONDAY, MONDAY + timedelta(days=1))[0]
    rules = (Rule(subjects=("语*",)), Rule(classes=("3*",), record=True), Rule(routine="on"))
    assert rule_for(rules, one) is rules[1]
    assert rule_for((Rule(sort=Sort.JOINT),), one) is None


def test_rules_are_read_with_their_mistakes() -> None:
    text = EXAMPLE.read_text("utf-8")
    good = loads((text + '\n[[rule]]\nclass = "六*"\nrecord = true\nextend = 8\n').encode())
    assert good.timetable.rules[-1] == Rule(classes=("六*",), record=True, extend_min=8)
    bad = '\n[[rule]]\nkind = "jont"\nearly = 500\n'
    with pytest.raises(ScheduleError) as error:
        loads((text + bad).encode())
    assert {one.key for one in error.value.mistakes} == {
        "not-kind", "not-count", "rule-does-nothing",
    }  # fmt: skip
