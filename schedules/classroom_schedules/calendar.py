"""The term calendar: terms and their weeks, and the days that are not like others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from classroom_schedules.weeks import Parity, Week, Weekday, monday


class Kind(Enum):
    """What is special about a day."""

    HOLIDAY = "holiday"
    MAKE_UP = "make-up"  # 调休: teaches another day's lessons
    HALF_DAY = "half-day"
    EXAM = "exam"  # no lessons for those who sit it
    BELLS = "bells-day"  # lessons as ever, by other bells: a weather delay

    @property
    def word(self) -> str:
        """Give the key of its name."""
        return f"kind.{self.value}"


@dataclass(frozen=True, slots=True)
class Term:
    """A span of teaching, last day included.

    `week_1` is any day of the first week. Weeks whose Monday is in `uncounted` have no number;
    the numbers go on after them.
    """

    name: str
    first: date
    last: date
    week_1: date
    uncounted: frozenset[date] = frozenset()

    def week(self, day: date) -> Week:
        """Give the week of a day; days before the first week and uncounted weeks have number 0."""
        this, first = monday(day), monday(self.week_1)
        if this < first or this in self.uncounted:
            return Week.of(0)
        number = (this - first).days // 7 + 1 - sum(first <= one < this for one in self.uncounted)
        return Week.of(number)


@dataclass(frozen=True, slots=True)
class Teaches:
    """What a make-up day teaches: the lessons of a date, or of a weekday and a week.

    Without `week` and `parity` the make-up day's own week counts.
    """

    weekday: Weekday
    instead_of: date | None = None
    week: int | None = None
    parity: Parity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """One or more days that are not like others, for all classes or for some.

    Half days hold what lies within `since` and `until`. A make-up day of which nobody has said
    what it `teaches` holds nothing. `classes` are names, in which "*" stands for anything.
    """

    kind: Kind
    name: str
    first: date
    last: date
    teaches: Teaches | None = None
    since: time = time.min
    until: time = time.max
    bells: str = ""
    classes: tuple[str, ...] = ()

    def concerns(self, classes: tuple[str, ...]) -> bool:
        """Say whether a lesson of these classes is concerned; one of them is enough."""
        if not self.classes:
            return True
        return any(fnmatchcase(one, wanted) for wanted in self.classes for one in classes)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A school's terms and special days, in its own time zone.

    `years` are those whose holidays and make-up days somebody has entered wholly.
    """

    zone: ZoneInfo
    terms: tuple[Term, ...]
    days: tuple[SpecialDay, ...] = ()
    years: frozenset[int] = frozenset()

    def term(self, day: date) -> Term | None:
        """Give the term of a day; None between terms."""
        return next((term for term in self.terms if term.first <= day <= term.last), None)

    def special(self) -> Mapping[date, tuple[SpecialDay, ...]]:
        """Give all special days by their dates."""
        found: dict[date, tuple[SpecialDay, ...]] = {}
        for special in self.days:
            for day in days(special.first, special.last + timedelta(days=1)):
                found[day] = (*found.get(day, ()), special)
        return found


def days(start: date, end: date) -> list[date]:
    """Give every date from `start` to `end`, which is excluded."""
    return [start + timedelta(days=at) for at in range((end - start).days)]
