"""Reads terms, holidays, make-up days, half days, exams and days of other bells."""

import zoneinfo
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Final

from classroom_schedules.bells import Bells
from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, Term
from classroom_schedules.reading.consistency import check_days, check_terms
from classroom_schedules.reading.table import File, Table
from classroom_schedules.weeks import WEEKS_MAX, Parity, Weekday, monday

TERMS_MAX: Final = 40
DAYS_MAX: Final = 1000  # of each kind
SPAN_MAX_D: Final = 200  # of one holiday
YEARS: Final = range(1990, 2200)


def read_calendar(file: File, bells: Bells) -> Calendar:
    """Give the calendar, with whatever could be understood; mistakes go to the findings."""
    tables = [(table, _term(table)) for table in file.all("term", TERMS_MAX)]
    terms = [(table, term) for table, term in tables if term]
    read = [
        (table, _special(table, kind)) for kind in Kind for table in file.all(kind.value, DAYS_MAX)
    ]
    special = [(table, day) for table, day in read if day]
    check_terms(terms)
    check_days(special, bells)
    head = file.one("calendar")
    years = head.texts("years")
    if not all(year.isdecimal() and int(year) in YEARS for year in years):
        head.complain("not-years", "years")
        years = ()
    head.finish()
    school = file.one("school")
    school.text("name")
    zone = _zone(school)
    school.finish()
    if not file.values.get("term"):
        head.complain("no-term")
    return Calendar(
        zone=zone,
        terms=tuple(term for _, term in terms),
        days=tuple(day for _, day in special),
        years=frozenset(map(int, years)),
    )


def _zone(school: Table) -> zoneinfo.ZoneInfo:
    name = school.text("zone") or "Asia/Shanghai"
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        school.complain("not-zone", "zone", name=name)
        return zoneinfo.ZoneInfo("UTC")


def _term(table: Table) -> Term | None:
    name = table.text("name", needed=True)
    first, last = _span(table, most=7 * WEEKS_MAX)
    week_1 = table.day("week-1")
    uncounted = frozenset(map(monday, table.days("uncounted")))
    table.finish()
    return Term(name, first, last, week_1 or first, uncounted) if first and last else None


def _special(table: Table, kind: Kind) -> SpecialDay | None:
    first, last = _span(table, most=SPAN_MAX_D)
    name, classes = table.text("name", needed=kind is Kind.HOLIDAY), table.texts("class")
    reads: Mapping[Kind, Callable[[Table], Mapping[str, object]]] = {
        Kind.MAKE_UP: _make_up,
        Kind.HALF_DAY: _half_day,
        Kind.BELLS: _bells_day,
    }
    more = reads[kind](table) if kind in reads else {}
    table.finish()
    if not (first and last):
        return None
    if kind is Kind.MAKE_UP and first != last:
        table.complain("make-up-span")
    return SpecialDay(
        kind=kind,
        name=name,
        first=first,
        last=last,
        classes=classes,
        **more,  # type: ignore[arg-type] # each reader gives fields of its kind
    )


def _make_up(table: Table) -> Mapping[str, object]:
    return {"teaches": _teaches(table), **_hours(table), "bells": table.text("bells")}


def _half_day(table: Table) -> Mapping[str, object]:
    if "from" not in table.values and "until" not in table.values:
        table.complain("half-of-what")
    return {**_hours(table), "bells": table.text("bells")}


def _bells_day(table: Table) -> Mapping[str, object]:
    return {"bells": table.text("bells", needed=True)}


def _hours(table: Table) -> Mapping[str, object]:
    return {"since": table.clock("from") or time.min, "until": table.clock("until") or time.max}


def _teaches(table: Table) -> Teaches | None:
    said, week = table.values.get("teaches"), table.text("week")
    number = int(week) if week.isdecimal() and 1 <= int(week) <= WEEKS_MAX else None
    parity = None if number or not week else Parity.read(week)
    if week and not number and parity in {None, Parity.ALL}:
        table.complain("not-week", "week", most=WEEKS_MAX)
    weekday = Weekday.read(said) if isinstance(said, str) else None
    if weekday is not None:
        table.asked.add("teaches")
        return Teaches(weekday, None, number, parity)
    day = table.day("teaches") if not isinstance(said, str) or said[:1].isdigit() else None
    if day and week:
        table.complain("week-twice", "week")
    if isinstance(said, str) and not day:
        table.asked.add("teaches")
        table.complain("not-teaches", "teaches")
    return Teaches(Weekday.of(day), day) if day else None


def _span(table: Table, *, most: int) -> tuple[date | None, date | None]:
    """Give the first and last day: `date` alone, or `first` and `last`."""
    day = table.day("date")
    if "date" in table.values:
        if "first" in table.values or "last" in table.values:
            table.complain("date-twice", "date")
        table.asked.update({"first", "last"})
        return day, day
    first, last = table.day("first", needed=True), table.day("last", needed=True)
    if first and last and not 0 <= (last - first).days < most:
        table.complain("wrong-span", "last", most=most)
        return None, None
    return first, last
