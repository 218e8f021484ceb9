"""Loads a school's file: its timetable and calendar, or every mistake in it at once."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from classroom_schedules.calendar import Calendar, Kind
from classroom_schedules.mistakes import Findings, fail
from classroom_schedules.reading.bells import read_bells
from classroom_schedules.reading.calendar import read_calendar
from classroom_schedules.reading.changes import read_changes, read_reservations
from classroom_schedules.reading.lines import Lines
from classroom_schedules.reading.rules import read_rules
from classroom_schedules.reading.table import File
from classroom_schedules.reading.timetable import read_lessons, read_rooms
from classroom_schedules.timetable import Timetable

SIZE_MAX: Final = 4 * 1024 * 1024  # bytes; sixty classes take a tenth of it
TABLES: Final = (
    "school", "calendar", "term", *(kind.value for kind in Kind), "bells", "room",
    "timetable", "lesson", "cover", "cancel", "move", "swap", "reservation", "rule",
)  # fmt: skip
_LINE = re.compile(r"at line (\d+)")


class School(NamedTuple):
    """What a school's file says."""

    timetable: Timetable
    calendar: Calendar


def load(path: Path) -> School:
    """Read a file.

    Raises:
        ScheduleError: it cannot be read, or something in it is wrong.
    """
    return loads(read_bytes(path, SIZE_MAX))


def loads(content: bytes) -> School:
    """Read a file's content.

    Raises:
        ScheduleError: something in it is wrong.
    """
    text = content.decode("utf-8-sig", "replace")
    findings = Findings()
    file = File(_toml(text), Lines(text), findings)
    file.check_names(TABLES)
    bells = read_bells(file)
    calendar = read_calendar(file, bells)
    timetable = Timetable(
        bells=bells,
        rooms=MappingProxyType(read_rooms(file)),
        lessons=tuple(read_lessons(file, bells)),
        changes=tuple(read_changes(file, bells)),
        reservations=tuple(read_reservations(file)),
        rules=tuple(read_rules(file)),
    )
    findings.check()
    return School(timetable, calendar)


def read_bytes(path: Path, most: int) -> bytes:
    """Give what a file holds, if it is not too big.

    Raises:
        ScheduleError: it cannot be read, or holds more than `most` bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise fail("no-file", name=path, why=error.strerror or error) from error
    if len(content) > most:
        raise fail("too-big", most=most // 1024)
    return content


def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = _LINE.search(str(error))
        raise fail("not-toml", line=line[1] if line else "?", why=str(error)[:200]) from error
