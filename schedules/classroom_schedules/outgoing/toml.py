"""Writes lessons, reservations and special days in the native form, to be added to a file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from classroom_schedules.calendar import Kind, SpecialDay
from classroom_schedules.timetable import Lesson, Reservation
from classroom_schedules.weeks import EVERY_WEEK


def lessons_toml(lessons: Iterable[Lesson]) -> str:
    """Give a [[lesson]] for each; those that differ in time alone become one."""
    slots: dict[Lesson, list[str]] = {}
    for one in lessons:
        at = [f"{slot.weekday.name.title()} {slot.periods}" for slot in one.slots]
        slots.setdefault(_timeless(one), []).extend(at)
    return "".join(_table("lesson", _lesson(one, at)) for one, at in slots.items())


def reservations_toml(reservations: Iterable[Reservation]) -> str:
    """Give a [[reservation]] for each; those that differ in their dates alone become one."""
    days: dict[tuple[object, ...], list[date]] = {}
    firsts: dict[tuple[object, ...], Reservation] = {}
    for one in reservations:
        key = (one.start, one.end, one.title, one.room, one.sites, one.teachers, one.classes,
               one.yields, one.id)  # fmt: skip
        firsts.setdefault(key, one)
        days.setdefault(key, []).append(one.day)
    return "".join(_table("reservation", _reservation(firsts[key], days[key])) for key in days)


def days_toml(days: Iterable[SpecialDay]) -> str:
    """Give the tables of a notice's days; what a make-up day teaches is left to the school."""
    return "".join(_table(one.kind.value, _day(one)) + _open(one) for one in days)


def _timeless(one: Lesson) -> Lesson:
    return replace(one, slots=())


def _lesson(one: Lesson, at: list[str]) -> Mapping[str, object]:
    return {
        "id": one.id,
        "class": one.classes,
        "subject": one.subject,
        "teacher": one.teachers,
        "room": one.room,
        "sites": one.sites,
        "at": at,
        "weeks": "" if one.weeks == EVERY_WEEK else str(one.weeks),
        "from": None if one.first == date.min else one.first,
        "until": None if one.last == date.max else one.last,
    }


def _reservation(one: Reservation, days: list[date]) -> Mapping[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "date": days,
        "from": f"{one.start:%H:%M}",
        "until": f"{one.end:%H:%M}",
        "room": one.room,
        "sites": one.sites,
        "teacher": one.teachers,
        "class": one.classes,
        "yields": one.yields or None,
    }


def _day(one: SpecialDay) -> Mapping[str, object]:
    if one.first != one.last:
        return {"name": one.name, "first": one.first, "last": one.last}
    taught = one.teaches.weekday.name.title() if one.teaches else ""
    return {"name": one.name, "date": one.first, "teaches": taught}


def _open(one: SpecialDay) -> str:
    is_open = one.kind is Kind.MAKE_UP and not one.teaches
    return '# teaches = "周一"  # which weekday, or the date whose lessons are taught\n' * is_open


def _table(name: str, values: Mapping[str, object]) -> str:
    given = {key: value for key, value in values.items() if value not in (None, "", ())}
    lines = [f"{key} = {_value(value)}\n" for key, value in given.items()]
    return f"\n[[{name}]]\n{''.join(lines)}"


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        items = ", ".join(map(_value, value))
        return _value(value[0]) if len(value) == 1 else f"[{items}]"
    if isinstance(value, bool):
        return "true"
    return str(value) if isinstance(value, date) else _text(str(value))


def _text(text: str) -> str:
    """Spell a basic string of TOML; JSON's are the same but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
