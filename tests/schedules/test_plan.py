"""The plan of a school: what a day teaches, and why."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from classroom_schedules import doubts, plan
from classroom_schedules.bells import instant
from classroom_schedules.calendar import Kind, SpecialDay, Teaches, Term
from classroom_schedules.timetable import Reservation, Timetable
from classroom_schedules.weeks import Parity, Weekday, Weeks
from tests.schedules.schools import (
    BELLS,
    SHANGHAI,
    calendar,
    example,
    lesson,
    on,
    timetable,
)

CLASS = "三(1)班"


def test_a_lesson_says_when_it_is_and_why() -> None:
    monday = on(example(), date(2027, 3, 1))[f"3/{CLASS} 数学"]
    assert monday.starts_at == datetime(2027, 3, 1, 10, 20, tzinfo=SHANGHAI)
    assert monday.ends_at == datetime(2027, 3, 1, 11, 0, tzinfo=SHANGHAI)
    assert monday.why("zh-CN") == "课表：周一第 3 节，第 1 周（单周）。"
    assert monday.why("en") == "Timetable: Monday, period 3, week 1 (odd)."


def test_bells_change_with_the_season() -> None:
    winter = on(example(), date(2027, 4, 26))[f"3/{CLASS} 数学"]
    summer = on(example(), date(2027, 5, 10))[f"3/{CLASS} 数学"]
    assert (winter.starts_at.time(), summer.starts_at.time()) == (time(10, 20), time(10, 10))


def test_two_periods_in_a_row_are_one_lesson() -> None:
    double = on(example(), date(2027, 3, 1))[f"1-2/{CLASS} 语文"]
    assert (double.starts_at.time(), double.ends_at.time()) == (time(8, 20), time(9, 50))


def test_odd_and_even_weeks_take_turns_and_say_so() -> None:
    first, second = (on(example(), date(2027, 3, day)) for day in (3, 10))
    assert first[f"5-6/{CLASS} 科学"].is_held
    assert not first[f"5-6/{CLASS} 劳动"].is_held
    assert second[f"5-6/{CLASS} 劳动"].is_held
    assert "双周" in second[f"5-6/{CLASS} 科学"].why("zh-CN")


def test_a_holiday_holds_nothing_and_says_when_it_is_made_up() -> None:
    holiday = on(example(), date(2027, 5, 4))
    assert holiday
    assert not any(one.is_held for one in holiday.values())
    assert holiday[f"1/{CLASS} 语文"].why("zh-CN") == "放假：劳动节。在 2027-04-25 补课。"


def test_a_make_up_day_teaches_another_date_by_that_dates_week() -> None:
    sunday = on(example(), date(2027, 4, 25))
    held = {key for key, one in sunday.items() if one.is_held}
    assert held == {
        f"1/{CLASS} 语文", f"2/{CLASS} 数学", f"5/{CLASS} 体育", "5/六(1)班 体育"
    }  # fmt: skip
    assert "第 10 周（双周）" in sunday[f"1/{CLASS} 语文"].why("zh-CN")


def test_a_make_up_day_teaches_a_weekday_of_a_parity_for_half_a_day() -> None:
    saturday = on(example(), date(2027, 5, 8))
    assert saturday[f"2/{CLASS} 数学"].is_held
    assert saturday[f"5-6/{CLASS} 劳动"].why("en").startswith("Half day")
    assert saturday[f"5-6/{CLASS} 科学"].why("en").startswith("This is week 10 (even)")


def test_a_make_up_day_does_not_teach_its_own_weekday() -> None:
    teaches = Teaches(Weekday.THURSDAY)
    day = SpecialDay(
        kind=Kind.MAKE_UP, name="swap", first=date(2027, 3, 6), last=date(2027, 3, 6),
        teaches=teaches,
    )  # fmt: skip
    lessons = timetable(lesson(Weekday.SATURDAY), lesson(Weekday.THURSDAY, subject="语文"))
    planned = plan(lessons, calendar(day), date(2027, 3, 6), date(2027, 3, 7))
    assert {one.title: one.is_held for one in planned} == {"数学": False, "语文": True}


def test_a_make_up_day_of_which_nobody_said_what_it_teaches_is_a_warning() -> None:
    day = SpecialDay(
        kind=Kind.MAKE_UP, name="?", first=date(2027, 3, 6), last=date(2027, 3, 6)
    )  # fmt: skip
    lessons, days = timetable(lesson(Weekday.SATURDAY)), calendar(day)
    (planned,) = plan(lessons, days, date(2027, 3, 6), date(2027, 3, 7))
    assert not planned.is_held
    (doubt,) = doubts(lessons, days, date(2027, 3, 1), date(2027, 4, 1))
    assert doubt.key == "doubt.undecided"


def test_an_exam_empties_the_lessons_of_those_who_sit_it_alone() -> None:
    exam = on(example(), date(2027, 5, 20))
    assert exam[f"1/{CLASS} 数学"].is_held
    assert exam["1/六(1)班 数学"].why("en") == "Exam: 六年级模拟考."


def test_a_day_of_other_bells_moves_the_lessons() -> None:
    delayed = on(example(), date(2027, 3, 2))[f"1/{CLASS} 语文"]
    assert delayed.starts_at.time() == time(10)
    assert "大雪" in delayed.why("en")


def test_cover_keeps_the_lesson_and_changes_the_teacher() -> None:
    covered = on(example(), date(2027, 3, 4))[f"1/{CLASS} 数学"]
    assert covered.teachers == ("孙丽",)
    assert covered.why("zh-CN").endswith("由孙丽代李强上课：李强外出教研。")


def test_a_swap_exchanges_two_lessons_of_a_day() -> None:
    swapped = on(example(), date(2027, 3, 9))
    starts = {
        one.title: one.starts_at.time() for one in swapped.values() if one.is_held
    }  # fmt: skip
    assert (starts["语文"], starts["数学"]) == (time(9, 10), time(8, 20))


def test_a_lesson_moved_to_another_week_is_explained_on_both_days() -> None:
    left = on(example(), date(2027, 3, 12))["5/专递音乐/left"]
    (came,) = (
        one for one in on(example(), date(2027, 3, 15)).values() if one.title == "音乐"
    )  # fmt: skip
    assert not left.is_held
    assert came.is_held
    assert came.id == "2027-03-12/5/专递音乐"  # what is kept by id stays known
    assert came.starts_at.time() == time(14, 50)


def test_a_lesson_moved_onto_a_holiday_is_not_held_and_is_a_warning() -> None:
    school = example()
    move = next(one for one in school.timetable.changes if one.to_date == date(2027, 3, 15))
    wrong = Timetable(
        bells=school.timetable.bells,
        lessons=school.timetable.lessons,
        changes=(type(move)(day=move.day, period="5", group=CLASS, to_date=date(2027, 5, 3)),),
    )
    planned = plan(wrong, school.calendar, date(2027, 5, 3), date(2027, 5, 4))
    assert not any(one.is_held for one in planned)
    found = doubts(wrong, school.calendar, date(2027, 3, 1), date(2027, 7, 1))
    assert [doubt.key for doubt in found] == ["doubt.move"]


def test_a_change_that_finds_no_lesson_is_a_warning() -> None:
    school = example()
    change = type(school.timetable.changes[0])(
        day=date(2027, 3, 6), period="1", group=CLASS, is_held=False
    )  # fmt: skip
    missed = Timetable(
        bells=BELLS, lessons=school.timetable.lessons, changes=(change,)
    )  # fmt: skip
    found = doubts(missed, school.calendar, date(2027, 3, 6), date(2027, 3, 7))
    assert [doubt.key for doubt in found] == ["doubt.change"]


def test_a_year_whose_make_up_days_nobody_entered_is_a_warning() -> None:
    school = example()
    later = Term("next", date(2028, 2, 28), date(2028, 6, 30), date(2028, 2, 28))
    days = calendar(terms=(*school.calendar.terms, later))
    found = doubts(school.timetable, days, date(2028, 1, 1), date(2028, 12, 31))
    assert [doubt.key for doubt in found] == ["doubt.year"]
    assert found[0].tell("zh-CN").startswith("2028 年的放假和调休尚未录入：请录入")


def test_a_reservation_by_hand_is_held_on_a_holiday_an_imported_one_is_not() -> None:
    holiday = SpecialDay(
        kind=Kind.HOLIDAY, name="清明节", first=date(2027, 4, 5), last=date(2027, 4, 5)
    )  # fmt: skip
    taken = [
        Reservation(
            day=date(2027, 4, 5), start=time(18), end=time(19), title=title, room="301",
            yields=title == "imported",
        )
        for title in ("by hand", "imported")
    ]  # fmt: skip
    booked = Timetable(bells=BELLS, reservations=tuple(taken))
    planned = plan(booked, calendar(holiday), date(2027, 4, 5), date(2027, 4, 6))
    assert {one.title: one.is_held for one in planned} == {"by hand": True, "imported": False}


def test_between_terms_there_is_nothing() -> None:
    lessons = timetable(lesson(Weekday.MONDAY))
    assert not plan(lessons, calendar(), date(2027, 7, 5), date(2027, 8, 30))


def test_an_uncounted_week_holds_what_is_held_every_week_and_has_no_number() -> None:
    term = Term(
        "t", date(2027, 3, 1), date(2027, 7, 2), date(2027, 3, 1), frozenset({date(2027, 3, 8)})
    )
    assert [term.week(date(2027, 3, day)).number for day in (1, 8, 15)] == [1, 0, 2]
    lessons = timetable(
        lesson(Weekday.MONDAY), lesson(Weekday.MONDAY, "2", Weeks(Parity.ODD))
    )  # fmt: skip
    planned = plan(lessons, calendar(terms=(term,)), date(2027, 3, 8), date(2027, 3, 9))
    assert [one.is_held for one in planned] == [True, False]


def test_a_plan_goes_from_date_to_date() -> None:
    with pytest.raises(ValueError, match="date"):
        plan(timetable(), calendar(), datetime(2027, 3, 1, tzinfo=UTC), date(2027, 3, 2))


def test_a_time_that_a_change_of_clocks_leaves_out_is_moved_on_by_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert (
        instant(date(2027, 3, 28), time(2, 30), berlin).isoformat().startswith("2027-03-28T03:30")
    )
    twice = instant(date(2027, 10, 31), time(2, 30), berlin)
    assert twice.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("单", "odd"), ("双周", "even"), ("每周", "all"), ("", "all"), ("odd", "odd"),
        ("1-8,10", "1-8,10"), ("第1-16周(双)", "1-16 even"), ("1-4 单", "1-4 odd"),
        ("3，5、7周", "3,5,7"),
    ],
)  # fmt: skip
def test_weeks_are_understood_as_people_write_them(text: str, said: str) -> None:
    assert str(Weeks.read(text)) == said


@pytest.mark.parametrize("text", ["0", "8-1", "99", "often", "1-", "一"])
def test_weeks_that_make_no_sense_are_not_understood(text: str) -> None:
    assert Weeks.read(text) is None
