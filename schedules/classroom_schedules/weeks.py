"""Weekdays, and the weeks of a term in which a lesson is held: all, odd, even, or listed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import Enum, IntEnum
from typing import Final, Self

from classroom_schedules.words import Remark, remark

WEEKS_MAX: Final = 60  # of a term: a school year without a break has 53
_SPAN = re.compile(r"(\d{1,2})(?:\s*[-–—~至到]\s*(\d{1,2}))?")
_SEPARATORS = re.compile(r"[,，、;；\s()（）第]+")
_PARITY_SIGN = re.compile(r"([单双])")


class Weekday(IntEnum):
    """A day of the week, Monday first, as `date.weekday` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @classmethod
    def of(cls, day: date) -> Self:
        """Give the weekday of a date."""
        return cls(day.weekday())

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Understand "周一", "星期一", "礼拜天", "Mon", "Monday" or "1"; None if it is none."""
        plain = text.strip().casefold()
        for prefix in ("星期", "礼拜", "周"):
            plain = plain.removeprefix(prefix)
        found = _WEEKDAYS.get(plain)
        return None if found is None else cls(found)

    @property
    def word(self) -> str:
        """Give the key of its name."""
        return f"weekday.{self.name.lower()}"


_ENGLISH = [day.name.casefold() for day in Weekday]
_WEEKDAYS: Final = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **dict(zip("1234567", range(7), strict=True)),
    **{name: at for at, name in enumerate(_ENGLISH)},
    **{name[:size]: at for at, name in enumerate(_ENGLISH) for size in (3, 4)},
    "天": 6,
}


class Parity(Enum):
    """Which weeks: of either kind, odd (单周) or even (双周)."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"

    @classmethod
    def of(cls, number: int) -> "Parity":
        """Give the parity of a week's number; an uncounted week, 0, has none of its own."""
        if not number:
            return cls.ALL
        return cls.ODD if number % 2 else cls.EVEN

    @classmethod
    def read(cls, text: str) -> "Parity | None":
        """Understand "单", "双周", "odd", "all"; None if it is none."""
        return _PARITIES.get(text.strip().casefold().removesuffix("周"))

    @property
    def word(self) -> str:
        """Give the key of its name."""
        return f"parity.{self.value}"


_PARITIES: Final = {
    "": Parity.ALL, "all": Parity.ALL, "每": Parity.ALL, "全": Parity.ALL,
    "odd": Parity.ODD, "单": Parity.ODD, "even": Parity.EVEN, "双": Parity.EVEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """A week as a lesson sees it: its number in the term, and whether it counts as odd or even.

    The number is 0 in weeks that a term does not count.
    """

    number: int
    parity: Parity

    @classmethod
    def of(cls, number: int) -> Self:
        """Give the week of a number, with the parity that is its own."""
        return cls(number, Parity.of(number))

    def said(self) -> Remark:
        """Say which it is."""
        return remark(f"week.{min(self.number, 1)}", number=self.number, parity=self.parity)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks in which a lesson is held."""

    parity: Parity = Parity.ALL
    listed: frozenset[int] = frozenset()  # empty: every one of that parity

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Understand "单", "1-8, 10", "第1-16周(双)"; None if it cannot be understood."""
        parity, numbers = Parity.ALL, set[int]()
        for part in _SEPARATORS.split(_PARITY_SIGN.sub(r" \1 ", text)):
            spelled = Parity.read(part)
            if spelled is None and not _add(numbers, part.removesuffix("周")):
                return None
            parity = spelled if spelled in {Parity.ODD, Parity.EVEN} else parity
        return cls(parity, frozenset(numbers))

    def have(self, week: Week) -> bool:
        """Say whether a lesson is held in this week."""
        if self.listed and week.number not in self.listed:
            return False
        return self.parity in {Parity.ALL, week.parity}

    def said(self) -> Remark:
        """Say which they are."""
        if not self.listed:
            return remark("weeks.parity", parity=self.parity)
        if self.parity is Parity.ALL:
            return remark("weeks.listed", listed=spans(self.listed))
        return remark("weeks.both", listed=spans(self.listed), parity=self.parity)

    def __str__(self) -> str:
        parity = "" if self.parity is Parity.ALL and self.listed else self.parity.value
        return " ".join(part for part in (spans(self.listed), parity) if part)


EVERY_WEEK: Final = Weeks()


def spans(numbers: Iterable[int]) -> str:
    """Spell numbers shortly: "1-8,10"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ",".join("-".join(map(str, run)) for run in runs)


def monday(day: date) -> date:
    """Give the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def _add(numbers: set[int], part: str) -> bool:
    found = _SPAN.fullmatch(part)
    if not found:
        return False
    first, last = int(found[1]), int(found[2] or found[1])
    numbers.update(range(first, last + 1))
    return 1 <= first <= last <= WEEKS_MAX


def weekly(text: str) -> tuple[Weekday, time] | None:
    """Understand "周五 22:30" or "Fri 22:30"; None if it is no weekday with a time of day."""
    day, _, clock = text.strip().partition(" ")
    weekday = Weekday.read(day)
    try:
        at = time.fromisoformat(clock.strip())
    except ValueError:
        return None
    return (weekday, at) if weekday is not None and at.tzinfo is None else None
