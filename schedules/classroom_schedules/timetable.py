"""The timetable: lessons of every week, what differs on one day, and reservations by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from types import MappingProxyType

from classroom_schedules.bells import Bells
from classroom_schedules.rules import Rule
from classroom_schedules.weeks import EVERY_WEEK, Weekday, Weeks
from classroom_schedules.words import Remark, remark


@dataclass(frozen=True, slots=True)
class Room:
    """A room that needs more said than its name.

    In a shared one (a sports ground) several lessons may be held at once. `site` is where it
    stands, and so which bells it hears; the school itself is "".
    """

    name: str
    site: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the week: a weekday, and one period or several in a row."""

    weekday: Weekday
    first: str
    last: str

    @property
    def periods(self) -> str:
        """Give its periods as people write them: "3", "3-4"."""
        return self.first if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson of the weekly timetable. A joint lesson names the rooms of its sites as well."""

    subject: str
    slots: tuple[Slot, ...]
    classes: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    room: str = ""
    sites: tuple[str, ...] = ()  # rooms that take part from afar
    weeks: Weeks = EVERY_WEEK
    first: date = date.min  # from when on it is in force
    last: date = date.max
    id: str = ""

    @property
    def name(self) -> str:
        """Give what the lesson is known by: its id, or its classes (else its room) and subject."""
        return self.id or " ".join(("+".join(self.classes) or self.room, self.subject)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different about one lesson on one day: cover, another room or time, or not held.

    The lesson is the one that the class (or `lesson`, by its name) has on that date in that
    period. Fields left empty stay as they are.
    """

    day: date
    period: str
    group: str = ""  # the class
    lesson: str = ""
    is_held: bool = True
    teachers: tuple[str, ...] = ()
    room: str = ""
    to_date: date | None = None
    to_period: str = ""
    why: str = ""

    @property
    def is_move(self) -> bool:
        """Say whether the lesson is held at another time."""
        return bool(self.to_date or self.to_period)

    def meets(self, lesson: Lesson, slot: Slot) -> bool:
        """Say whether a lesson in a slot is the one that is meant."""
        if self.period not in {slot.periods, slot.first, slot.last}:
            return False
        return self.lesson == lesson.name if self.lesson else self.group in lesson.classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A room taken by hand, by the clock on the wall.

    A person's reservation is held on any day; one from another program's calendar, which knows
    no holidays of ours, yields to them.
    """

    day: date
    start: time
    end: time
    title: str
    room: str = ""
    sites: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    yields: bool = False
    id: str = ""

    @property
    def name(self) -> str:
        """Give what the reservation is known by."""
        return self.id or f"{self.room} {self.title}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Everything that is planned, the bells by which it is held, and what rooms do around it."""

    bells: Bells
    lessons: tuple[Lesson, ...] = ()
    changes: tuple[Change, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    rules: tuple[Rule, ...] = ()
    rooms: Mapping[str, Room] = field(default_factory=lambda: MappingProxyType({}))

    def site(self, room: str) -> str:
        """Give the site at which a room stands."""
        known = self.rooms.get(room)
        return known.site if known else ""


def said(periods: str) -> Remark | str:
    """Say "period 3"; a period with a name of its own, such as 早读, needs no more."""
    return remark("periods", periods=periods) if periods[:1].isdigit() else periods
