"""The school's calendar, bells and timetable, and what they plan for every day."""

from classroom_schedules.changes import Changes, Verdict, changes
from classroom_schedules.clashes import Clash, clashes
from classroom_schedules.doubts import doubts
from classroom_schedules.load import School, load, loads
from classroom_schedules.mistakes import Mistake, ScheduleError
from classroom_schedules.occurrence import Occurrence
from classroom_schedules.plan import plan
from classroom_schedules.words import Remark

__all__ = [
    "Changes",
    "Clash",
    "Mistake",
    "Occurrence",
    "Remark",
    "ScheduleError",
    "School",
    "Verdict",
    "changes",
    "clashes",
    "doubts",
    "load",
    "loads",
    "plan",
]
