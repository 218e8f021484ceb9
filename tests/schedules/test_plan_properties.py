"""What holds for every timetable and calendar, whatever a school thinks of."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_schedules import Occurrence, plan
from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, Term, days
from classroom_schedules.timetable import Change, Lesson, Slot, Timetable
from classroom_schedules.weeks import Parity, Weekday, Weeks, monday
from tests.schedules.schools import BELLS, SHANGHAI

FIRST, LAST = date(2026, 9, 1), date(2027, 7, 9)
TERMS = (
    Term("autumn", FIRST, date(2027, 1, 22), FIRST),  # across new year
    Term("spring", date(2027, 2, 22), LAST, date(2027, 2, 22), frozenset({date(2027, 5, 3)})),
)
EVERY = st.sampled_from(days(FIRST, LAST))
GROUPS = ("3A", "3B")
weeks = st.builds(
    Weeks, st.sampled_from(Parity), st.frozensets(st.integers(1, 20), max_size=6)
)  # fmt: skip
slots = st.tuples(st.sampled_from(Weekday), st.sampled_from(["1", "2"]), st.sampled_from(GROUPS))
teaches = st.builds(
    Teaches, st.sampled_from(Weekday), week=st.none() | st.integers(1, 20), parity=st.none()
) | st.builds(Teaches, st.sampled_from(Weekday), parity=st.sampled_from([Parity.ODD, Parity.EVEN]))


def _special(kind: Kind, day: date, length: int, taught: Teaches) -> SpecialDay:
    last = day if kind is Kind.MAKE_UP else day + timedelta(days=length)
    return SpecialDay(
        kind=kind, name="x", first=day, last=last,
        teaches=taught if kind is Kind.MAKE_UP else None,
    )  # fmt: skip


specials = st.lists(
    st.builds(
        _special, st.sampled_from([Kind.HOLIDAY, Kind.MAKE_UP, Kind.EXAM]), EVERY,
        st.integers(0, 8), teaches,
    ),
    max_size=8,
    unique_by=lambda one: (one.kind, one.first),
)  # fmt: skip


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    lessons = [
        Lesson(
            subject=f"{weekday.name} {period}", slots=(Slot(weekday, period, period),),
            classes=(group,), weeks=draw(weeks), room=group,
        )
        for weekday, period, group in draw(st.sets(slots, max_size=12))
    ]  # fmt: skip
    changes = draw(
        st.lists(
            st.builds(
                Change, day=EVERY, period=st.sampled_from(["1", "2"]),
                group=st.sampled_from(GROUPS), is_held=st.booleans(),
                to_date=st.none() | EVERY, to_period=st.sampled_from(["", "2"]),
            ),
            max_size=12,
        )
    )  # fmt: skip
    return Timetable(bells=BELLS, lessons=tuple(lessons), changes=tuple(changes))


calendars = st.builds(lambda special: Calendar(SHANGHAI, TERMS, tuple(special)), specials)
few = settings(max_examples=40, deadline=None, derandomize=True)


def _whole(timetable: Timetable, calendar: Calendar) -> tuple[Occurrence, ...]:
    return plan(timetable, calendar, FIRST, LAST + timedelta(days=1))


@few
@given(timetables(), calendars)
def test_no_lesson_is_held_on_a_holiday_or_between_terms(
    timetable: Timetable, calendar: Calendar
) -> None:
    closed = {
        day
        for special in calendar.days
        if special.kind in {Kind.HOLIDAY, Kind.EXAM}
        for day in days(special.first, special.last + timedelta(days=1))
    }
    moved = {change.to_date for change in timetable.changes}  # a person may choose any day
    for one in _whole(timetable, calendar):
        if one.is_held:
            assert one.date not in closed
            assert calendar.term(one.date) or one.date in moved


@few
@given(timetables(), calendars)
def test_nothing_is_there_twice(timetable: Timetable, calendar: Calendar) -> None:
    ids = [one.id for one in _whole(timetable, calendar)]
    assert len(ids) == len(set(ids))


@few
@given(timetables(), calendars, st.lists(EVERY, max_size=6))
def test_planning_in_pieces_is_planning_whole(
    timetable: Timetable, calendar: Calendar, cuts: list[date]
) -> None:
    ends = sorted({FIRST, *cuts, LAST + timedelta(days=1)})
    pieces = [
        plan(timetable, calendar, start, end)
        for start, end in pairwise(ends)
    ]  # fmt: skip
    assert tuple(one for piece in pieces for one in piece) == _whole(timetable, calendar)


@settings(few, max_examples=15)
@given(timetables(), calendars)
def test_every_day_teaches_its_weekday_and_week_and_a_make_up_day_what_its_table_says(
    timetable: Timetable, calendar: Calendar
) -> None:
    unchanged = Timetable(bells=BELLS, lessons=timetable.lessons)
    held = {one.id for one in _whole(unchanged, calendar) if one.is_held}
    assert held == {
        f"{day}/{slot.periods}/{lesson.name}"
        for day in days(FIRST, LAST + timedelta(days=1))
        for lesson in timetable.lessons
        for slot in lesson.slots
        if _is_taught(calendar, day, lesson, slot)
    }


def _is_taught(calendar: Calendar, day: date, lesson: Lesson, slot: Slot) -> bool:
    """Say it the slow way: by counting Mondays."""
    term = next((one for one in TERMS if one.first <= day <= one.last), None)
    special = [one for one in calendar.days if one.first <= day <= one.last]
    if not term or any(one.kind is not Kind.MAKE_UP for one in special):
        return False
    mondays = [one for one in days(term.week_1, day + timedelta(days=1)) if one.weekday() == 0]
    mondays = [one for one in {monday(term.week_1), *mondays} if one not in term.uncounted]
    number = 0 if monday(day) in term.uncounted else len(mondays)
    weekday, is_odd = day.weekday(), bool(number % 2)
    for one in special:
        if one.teaches:
            weekday, number = one.teaches.weekday, one.teaches.week or number
            is_odd = one.teaches.parity is Parity.ODD if one.teaches.parity else bool(number % 2)
            counted = number or one.teaches.parity
            break
    else:
        counted = number
    parity = {Parity.ALL: True, Parity.ODD: is_odd, Parity.EVEN: not is_odd}[lesson.weeks.parity]
    if lesson.weeks.parity is not Parity.ALL and not counted:
        return False
    listed = not lesson.weeks.listed or number in lesson.weeks.listed
    return weekday == slot.weekday and parity and listed
