"""``classroom-edge timetable``: checks a school's file, takes tables in, gives calendars out."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from classroom_edge.commands.plan import tell
from classroom_edge.config import load as load_room
from classroom_edge.services.day.furnished import furniture
from classroom_edge.words import words
from classroom_schedules import (
    Occurrence,
    ScheduleError,
    School,
    changes,
    clashes,
    doubts,
    load,
    plan,
)
from classroom_schedules.furniture import missing
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.notice import read_notice
from classroom_schedules.incoming.sheet import SIZE_MAX
from classroom_schedules.incoming.table import read_table, terms
from classroom_schedules.load import read_bytes
from classroom_schedules.mistakes import Mistake
from classroom_schedules.outgoing.csv import to_csv
from classroom_schedules.outgoing.ical import to_ical
from classroom_schedules.outgoing.selection import Whose, of
from classroom_schedules.outgoing.toml import days_toml, lessons_toml, reservations_toml
from classroom_schedules.timetable import Timetable

GOOD: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2
NOTICE: Final = ".txt"


@dataclass(frozen=True, slots=True)
class Source:
    """What comes in, and how it is to be read."""

    file: Path
    columns: Mapping[str, str]
    sheet: str = ""
    year: int | None = None


def check(file: Path, *, room: Path | None = None, language: str) -> int:
    """Tell mistakes (2), or clashes and doubts of all terms (1).

    With a room.toml, what the rules name and that room does not have is a mistake as well.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    try:
        school = load(file)
        _check_rules(school, room)
    except ScheduleError as error:
        tell(file, error, language)
        return WRONG_USE
    planned = plan(*school, *terms(school))
    found = [
        *(one.tell(language) for one in clashes(school.timetable, planned)),
        *(one.tell(language) for one in doubts(*school, *terms(school))),
    ]
    held = sum(one.is_held for one in planned)
    _say("timetable.checked", language, held=held, skipped=len(planned) - held, found=len(found))
    for text in found:
        sys.stdout.write(f"! {text}\n")
    return FAILED if found else GOOD


def import_(source: Source, file: Path, *, is_confirmed: bool, language: str) -> int:
    """Print a preview on standard error and what comes in, in the native form, on standard output.

    `file` is the school's, with its bells and terms. What would empty or halve its timetable is
    held back (1) until somebody has confirmed it.
    """
    try:
        school = load(file)
    except ScheduleError as error:
        tell(file, error, language)
        return WRONG_USE
    try:
        if source.file.suffix.lower() == NOTICE:
            return _notice(source, language)
        imported = _read(source, school)
        _preview(imported, language)
        imported.check()
    except ScheduleError as error:
        tell(source.file, error, language)
        return WRONG_USE
    return _compared(imported, school, is_confirmed=is_confirmed, language=language)


def export(
    file: Path, whose: str, name: str, *, start: date | None, end: date | None, form: str,
    language: str,
) -> int:  # fmt: skip
    """Write what a room, class or teacher has as iCalendar or CSV on standard output."""
    try:
        school = load(file)
    except ScheduleError as error:
        tell(file, error, language)
        return WRONG_USE
    first, last = terms(school)
    mine = of(plan(*school, start or first, end or last), Whose(whose), name)
    if not mine:
        sys.stderr.write(words("cli").say("plan.nothing", language, room=name) + "\n")
        return FAILED
    sys.stdout.buffer.write(_written(mine, name, form, language))
    return GOOD


def _written(mine: Sequence[Occurrence], name: str, form: str, language: str) -> bytes:
    if form == "csv":
        return to_csv(mine, language=language).encode()
    return to_ical(mine, name=name, made_at=datetime.now(UTC), language=language)


def _check_rules(school: School, room: Path | None) -> None:
    """Raises ScheduleError: rules name what the room does not have."""
    config = load_room(room) if room else None
    if config is None:
        return
    called = config.timetable.room if config.timetable else config.room.name
    if mistakes := tuple(missing(school.timetable.rules, called, furniture(config))):
        raise ScheduleError(mistakes)


def _read(source: Source, school: School) -> Imported:
    content = read_bytes(source.file, SIZE_MAX)
    return read_table(source.file.name, content, school, source.columns, source.sheet)


def _notice(source: Source, language: str) -> int:
    text = read_bytes(source.file, SIZE_MAX).decode("utf-8-sig", "replace")
    notice = read_notice(text, source.year)
    if notice.mistakes:
        raise ScheduleError(notice.mistakes)
    sys.stdout.write(days_toml(notice.days))
    _note("timetable.notice", language, days=len(notice.days), year=notice.year)
    return GOOD


def _preview(imported: Imported, language: str) -> None:
    for name, header in imported.columns.items():
        _note("timetable.column", language, name=name, header=header)
    left_out: Sequence[Mistake] = imported.left_out
    for one in left_out:
        _note("timetable.left-out", language, why=one.tell(language))


def _compared(
    imported: Imported, school: School, *, is_confirmed: bool, language: str
) -> int:  # fmt: skip
    new = Timetable(
        bells=school.timetable.bells,
        lessons=imported.lessons,
        reservations=imported.reservations,
    )
    difference = changes(school.timetable, new)
    sys.stderr.write(difference.tell(language) + "\n")
    if difference.needs_person and not is_confirmed:
        _note("timetable.confirm", language)
        return FAILED
    sys.stdout.write(lessons_toml(new.lessons) + reservations_toml(new.reservations))
    return GOOD


def _say(key: str, language: str, **values: object) -> None:
    sys.stdout.write(words("cli").say(key, language, **values) + "\n")


def _note(key: str, language: str, **values: object) -> None:
    sys.stderr.write(words("cli").say(key, language, **values) + "\n")
