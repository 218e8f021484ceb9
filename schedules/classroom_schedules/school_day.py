"""What one day teaches: by its weekday and week, or by what is special about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from classroom_schedules.calendar import Calendar, Kind, SpecialDay, Teaches, Term
from classroom_schedules.weeks import Week, Weekday
from classroom_schedules.words import Remark, remark

_EMPTY = {Kind.HOLIDAY: "skip.holiday", Kind.EXAM: "skip.exam"}


@dataclass(frozen=True, slots=True)
class Teaching:
    """What a day teaches to some classes: whose weekday, which week, by which bells."""

    weekday: Weekday
    week: Week
    bells: str  # asked for by name; "" leaves it to the season
    since: time
    until: time
    obstacle: tuple[Remark, ...]  # why nothing is held; empty on most days
    reasons: tuple[Remark, ...]  # what is special

    def cuts(self, start: time, end: time) -> bool:
        """Say whether a lesson lies outside a half day's hours."""
        return start < self.since or end > self.until


class SchoolDay:
    """One day of a term, for every class."""

    def __init__(
        self, calendar: Calendar, term: Term, day: date, special: Sequence[SpecialDay]
    ) -> None:
        self._calendar = calendar
        self._term = term
        self._day = day
        self._special = special
        self._known: dict[tuple[str, ...], Teaching] = {}
        taught = [one.teaches.weekday for one in special if one.teaches]
        self.weekdays = sorted({Weekday.of(day), *taught})

    def teaching(self, classes: tuple[str, ...]) -> Teaching:
        """Give what the day teaches to a lesson of these classes."""
        if classes not in self._known:
            here = [one for one in self._special if one.concerns(classes)]
            self._known[classes] = self._teaching(here)
        return self._known[classes]

    def _teaching(self, special: Sequence[SpecialDay]) -> Teaching:
        make_up = next((one for one in special if one.kind is Kind.MAKE_UP), None)
        teaches = make_up.teaches if make_up else None
        week = self._week(teaches)
        bells = [one for one in special if one.bells]
        reasons = [remark("held.bells", bells=one.bells, name=one.name) for one in bells]
        if make_up and teaches:
            reasons.insert(0, _made_up(make_up, teaches, week))
        return Teaching(
            weekday=teaches.weekday if teaches else Weekday.of(self._day),
            week=week,
            bells=bells[-1].bells if bells else "",
            since=max((one.since for one in special), default=time.min),
            until=min((one.until for one in special), default=time.max),
            obstacle=self._obstacle(special),
            reasons=tuple(reasons),
        )

    def _week(self, teaches: Teaches | None) -> Week:
        week = self._term.week(self._day)
        if not teaches:
            return week
        if teaches.instead_of:
            term = self._calendar.term(teaches.instead_of) or self._term
            return term.week(teaches.instead_of)
        number = teaches.week or week.number
        return Week(number, teaches.parity or Week.of(number).parity)

    def _obstacle(self, special: Sequence[SpecialDay]) -> tuple[Remark, ...]:
        empty = [remark(_EMPTY[one.kind], name=one.name) for one in special if one.kind in _EMPTY]
        if empty:
            return (empty[0], *self._made_up_later())
        undecided = [one for one in special if one.kind is Kind.MAKE_UP and not one.teaches]
        return tuple(remark("skip.undecided", name=one.name) for one in undecided)

    def _made_up_later(self) -> tuple[Remark, ...]:
        return tuple(
            remark("skip.made-up", date=one.first)
            for one in self._calendar.days
            if one.teaches and one.teaches.instead_of == self._day
        )


def _made_up(make_up: SpecialDay, teaches: Teaches, week: Week) -> Remark:
    values = {"name": make_up.name, "weekday": teaches.weekday, "week": week.said()}
    if teaches.instead_of:
        return remark("held.instead-of", date=teaches.instead_of, **values)
    return remark("held.make-up", **values)
