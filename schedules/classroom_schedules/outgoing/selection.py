"""What of a plan concerns one room, class or teacher."""

from collections.abc import Iterable
from enum import Enum

from classroom_schedules.occurrence import Occurrence


class Whose(Enum):
    """By what an export is told apart."""

    ROOM = "room"
    GROUP = "class"
    TEACHER = "teacher"


def names(one: Occurrence, whose: Whose) -> tuple[str, ...]:
    """Give the rooms (sites included), classes or teachers of an occurrence."""
    found = {Whose.ROOM: one.rooms, Whose.GROUP: one.classes, Whose.TEACHER: one.teachers}
    return found[whose]


def of(plan: Iterable[Occurrence], whose: Whose, name: str) -> tuple[Occurrence, ...]:
    """Give what a room, class or teacher has."""
    return tuple(one for one in plan if name in names(one, whose))


def everybody(plan: Iterable[Occurrence], whose: Whose) -> tuple[str, ...]:
    """Give every room, class or teacher of a plan."""
    return tuple(sorted({name for one in plan for name in names(one, whose)}))
