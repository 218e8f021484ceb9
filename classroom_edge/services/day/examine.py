"""Examines a timetable that came in, in a process of its own: a hostile file ends that alone.

``python -m classroom_edge.services.day.examine NAME READING SCHOOL.toml < FILE`` writes JSON: what
is wrong, or what would change, and the school's whole file as it would be. READING is JSON, too.
A ``.txt`` is the State Council's notice of holidays, pasted.
"""

import resource
import sys
from collections.abc import Iterable
from datetime import date
from itertools import islice
from pathlib import Path, PurePath
from typing import Final, Protocol

import msgspec

from classroom_edge.room import Words
from classroom_schedules import (
    Changes,
    ScheduleError,
    School,
    changes,
    clashes,
    doubts,
    loads,
    plan,
)
from classroom_schedules.calendar import Kind
from classroom_schedules.difference import differences, new_days
from classroom_schedules.incoming.notice import read_notice
from classroom_schedules.incoming.table import columns_of, read_table, terms
from classroom_schedules.load import SIZE_MAX, read_bytes
from classroom_schedules.mistakes import Mistake
from classroom_schedules.outgoing.holidays import missing, with_notice
from classroom_schedules.outgoing.merged import with_lessons, with_reservations
from classroom_schedules.weeks import Weekday
from classroom_schedules.words import LANGUAGES

MEMORY_MAX: Final = 2 * 1024**3  # bytes of addresses
SHOWN_MAX: Final = 200  # of anything; the rest is counted
WHOLE: Final = "all"
CLASSES: Final = "classes"
NOTICE: Final = ".txt"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read, as far as it does not say so itself."""

    scope: str = CLASSES  # what a list or grid replaces
    columns: dict[str, str] = {}  # of a list: field -> header
    taught: dict[date, Weekday] = {}  # of a notice: worked day -> whose lessons it has


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """A worked day of a notice; `weekday` from 0 for Monday, None = nobody has said it."""

    day: date
    name: str
    weekday: int | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the week that differs."""

    kind: str  # "added" | "gone" | "changed"
    text: Words


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file, before anybody has agreed to it."""

    mistakes: tuple[Words, ...] = ()  # with any, nothing comes of it
    left_out: tuple[Words, ...] = ()
    columns: dict[str, str] = {}  # which column was taken for what
    headers: tuple[str, ...] = ()  # of a list: the columns that it has
    worked: tuple[Worked, ...] = ()  # of a notice: days that are new, and whose lessons they have
    verdict: str = "fine"  # "empty" | "halved": a person has to be sure
    told: Words = {}
    lost_classes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    more: int = 0  # changes that are not listed
    warnings: tuple[Words, ...] = ()  # clashes and doubts
    content: str = ""  # the school's file as it would be


class Telling(Protocol):
    """Whatever says itself in a language."""

    def tell(self, language: str) -> str:
        """Say it."""


def main() -> int:
    """Examine what comes in on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    name, reading, file = sys.argv[1:]
    content = sys.stdin.buffer.read(SIZE_MAX + 1)
    how = msgspec.json.decode(reading, type=Reading)
    sys.stdout.buffer.write(msgspec.json.encode(examine(name, content, Path(file), how)))
    return 0


def examine(name: str, content: bytes, file: Path, how: Reading) -> Preview:
    """Give the preview of a file that came in as `name`, for the school's `file`."""
    preview = Preview()
    try:
        text = read_bytes(file, SIZE_MAX).decode("utf-8-sig", "replace")
        school = loads(text.encode())
        kind = PurePath(name).suffix.lower()
        if kind == ".toml":
            merged = content.decode("utf-8-sig", "replace")
        elif kind == NOTICE:
            merged, preview = _noticed(content, text, school, how)
        else:
            called, taken = columns_of(name, content, how.columns)
            preview = Preview(headers=called, columns=dict(taken))
            merged, preview = _taken_in(name, content, (text, school, how), preview)
        return _compared(school, loads(merged.encode()), merged, preview) if merged else preview
    except ScheduleError as error:
        return msgspec.structs.replace(preview, mistakes=_words(error.mistakes))


def _noticed(content: bytes, text: str, school: School, how: Reading) -> tuple[str, Preview]:
    """Give the school's file with a notice's days, "" if it has mistakes."""
    notice = read_notice(content.decode("utf-8-sig", "replace"))
    if notice.mistakes:
        return "", Preview(mistakes=_words(notice.mistakes))
    worked = tuple(
        Worked(day=one.first, name=one.name, weekday=how.taught.get(one.first))
        for one in missing(school.calendar, notice.days)
        if one.kind is Kind.MAKE_UP
    )
    return with_notice(text, school, notice, how.taught), Preview(worked=worked)


def _taken_in(
    name: str, content: bytes, into: tuple[str, School, Reading], preview: Preview
) -> tuple[str, Preview]:
    """Give the school's file with what came in, "" if that has mistakes."""
    text, school, how = into
    found = read_table(name, content, school, how.columns)
    preview = msgspec.structs.replace(
        preview, mistakes=_words(found.mistakes), left_out=_words(found.left_out)
    )
    if found.mistakes:
        return "", preview
    if found.reservations:
        return with_reservations(text, school, found.reservations), preview
    named = frozenset(group for one in found.lessons for group in one.classes)
    classes = named if how.scope == CLASSES else None
    says = "sites" in found.columns
    merged = with_lessons(text, school, found.lessons, classes=classes, tells_sites=says)
    return merged, preview


def _compared(old: School, new: School, content: str, preview: Preview) -> Preview:
    difference: Changes = changes(old.timetable, new.timetable)
    found = [
        *(Change(kind="added", text=_both(one)) for one in new_days(old.calendar, new.calendar)),
        *(
            Change(kind=one.kind, text=_both(one))
            for one in differences(old.timetable, new.timetable)
        ),
    ]
    planned = plan(*new, *terms(new))
    warnings: tuple[Telling, ...] = (
        *clashes(new.timetable, planned),
        *doubts(*new, *terms(new)),
    )
    return msgspec.structs.replace(
        preview,
        verdict=difference.verdict.value,
        told=_both(difference),
        lost_classes=difference.lost_classes,
        changes=tuple(found[:SHOWN_MAX]),
        more=max(0, len(found) - SHOWN_MAX),
        warnings=tuple(map(_both, warnings[:SHOWN_MAX])),
        content=content,
    )


def _words(mistakes: Iterable[Mistake]) -> tuple[Words, ...]:
    return tuple(map(_both, islice(mistakes, SHOWN_MAX)))


def _both(one: Telling) -> Words:
    return {language: one.tell(language) for language in LANGUAGES}


if __name__ == "__main__":
    sys.exit(main())
