"""A school's file with the days of a notice in it; what the school has entered itself stays."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, days
from classroom_schedules.incoming.notice import Notice
from classroom_schedules.load import School, loads
from classroom_schedules.mistakes import fail
from classroom_schedules.outgoing.toml import days_toml
from classroom_schedules.weeks import Weekday

_YEARS: Final = re.compile(r"^(\s*years\s*=\s*)[^#\n]*?(\s*(?:#.*)?)$", re.MULTILINE)
_CALENDAR: Final = re.compile(r"^\s*\[\s*calendar\s*\].*$", re.MULTILINE)


def with_notice(text: str, school: School, notice: Notice, taught: Mapping[date, Weekday]) -> str:
    """Give the file of `school` with what a notice says and it does not, and the notice's year.

    `taught` says whose lessons the worked days have; a day that nobody has said that of has none.

    Raises:
        ScheduleError: the file is written in a way in which that cannot be done; or what the
            notice says cannot be together with what the school has entered.
    """
    new = [_teaching(one, taught) for one in missing(school.calendar, notice.days)]
    years = school.calendar.years | {notice.year}
    merged = _with_years(text, years).rstrip("\n") + "\n" + days_toml(new)
    found = loads(merged.encode())
    if found.timetable != school.timetable or found.calendar.years != years:
        raise fail("not-merged", count=len(school.timetable.lessons))
    return merged


def missing(calendar: Calendar, told: Iterable[SpecialDay]) -> Iterator[SpecialDay]:
    """Give what of these days a calendar does not have yet for all classes, in whole spans."""
    for one in told:
        known = {day for day, kind in _whole_days(calendar) if kind is one.kind}
        new = [day for day in days(one.first, one.last + timedelta(days=1)) if day not in known]
        for _, span in groupby(enumerate(new), lambda at: at[1] - timedelta(days=at[0])):
            dates = [day for _, day in span]
            yield replace(one, first=dates[0], last=dates[-1])


def _whole_days(calendar: Calendar) -> Iterator[tuple[date, Kind]]:
    for day, special in calendar.special().items():
        yield from ((day, one.kind) for one in special if not one.classes)


def _teaching(one: SpecialDay, taught: Mapping[date, Weekday]) -> SpecialDay:
    weekday = taught.get(one.first) if one.kind is Kind.MAKE_UP else None
    return replace(one, teaches=Teaches(weekday)) if weekday is not None else one


def _with_years(text: str, years: Iterable[int]) -> str:
    listed = ", ".join(map(str, sorted(years)))
    calendar = _CALENDAR.search(text)
    if calendar is None:
        return f"{text.rstrip()}\n\n[calendar]\nyears = [{listed}]\n"
    at = calendar.end()
    end = text.find("\n[", at)
    table = text[at : end if end >= 0 else len(text)]
    changed, count = _YEARS.subn(rf"\g<1>[{listed}]\g<2>", table, count=1)
    if not count:
        changed = f"\nyears = [{listed}]{table}"
    return text[:at] + changed + text[at + len(table) :]
