"""The dates of a repetition rule, in bounded steps.

A rule that never happens (the 30th of February) makes the usual library search until the year
9999, five seconds for each such rule; here a step is a period of the rule, and whoever asks
counts them.

Source: RFC 5545, sections 3.3.10 and 3.8.5.3.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from classroom_schedules.weeks import Weekday

_DAYS: Final = {
    name: Weekday(at) for at, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
}
KNOWN: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}
)
FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


class UnclearRuleError(ValueError):
    """A rule that no lesson has, or that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A repetition by day, week, month or year."""

    frequency: str
    interval: int = 1
    count: int | None = None
    week_start: Weekday = Weekday.MONDAY
    weekdays: tuple[tuple[int, Weekday], ...] = ()  # (2, MONDAY) is the second; 0 is every one
    months: frozenset[int] = frozenset()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    @classmethod
    def read(cls, parts: Mapping[str, Sequence[object]]) -> Self:
        """Understand the parts of an RRULE but for UNTIL, which is an instant.

        Raises:
            UnclearRuleError: it repeats by the hour, or has parts that lessons have not.
        """
        strange = [name for name in parts if name.upper() not in KNOWN]
        if strange:
            raise UnclearRuleError(f"{strange[0][:40]} is not for lessons")
        frequency = str(next(iter(parts.get("FREQ", ())), "")).upper()
        if frequency not in FREQUENCIES:
            raise UnclearRuleError(f"FREQ={frequency[:40]}")
        weekdays = tuple(map(_weekday, parts.get("BYDAY", ())))
        if "BYMONTHDAY" in parts and any(nth for nth, _ in weekdays):
            raise UnclearRuleError("BYDAY and BYMONTHDAY")
        counts = _numbers(parts, "COUNT", 1, 100_000)
        starts = [_DAYS.get(str(one).upper(), Weekday.MONDAY) for one in parts.get("WKST", ())]
        return cls(
            frequency=frequency,
            interval=next(iter(_numbers(parts, "INTERVAL", 1, 10_000)), 1),
            count=next(iter(counts), None),
            week_start=next(iter(starts), Weekday.MONDAY),
            weekdays=weekdays,
            months=frozenset(_numbers(parts, "BYMONTH", 1, 12)),
            month_days=_numbers(parts, "BYMONTHDAY", -31, 31),
            positions=_numbers(parts, "BYSETPOS", -366, 366),
        )

    def dates(self, first: date, start: date, last: date) -> Iterator[date | None]:
        """Give the dates from `start` to `last` of a rule that begins on `first`.

        A None is a step in which nothing came out. Without a count, what lies before `start` is
        passed over at once.
        """
        turn = 0 if self.count else max(0, self._turn(first, start) - 1)
        left = self.count
        while True:
            begin, found = self._period(first, turn)
            if begin is None or begin > last:
                return
            turn += 1
            yield None
            for day in sorted(found):
                if day < first:
                    continue
                if day > last or left == 0:
                    return
                left = None if left is None else left - 1
                if day >= start:
                    yield day

    def _turn(self, first: date, day: date) -> int:
        apart = (day - first).days
        months = (day.year - first.year) * 12 + day.month - first.month
        turns = {"DAILY": apart, "WEEKLY": apart // 7, "MONTHLY": months, "YEARLY": months // 12}
        return turns[self.frequency] // self.interval

    def _period(self, first: date, turn: int) -> tuple[date | None, Iterable[date]]:
        """Give when the turn's day, week, month or year begins, and its dates."""
        at = turn * self.interval
        try:
            if self.frequency == "DAILY":
                day = first + timedelta(days=at)
                return day, self._chosen([day] if self._suits(day) else [])
            if self.frequency == "WEEKLY":
                return self._week(first, at)
            month = first.year * 12 + first.month - 1 + at
            if self.frequency == "MONTHLY":
                begin = date(month // 12, month % 12 + 1, 1)
                return begin, self._chosen(self._month(first, begin))
            begin = date(first.year + at, 1, 1)
        except (OverflowError, ValueError):  # past the last year that there is
            return None, ()
        return begin, self._chosen(self._year(first, begin.year))

    def _week(self, first: date, at: int) -> tuple[date, Iterable[date]]:
        back = (first.weekday() - self.week_start) % 7
        begin = first - timedelta(days=back) + timedelta(weeks=at)
        wanted = {day for _, day in self.weekdays} or {Weekday.of(first)}
        week = [begin + timedelta(days=day) for day in range(7)]
        suits = [day for day in week if day.weekday() in wanted and self._suits_month(day)]
        return begin, self._chosen(suits)

    def _month(self, first: date, begin: date) -> list[date]:
        if not self._suits_month(begin):
            return []
        month = _month(begin.year, begin.month)
        if self.month_days:
            month = [day for day in month if self._suits_month_day(day)]
        if self.weekdays:
            whole = _month(begin.year, begin.month)
            return [day for day in month if self._suits_weekday(day, whole)]
        return month if self.month_days else [day for day in month if day.day == first.day]

    def _year(self, first: date, year: int) -> list[date]:
        if self.months or self.month_days:
            months = sorted(self.months) or range(1, 13)
            return [day for month in months for day in self._month(first, date(year, month, 1))]
        if self.weekdays:
            whole = [day for month in range(1, 13) for day in _month(year, month)]
            return [day for day in whole if self._suits_weekday(day, whole)]
        same = _month(year, first.month)[first.day - 1 : first.day]
        return list(same)

    def _chosen(self, days: list[date]) -> list[date]:
        if not self.positions:
            return days
        at = [where - 1 if where > 0 else where for where in self.positions]
        return [days[where] for where in set(at) if -len(days) <= where < len(days)]

    def _suits(self, day: date) -> bool:
        weekdays = {weekday for _, weekday in self.weekdays}
        if weekdays and day.weekday() not in weekdays:
            return False
        return self._suits_month(day) and (not self.month_days or self._suits_month_day(day))

    def _suits_month(self, day: date) -> bool:
        return not self.months or day.month in self.months

    def _suits_month_day(self, day: date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        return bool({day.day, day.day - length - 1} & set(self.month_days))

    def _suits_weekday(self, day: date, whole: Sequence[date]) -> bool:
        """Say whether it is, for example, the second Monday of a whole month or year."""
        before = (day - whole[0]).days // 7 + 1
        after = (whole[-1] - day).days // 7 + 1
        return any(
            weekday == day.weekday() and nth in {0, before, -after}
            for nth, weekday in self.weekdays
        )


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]


def _numbers(
    parts: Mapping[str, Sequence[object]], name: str, least: int, most: int
) -> tuple[int, ...]:
    try:
        found = tuple(int(str(one)) for one in parts.get(name, ()))
    except ValueError as error:
        raise UnclearRuleError(name) from error
    if len(found) > 400 or not all(least <= one <= most and one for one in found):
        raise UnclearRuleError(f"{name}={str(found)[:40]}")
    return found


def _weekday(part: object) -> tuple[int, Weekday]:
    text = str(part).upper()
    nth, name = text[:-2], text[-2:]
    if name not in _DAYS or (nth and not nth.lstrip("+-").isdecimal()) or abs(int(nth or 0)) > 53:
        raise UnclearRuleError(f"BYDAY={text[:40]}")
    return int(nth or 0), _DAYS[name]
