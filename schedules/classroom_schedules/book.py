"""A timetable and a calendar, opened for planning: looked up once, asked for often."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from classroom_schedules.bells import spans
from classroom_schedules.calendar import Calendar
from classroom_schedules.mistakes import fail
from classroom_schedules.school_day import SchoolDay
from classroom_schedules.timetable import Change, Lesson, Slot, Timetable
from classroom_schedules.weeks import Weekday

Times = Mapping[str, tuple[datetime, datetime]]


class Book:
    """What planning asks: which lessons a weekday has, what a day teaches, when periods are."""

    def __init__(self, timetable: Timetable, calendar: Calendar) -> None:
        self.timetable = timetable
        self.calendar = calendar
        self._special = calendar.special()
        self._days: dict[date, SchoolDay | None] = {}
        self._times: dict[tuple[date, str, str], Times] = {}
        self._slots = defaultdict[Weekday, list[tuple[Lesson, Slot]]](list)
        self._changes = defaultdict[date, list[Change]](list)
        for lesson in timetable.lessons:
            for slot in lesson.slots:
                self._slots[slot.weekday].append((lesson, slot))
        for change in timetable.changes:
            self._changes[change.day].append(change)

    def day(self, day: date) -> SchoolDay | None:
        """Give what a day teaches; None between terms."""
        if day not in self._days:
            term, special = self.calendar.term(day), self._special.get(day, ())
            self._days[day] = SchoolDay(self.calendar, term, day, special) if term else None
        return self._days[day]

    def slots(self, day: date, school_day: SchoolDay) -> Iterator[tuple[Lesson, Slot]]:
        """Give every lesson that this day, or the day it stands for, has in its weekday."""
        for weekday in school_day.weekdays:
            for lesson, slot in self._slots[weekday]:
                if lesson.first <= day <= lesson.last:
                    yield lesson, slot

    def changes(self, day: date, lesson: Lesson, slot: Slot) -> list[Change]:
        """Give what is different about a lesson on a day, in the order in which it was said."""
        return [change for change in self._changes[day] if change.meets(lesson, slot)]

    def times(
        self, day: date, room: str, first: str, last: str, bells: str = ""
    ) -> tuple[datetime, datetime] | None:
        """Give when periods begin and end in a room; None if the day's bells lack one."""
        periods = self._periods(day, self.timetable.site(room), bells)
        if first not in periods or last not in periods:
            return None
        return periods[first][0], periods[last][1]

    def usual_times(self, day: date, room: str, slot: Slot) -> tuple[datetime, datetime]:
        """Give when a lesson would be by any bells that know its periods.

        Raises:
            ScheduleError: none do.
        """
        for schedule in self.timetable.bells.schedules:
            times = self.times(day, room, slot.first, slot.last, schedule.name)
            if times:
                return times
        raise fail("no-period", name=slot.periods)

    def _periods(self, day: date, site: str, bells: str) -> Times:
        key = (day, site, bells)
        if key not in self._times:
            schedule = self.timetable.bells.on(day, site, bells)
            self._times[key] = spans(schedule, day, self.calendar.zone) if schedule else {}
        return self._times[key]
