"""A school's whole year: our plan against expanding the same lessons from iCalendar.

60 classes, 150 teachers, 80 rooms, 30 lessons a week and class, odd and even weeks among them, two
terms with holidays and make-up days. The peer, recurring-ical-events, gets each lesson as a weekly
event with the dates that fall out as EXDATE and those that come in as RDATE, already parsed, and
must give the same dates.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from classroom_schedules import Occurrence, clashes, plan
from classroom_schedules.bells import Bells, BellSchedule, Period
from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, Term
from classroom_schedules.timetable import Lesson, Slot, Timetable
from classroom_schedules.weeks import EVERY_WEEK, Parity, Weekday, Weeks

try:
    import icalendar
    import recurring_ical_events
except ModuleNotFoundError as error:
    sys.stderr.write(f"missing: {error.name} (pip install recurring-ical-events)\n")
    sys.exit(2)

ZONE = ZoneInfo("Asia/Shanghai")
START, END = date(2026, 9, 1), date(2027, 9, 1)
CLASSES, TEACHERS, ROOMS, PERIODS = 60, 150, 80, 6
TERMS = (
    Term("autumn", date(2026, 9, 1), date(2027, 1, 22), date(2026, 9, 1)),
    Term("spring", date(2027, 2, 22), date(2027, 7, 9), date(2027, 2, 22)),
)
HOLIDAYS = (
    (date(2026, 9, 25), date(2026, 9, 27)), (date(2026, 10, 1), date(2026, 10, 7)),
    (date(2027, 1, 1), date(2027, 1, 3)), (date(2027, 4, 3), date(2027, 4, 5)),
    (date(2027, 5, 1), date(2027, 5, 5)), (date(2027, 6, 9), date(2027, 6, 9)),
)  # fmt: skip
MAKE_UPS = {date(2026, 9, 20): 1, date(2026, 10, 10): 2, date(2027, 5, 8): 1}


def school(seed: int, classes: int) -> tuple[Timetable, Calendar]:
    """Give a school in which no room, teacher or class is wanted twice."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be repeated
    lessons = []
    for weekday, period in product(range(5), range(1, PERIODS + 1)):
        rooms = chance.sample(range(ROOMS), classes)
        teachers = chance.sample(range(TEACHERS), classes)
        for group, (room, teacher) in enumerate(zip(rooms, teachers, strict=True)):
            weeks = chance.choice([EVERY_WEEK] * 4 + [Weeks(Parity.ODD), Weeks(Parity.EVEN)])
            lessons.append(_lesson(group, room, teacher, Weekday(weekday), str(period), weeks))
    bells = BellSchedule(
        "usual",
        tuple(Period(str(at), clock(7 + at), clock(7 + at, 40)) for at in range(1, PERIODS + 1)),
    )
    holidays = [
        SpecialDay(kind=Kind.HOLIDAY, name="holiday", first=first, last=last)
        for first, last in HOLIDAYS
    ]
    make_ups = [
        SpecialDay(
            kind=Kind.MAKE_UP, name="make-up", first=day, last=day, teaches=Teaches(Weekday(at))
        )
        for day, at in MAKE_UPS.items()
    ]
    calendar = Calendar(ZONE, TERMS, (*holidays, *make_ups), frozenset({2026, 2027}))
    return Timetable(bells=Bells((bells,)), lessons=tuple(lessons)), calendar


def _lesson(  # noqa: PLR0917 - made in one place
    group: int, room: int, teacher: int, weekday: Weekday, period: str, weeks: Weeks
) -> Lesson:
    return Lesson(
        subject=f"subject {weekday}{period}",
        slots=(Slot(weekday, period, period),),
        classes=(f"class {group}",),
        teachers=(f"teacher {teacher}",),
        room=f"room {room}",
        weeks=weeks,
    )


def as_ical(planned: Iterable[Occurrence]) -> icalendar.Calendar:
    """Give the same lessons as weekly events with exceptions, one for each term."""
    series = defaultdict[tuple[str, tuple[str, ...], str, clock, Term], set[datetime]](set)
    for one in planned:
        term = next(term for term in TERMS if term.first <= one.date <= term.last)
        if one.is_held:
            key = (one.title, one.classes, one.room, one.starts_at.time(), term)
            series[key].add(one.starts_at)
    calendar = icalendar.Calendar()
    for number, ((title, _, room, _, term), starts) in enumerate(series.items()):
        calendar.add_component(_event(str(number), title, room, term, starts))
    return calendar


def _event(uid: str, title: str, room: str, term: Term, starts: set[datetime]) -> icalendar.Event:
    weekly = [one for one in starts if one.date() not in MAKE_UPS]
    first = min(weekly)
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("SUMMARY", title)
    event.add("LOCATION", room)
    event.add("DTSTART", first)
    event.add("DURATION", timedelta(minutes=40))
    apart = [(later - earlier).days for earlier, later in pairwise(sorted(weekly))]
    interval = 2 if min(apart) > 7 else 1
    until = datetime.combine(term.last, clock(23), ZONE).astimezone(UTC)
    event.add("RRULE", {"FREQ": "WEEKLY", "INTERVAL": interval, "UNTIL": until})
    weeks = range((term.last - first.date()).days // 7 + 1)
    every = {first + timedelta(weeks=week) for week in weeks[::interval]}
    for away in sorted(every - starts):
        event.add("EXDATE", away)
    for extra in sorted(starts - every):
        event.add("RDATE", extra)
    return event


def main() -> None:
    """Plan the year, expand it, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=CLASSES, help="fewer, for a quick look")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    timetable, calendar = school(asked.seed, asked.classes)
    began = time.process_time()
    planned = plan(timetable, calendar, START, END)
    plan_s = time.process_time() - began
    began = time.process_time()
    found = clashes(timetable, planned)
    clashes_s = time.process_time() - began
    events = as_ical(planned)
    began = time.process_time()
    expanded = recurring_ical_events.of(events).between(START, END)
    peer_s = time.process_time() - began
    held = sorted((one.starts_at, one.room) for one in planned if one.is_held)
    same = held == sorted((one.start, str(one["LOCATION"])) for one in expanded)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {
        "seed": asked.seed, "classes": asked.classes, "lessons": len(timetable.lessons),
        "held": len(held), "explained": len(planned) - len(held), "clashes": len(found),
        "plan_cpu_s": round(plan_s, 3), "clashes_cpu_s": round(clashes_s, 3),
        "peer_cpu_s": round(peer_s, 3), "same_dates": same, "peak_mb": round(peak_mb),
        "plan_to_peer_ratio": round(plan_s / peer_s, 4),
    }  # fmt: skip
    for name, value in told.items():
        print(f"{name:20} {value}")
    if asked.json:
        print(json.dumps(told))
    sys.exit(0 if same and not found and plan_s < peer_s else 1)


if __name__ == "__main__":
    main()
