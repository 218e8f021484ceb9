"""A school's file with other lessons in it; all else stays as people wrote it, comments too."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Final

from classroom_schedules.load import School, loads
from classroom_schedules.mistakes import fail
from classroom_schedules.outgoing.toml import lessons_toml, reservations_toml
from classroom_schedules.timetable import Lesson, Reservation, Slot, Timetable
from classroom_schedules.weeks import EVERY_WEEK

_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_-]+)\s*\]{1,2}\s*(?:#.*)?$")


def with_lessons(
    text: str,
    school: School,
    lessons: Iterable[Lesson],
    *,
    classes: frozenset[str] | None,
    tells_sites: bool = True,
) -> str:
    """Give the file of `school` with these lessons in place of all, or of those of some classes.

    A lesson of which no room is said stays where the class has had this subject, or else most of
    its lessons. Where nothing could tell of sites, as in a weekly grid, a lesson that was joint
    and is held in the same period still is.

    Raises:
        ScheduleError: the file is written in a way in which that cannot be done.
    """
    old = school.timetable.lessons

    def goes(number: int) -> bool:
        return classes is None or not classes.isdisjoint(old[number].classes)

    whole = lessons if tells_sites else (part for one in lessons for part in _joined(one, old))
    housed = (replace(one, room=one.room or _room(one, school.timetable)) for one in whole)
    merged = _without(text, "lesson", goes) + lessons_toml(housed)
    return _checked(merged, school, old=len(old))


def with_reservations(text: str, school: School, found: Iterable[Reservation]) -> str:
    """Give the file with these reservations in place of those that yield: of another calendar.

    Raises:
        ScheduleError: the file is written in a way in which that cannot be done.
    """
    tables = list(_yielding(text))
    merged = _without(text, "reservation", tables.__getitem__) + reservations_toml(found)
    return _checked(merged, school, old=len(school.timetable.lessons))


def _room(one: Lesson, timetable: Timetable) -> str:
    old, shared = (
        timetable.lessons,
        {"", *(it.name for it in timetable.rooms.values() if it.is_shared)},
    )
    of_class = [was for was in old if not set(one.classes).isdisjoint(was.classes)]
    at_home = [was for was in of_class if was.room not in shared]
    alike = [was for was in of_class if was.room and was.subject == one.subject] or at_home
    rooms = Counter(was.room for was in alike for _slot in was.slots)
    return rooms.most_common(1)[0][0] if rooms else ""


def _joined(one: Lesson, old: Iterable[Lesson]) -> Iterator[Lesson]:
    """Split a lesson into what was joint in those same slots, and the rest."""
    left = one.slots
    for was in old:
        is_alike = was.subject == one.subject and not set(one.classes).isdisjoint(was.classes)
        if was.sites and is_alike and (same := tuple(slot for slot in left if slot in was.slots)):
            yield _still_joint(was, one, same)
            left = tuple(slot for slot in left if slot not in same)
    if left:
        yield replace(one, slots=left)


def _still_joint(was: Lesson, one: Lesson, slots: tuple[Slot, ...]) -> Lesson:
    """Give a joint lesson as it was, but for what `one` says otherwise."""
    return replace(
        was,
        slots=slots,
        teachers=was.teachers if set(one.teachers) <= set(was.teachers) else one.teachers,
        room=one.room or was.room,
        weeks=was.weeks if one.weeks == EVERY_WEEK else one.weeks,
    )


def _yielding(text: str) -> Iterator[bool]:
    for name, lines in _tables(text):
        if name == "reservation":
            yield any(re.match(r"\s*yields\s*=\s*true\b", line) for line in lines)


def _without(text: str, table: str, goes: Callable[[int], bool]) -> str:
    """Give a text without some of its tables; what is said above the next one stays."""
    numbers, kept = count(), list[str]()
    for name, lines in _tables(text):
        if name == table and goes(next(numbers)):
            last = max(at for at, line in enumerate(lines) if line.split("#")[0].strip())
            kept += lines[last + 1 :]
        else:
            kept += lines
    return "".join(kept).rstrip("\n") + "\n"


def _tables(text: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = "", list[str]()
    for line in text.splitlines(keepends=True):
        if header := _HEADER.match(line):
            yield name, lines
            name, lines = header[1], []
        lines.append(line)
    yield name, lines


def _checked(merged: str, school: School, *, old: int) -> str:
    """See that nothing else is different: a file may be written in more ways than we look for."""
    new = loads(merged.encode())
    was, is_ = school.timetable, new.timetable
    is_same = new.calendar == school.calendar and (was.bells, was.rooms) == (is_.bells, is_.rooms)
    if not is_same or (was.rules, was.changes) != (is_.rules, is_.changes):
        raise fail("not-merged", count=old)
    return merged
