"""Rules: what a room does by itself around a lesson, and around which lessons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from fnmatch import fnmatchcase

from classroom_schedules.mistakes import WHOLE
from classroom_schedules.occurrence import Occurrence
from classroom_schedules.words import Remark

EARLY_MIN = 5  # minutes, where a rule says nothing


class Sort(Enum):
    """What sort of an occurrence a rule is for."""

    LESSON = "lesson"
    JOINT = "joint"  # with rooms that take part from afar
    RESERVATION = "reservation"


class Live(StrEnum):
    """How a lesson leaves its room while it is held."""

    SESSION = "session"  # with the sites of the lesson, or of a standing group
    BROADCAST = "broadcast"  # to whoever may watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done for the lessons that it fits: for those that have all that it names.

    Minutes count from the bell. Where nothing is named, it fits every lesson.
    """

    subjects: tuple[str, ...] = ()  # "*" is anything
    classes: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    sort: Sort | None = None
    routine: str = ""  # before it begins; "" = none
    end_routine: str = ""
    layout: str = ""
    sources: tuple[str, ...] = ()  # that fill the layout
    record: bool = False
    live: tuple[Live, ...] = ()
    group: str = ""  # the standing group of its session; "" = the sites of the lesson
    early_min: int = EARLY_MIN  # before the lesson, for the routine
    late_min: int = 0  # after it, for the recording
    extend_min: int = 0  # and as many more at most, while somebody still speaks
    place: Remark = field(default=WHOLE, compare=False)  # where it stands in the file

    def fits(self, one: Occurrence) -> bool:
        """Say whether it is for this lesson."""
        if self.sort is not None and self.sort is not sort_of(one):
            return False
        return (
            _fit(self.subjects, (one.title,))
            and _fit(self.classes, one.classes)
            and _fit(self.teachers, one.teachers)
            and _fit(self.rooms, one.rooms)
        )

    def is_for(self, room: str) -> bool:
        """Say whether it may be for lessons of this room."""
        return _fit(self.rooms, (room,))


def sort_of(one: Occurrence) -> Sort:
    """Give what sort of an occurrence it is."""
    if not one.periods:
        return Sort.RESERVATION
    return Sort.JOINT if one.sites else Sort.LESSON


def rule_for(rules: Iterable[Rule], one: Occurrence) -> Rule | None:
    """Give the first rule that fits; None if nothing is done by itself."""
    return next((rule for rule in rules if rule.fits(one)), None)


def _fit(patterns: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if not patterns:
        return True
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
