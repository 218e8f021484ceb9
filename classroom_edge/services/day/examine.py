"""Examines a timetable that came in, in a process of its own: a hostile file ends that alone.

``python -m classroom_edge.services.day.examine NAME SCOPE SCHOOL.toml < FILE`` writes JSON: what is
wrong, or what would change, and the school's whole file as it would be.
"""

import resource
import sys
from collections.abc import Iterable
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
from classroom_schedules.difference import differences
from classroom_schedules.incoming.table import read_table, terms
from classroom_schedules.load import SIZE_MAX, read_bytes
from classroom_schedules.mistakes import Mistake
from classroom_schedules.outgoing.merged import with_lessons, with_reservations
from classroom_schedules.words import LANGUAGES

MEMORY_MAX: Final = 2 * 1024**3  # bytes of addresses
SHOWN_MAX: Final = 200  # of anything; the rest is counted
WHOLE: Final = "all"
CLASSES: Final = "classes"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the week that differs."""

    kind: str  # "added" | "gone" | "changed"
    text: Words


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file, before anybody has agreed to it."""

    mistakes: tuple[Words, ...] = ()  # with any, nothing comes of it
    left_out: tuple[Words, ...] = ()
    columns: dict[str, str] = {}  # which column was taken for what
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
    name, scope, file = sys.argv[1:]
    content = sys.stdin.buffer.read(SIZE_MAX + 1)
    sys.stdout.buffer.write(msgspec.json.encode(examine(name, content, Path(file), scope)))
    return 0


def examine(name: str, content: bytes, file: Path, scope: str) -> Preview:
    """Give the preview of a file that came in as `name`, for the school's `file`."""
    try:
        text = read_bytes(file, SIZE_MAX).decode("utf-8-sig", "replace")
        school = loads(text.encode())
        if PurePath(name).suffix.lower() == ".toml":
            merged, preview = content.decode("utf-8-sig", "replace"), Preview()
        else:
            merged, preview = _taken_in(name, content, text, school, scope)
        return _compared(school, loads(merged.encode()), merged, preview) if merged else preview
    except ScheduleError as error:
        return Preview(mistakes=_words(error.mistakes))


def _taken_in(
    name: str, content: bytes, text: str, school: School, scope: str
) -> tuple[str, Preview]:
    """Give the school's file with what came in, "" if that has mistakes."""
    found = read_table(name, content, school)
    preview = Preview(
        mistakes=_words(found.mistakes),
        left_out=_words(found.left_out),
        columns=dict(found.columns),
    )
    if found.mistakes:
        return "", preview
    if found.reservations:
        return with_reservations(text, school, found.reservations), preview
    named = frozenset(group for one in found.lessons for group in one.classes)
    classes = named if scope == CLASSES else None
    return with_lessons(text, school, found.lessons, classes=classes), preview


def _compared(old: School, new: School, content: str, preview: Preview) -> Preview:
    difference: Changes = changes(old.timetable, new.timetable)
    found = [
        Change(kind=one.kind, text=_both(one)) for one in differences(old.timetable, new.timetable)
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
