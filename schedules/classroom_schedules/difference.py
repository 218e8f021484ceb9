"""What a new timetable changes, lesson by lesson of the week: added, gone, or different."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from classroom_schedules.calendar import Calendar, Kind, SpecialDay
from classroom_schedules.timetable import Lesson, Slot, Timetable, said
from classroom_schedules.weeks import EVERY_WEEK
from classroom_schedules.words import Remark, remark


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in the week of a class (or room), and what is taught there before and after."""

    whose: str
    slot: Slot
    before: tuple[Lesson, ...]
    after: tuple[Lesson, ...]

    @property
    def kind(self) -> str:
        """Give "added", "gone" or "changed"."""
        if not self.before:
            return "added"
        return "changed" if self.after else "gone"

    def tell(self, language: str) -> str:
        """Say it, "zh-CN" or "en"."""
        return remark(
            f"difference.{self.kind}",
            whose=self.whose,
            weekday=self.slot.weekday,
            periods=said(self.slot.periods),
            before=tuple(map(_named, self.before)),
            after=tuple(map(_named, self.after)),
        ).tell(language)


def differences(old: Timetable, new: Timetable) -> Iterator[Difference]:
    """Give every place in which the two differ, by class and in the order of the week."""
    before, after = _places(old), _places(new)
    for whose, slot in sorted(before.keys() | after.keys(), key=_order):
        was, is_ = before.get((whose, slot), ()), after.get((whose, slot), ())
        if set(map(_essence, was)) != set(map(_essence, is_)):
            yield Difference(whose, slot, tuple(was), tuple(is_))


def new_days(old: Calendar, new: Calendar) -> Iterator[Remark]:
    """Say which days are not like others any more, or are otherwise than they were."""
    for one in new.days:
        if one not in old.days:
            yield _said_of(one)


def _said_of(one: SpecialDay) -> Remark:
    span = f"{one.first}" if one.first == one.last else f"{one.first} – {one.last}"
    if one.kind is Kind.MAKE_UP and one.teaches:
        return remark("difference.day-teaches", span=span, name=one.name, day=one.teaches.weekday)
    return remark("difference.day", span=span, name=one.name, kind=one.kind)


def _places(timetable: Timetable) -> dict[tuple[str, Slot], list[Lesson]]:
    found = defaultdict[tuple[str, Slot], list[Lesson]](list)
    for lesson in timetable.lessons:
        for slot in lesson.slots:
            for whose in lesson.classes or (lesson.room,):
                found[whose, slot].append(lesson)
    return found


def _order(place: tuple[str, Slot]) -> tuple[str, int, tuple[int, str]]:
    whose, slot = place
    number = int(slot.first) if slot.first.isdecimal() else 0
    return whose, slot.weekday, (number, slot.periods)


def _essence(one: Lesson) -> tuple[object, ...]:
    return one.subject, one.teachers, one.room, one.sites, one.weeks, one.first, one.last


def _named(one: Lesson) -> str | Remark:
    first = f"{one.first}–" if one.first != date.min else ""
    last = f"–{one.last}" if one.last != date.max else ""
    room = f"@{one.room}" if one.room else ""
    parts = (one.subject, *one.teachers, room, first.rstrip("–" if last else "") + last)
    name = " ".join(part for part in parts if part)
    if one.weeks == EVERY_WEEK:
        return name
    return remark("difference.weeks", name=name, weeks=one.weeks.said())
