"""A room with six lessons a day, two terms, holidays and a make-up day."""

from datetime import date, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from classroom_schedules import School
from classroom_schedules.bells import Bells, BellSchedule, Period
from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, Term
from classroom_schedules.rules import Live, Rule
from classroom_schedules.runner.habits import Habits
from classroom_schedules.timetable import Lesson, Slot, Timetable
from classroom_schedules.weeks import Parity, Weekday, Weeks

HOURS = ((8, 10), (9, 0), (10, 10), (11, 0), (14, 0), (14, 50))
PERIODS = tuple(
    Period(str(number), time(hour, minute), time(hour + (minute + 40) // 60, (minute + 40) % 60))
    for number, (hour, minute) in enumerate(HOURS, 1)
)
RULES = (
    Rule(subjects=("体育",), routine="class-start"),
    Rule(
        subjects=("英语",),
        routine="class-start",
        record=True,
        live=(Live.SESSION,),
        late_min=1,
        extend_min=8,
    ),
    Rule(
        routine="class-start",
        end_routine="class-end",
        record=True,
        late_min=1,
        extend_min=8,
    ),
)

HABITS = Habits(
    off_routine="all-off",
    night_at=time(22, 0),
    idle=timedelta(minutes=45),
    shutdowns=((Weekday.FRIDAY, time(22, 15)),),
    after_power_cut=True,
)


def _lesson(number: int, weekday: Weekday, period: str) -> Lesson:
    subject = ("语文", "数学", "英语", "体育")[number % 4]
    weeks = Weeks(parity=Parity.ODD) if number % 7 == 0 else Weeks()
    slot = Slot(weekday, period, period)
    return Lesson(
        subject=subject,
        slots=(slot,),
        classes=("3A",),
        teachers=("王芳",),
        room="301",
        weeks=weeks,
        id=f"l{number}",
    )


SCHOOL = School(
    Timetable(
        bells=Bells((BellSchedule("usual", PERIODS),)),
        lessons=tuple(
            _lesson(number, weekday, period.name)
            for number, (weekday, period) in enumerate(product(tuple(Weekday)[:5], PERIODS))
        ),
        rules=RULES,
    ),
    Calendar(
        ZoneInfo("Asia/Shanghai"),
        (
            Term("autumn", date(2026, 9, 1), date(2027, 1, 22), date(2026, 9, 1)),
            Term("spring", date(2027, 2, 22), date(2027, 7, 9), date(2027, 2, 22)),
        ),
        (
            SpecialDay(
                kind=Kind.HOLIDAY, name="国庆节", first=date(2026, 10, 1), last=date(2026, 10, 7)
            ),
            SpecialDay(
                kind=Kind.MAKE_UP,
                name="国庆节调休",
                first=date(2026, 10, 10),
                last=date(2026, 10, 10),
                teaches=Teaches(Weekday.MONDAY),
            ),
        ),
        frozenset({2026, 2027}),
    ),
)
