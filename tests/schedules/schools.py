"""Schools for the tests: the example that is shipped, and small ones made of a few lines."""

from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from classroom_schedules import Occurrence, School, load, plan
from classroom_schedules.bells import Bells, BellSchedule, Period
from classroom_schedules.calendar import Calendar, SpecialDay, Term
from classroom_schedules.timetable import Lesson, Slot, Timetable
from classroom_schedules.weeks import EVERY_WEEK, Weekday, Weeks

EXAMPLE = Path(__file__).parents[2] / "schedules" / "examples" / "primary-school.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
BELLS = Bells(
    (
        BellSchedule(
            "usual",
            (Period("1", time(8), time(8, 40)), Period("2", time(9), time(9, 40))),
        ),
    )
)
TERM = Term("spring", date(2027, 3, 1), date(2027, 7, 2), date(2027, 3, 1))


def example() -> School:
    return load(EXAMPLE)


def lesson(weekday: Weekday, period: str = "1", weeks: Weeks = EVERY_WEEK, **more: str) -> Lesson:
    return Lesson(
        subject=more.get("subject", "数学"),
        slots=(Slot(weekday, period, period),),
        classes=(more.get("group", "3A"),),
        teachers=(more.get("teacher", "王芳"),),
        room=more.get("room", "301"),
        weeks=weeks,
    )


def calendar(*special: SpecialDay, terms: tuple[Term, ...] = (TERM,)) -> Calendar:
    return Calendar(SHANGHAI, terms, special, frozenset({2027}))


def timetable(*lessons: Lesson) -> Timetable:
    return Timetable(bells=BELLS, lessons=lessons)


def on(school: School, day: date) -> dict[str, Occurrence]:
    """Give what a day of a school has, by periods, class and subject."""
    planned = plan(school.timetable, school.calendar, day, day + timedelta(days=1))
    return {one.id.partition("/")[2]: one for one in planned}
