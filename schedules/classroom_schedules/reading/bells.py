"""Reads bell schedules: their periods, seasons and sites."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from classroom_schedules.bells import Bells, BellSchedule, Period, Season
from classroom_schedules.reading.table import File, Table, read_clock

SCHEDULES_MAX: Final = 200
PERIODS_MAX: Final = 60  # of a day
_PERIOD = re.compile(r"(.+?)\s+(\d{1,2}[:：]\d\d)\s*[-–—~至到]\s*(\d{1,2}[:：]\d\d)")
_YEARLY = re.compile(r"(\d{1,2})-(\d{1,2})")


def read_bells(file: File) -> Bells:
    """Give all bell schedules; mistakes go to the findings."""
    tables = list(file.all("bells", SCHEDULES_MAX))
    schedules = [_schedule(table) for table in tables]
    seen = set[tuple[str, str]]()
    for table, one in zip(tables, schedules, strict=True):
        if (one.name, one.site) in seen:
            table.complain("bells-twice", "name", name=one.name)
        seen.add((one.name, one.site))
    return Bells(tuple(schedules))


def _schedule(table: Table) -> BellSchedule:
    schedule = BellSchedule(
        name=table.text("name", needed=True),
        periods=tuple(_periods(table)),
        season=_season(table),
        site=table.text("site"),
    )
    table.finish()
    return schedule


def _periods(table: Table) -> Iterator[Period]:
    before: Period | None = None
    names = set[str]()
    texts = table.texts("periods", needed=True)
    if len(texts) > PERIODS_MAX:
        table.complain("too-many", "periods", name="periods", most=PERIODS_MAX)
    for text in texts[:PERIODS_MAX]:
        period = _period(text)
        if not period:
            table.complain("not-period", "periods", text=text)
            continue
        if period.name in names:
            table.complain("period-twice", "periods", name=period.name)
        if before and period.start < before.end:
            table.complain("periods-overlap", "periods", first=before.name, second=period.name)
        names.add(period.name)
        before = period
        yield period


def _period(text: str) -> Period | None:
    found = _PERIOD.fullmatch(text)
    start, end = (read_clock(found[2]), read_clock(found[3])) if found else (None, None)
    return Period(found[1], start, end) if found and start and end and start < end else None


def _season(table: Table) -> Season | None:
    first, last = _end(table, "from"), _end(table, "until")
    if not first and not last:
        return None
    if isinstance(first, date) and isinstance(last, date) and first <= last:
        return Season(first, last)
    if isinstance(first, tuple) and isinstance(last, tuple):
        return Season(first, last)
    table.complain("not-season", "from")
    return None


def _end(table: Table, key: str) -> tuple[int, int] | date | None:
    value = table.values.get(key)
    yearly = _YEARLY.fullmatch(value.strip()) if isinstance(value, str) else None
    if not yearly:
        return table.day(key)
    table.asked.add(key)
    end = (int(yearly[1]), int(yearly[2]))
    if not (1 <= end[0] <= 12 and 1 <= end[1] <= 31):
        table.complain("not-season", key)
        return None
    return end
