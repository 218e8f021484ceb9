"""Reads whatever a school may have its timetable in: TOML apart, by the name of the file."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from classroom_schedules.incoming.columns import guessed, read_lessons
from classroom_schedules.incoming.grid import is_grid, read_grids
from classroom_schedules.incoming.ical import read_ical
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.sheet import Row, read_csv, read_xlsx
from classroom_schedules.load import School
from classroom_schedules.mistakes import fail

SHEETS: Final = (".csv", ".xlsx")
KINDS: Final = (*SHEETS, ".ics")
NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})


def read_table(
    name: str,
    content: bytes,
    school: School,
    columns: Mapping[str, str] = NO_COLUMNS,
    sheet: str = "",
) -> Imported:
    """Give the lessons of a list or a weekly grid, or the reservations of a calendar.

    `columns` names headers of a list that are not the usual ones.

    Raises:
        ScheduleError: it is of another kind, too big, or cannot be read at all.
    """
    kind = PurePath(name).suffix.lower()
    if kind not in KINDS:
        raise fail("not-kind-of-file", text=kind or name, near=KINDS)
    if kind == ".ics":
        return read_ical(content, school.calendar.zone, *terms(school))
    rows = _rows(kind, content, sheet)
    if is_grid(rows) and not columns:
        return read_grids(rows, school.timetable.bells, PurePath(name).stem)
    return read_lessons(rows, school.timetable.bells, columns)


def columns_of(
    name: str, content: bytes, named: Mapping[str, str] = NO_COLUMNS, sheet: str = ""
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Give what the columns of a list are called, and which is taken for what; () if it is none.

    Raises:
        ScheduleError: it cannot be read at all.
    """
    kind = PurePath(name).suffix.lower()
    if kind not in SHEETS:
        return (), NO_COLUMNS
    rows = _rows(kind, content, sheet)
    found = None if is_grid(rows) and not named else guessed(rows, named)
    if not found:
        return (), NO_COLUMNS
    header, taken = found
    return tuple(dict.fromkeys(filter(None, header.cells))), taken


def _rows(kind: str, content: bytes, sheet: str) -> list[Row]:
    return read_xlsx(content, sheet) if kind == ".xlsx" else read_csv(content)


def terms(school: School) -> tuple[date, date]:
    """Give the first day of all terms, and the day after the last."""
    all_ = school.calendar.terms
    return min(one.first for one in all_), max(one.last for one in all_) + timedelta(days=1)
