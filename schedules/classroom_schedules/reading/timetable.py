"""Reads rooms and lessons."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from classroom_schedules.bells import Bells
from classroom_schedules.reading.table import File, Table
from classroom_schedules.timetable import Lesson, Room, Slot
from classroom_schedules.weeks import WEEKS_MAX, Weekday, Weeks

LESSONS_MAX: Final = 20_000
ROOMS_MAX: Final = 5_000


def read_rooms(file: File) -> dict[str, Room]:
    """Give the rooms that the file says more about, by their names."""
    rooms: dict[str, Room] = {}
    for table in file.all("room", ROOMS_MAX):
        room = Room(table.text("name", needed=True), table.text("site"), table.flag("shared"))
        table.finish()
        if room.name in rooms:
            table.complain("room-twice", "name", name=room.name)
        rooms[room.name] = room
    return rooms


def read_lessons(file: File, bells: Bells) -> Iterator[Lesson]:
    """Give the lessons; one that is there twice is a mistake."""
    head = file.one("timetable")
    first, last = head.day("from"), head.day("until")
    head.finish()
    seen = set[tuple[str, Slot, Weeks, date]]()
    for table in file.all("lesson", LESSONS_MAX):
        lesson = _lesson(table, bells, first or date.min, last or date.max)
        for slot in lesson.slots:
            key = (lesson.name, slot, lesson.weeks, lesson.first)
            if key in seen:
                table.complain("lesson-twice", "at", name=lesson.name)
            seen.add(key)
        yield lesson


def slot_of(text: str, bells: Bells) -> Slot | None:
    """Understand "周一 3-4" or "Mon 早读"; None if it names no weekday or no period."""
    day, _, periods = text.strip().partition(" ")
    weekday, ends = Weekday.read(day), bells.ends(periods.strip())
    return Slot(weekday, *ends) if weekday is not None and ends else None


def _lesson(table: Table, bells: Bells, first: date, last: date) -> Lesson:
    lesson = Lesson(
        subject=table.text("subject", needed=True),
        slots=tuple(_slots(table, bells)),
        classes=table.texts("class"),
        teachers=table.texts("teacher"),
        room=table.text("room"),
        sites=table.texts("sites"),
        weeks=_weeks(table),
        first=table.day("from") or first,
        last=table.day("until") or last,
        id=table.text("id"),
    )
    table.finish()
    if not lesson.classes and not lesson.room:
        table.complain("lesson-of-nobody")
    if lesson.room in lesson.sites:
        table.complain("site-is-hub", "sites", name=lesson.room)
    if lesson.first > lesson.last:
        table.complain("wrong-order", "until")
    return lesson


def _slots(table: Table, bells: Bells) -> Iterator[Slot]:
    for text in table.texts("at", needed=True):
        slot = slot_of(text, bells)
        if slot:
            yield slot
        else:
            names = tuple(one.name for bell in bells.schedules[:1] for one in bell.periods)
            table.complain("not-slot", "at", text=text, near=names)


def _weeks(table: Table) -> Weeks:
    weeks = Weeks.read(",".join(table.texts("weeks")))
    if weeks is None:
        table.complain("not-weeks", "weeks", most=WEEKS_MAX)
    return weeks or Weeks()
