"""One event of an iCalendar file: its own times, its repetitions and exceptions.

Source: RFC 5545, sections 3.6.1 and 3.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from classroom_schedules.incoming.recurrence import Rule, UnclearRuleError
from classroom_schedules.mistakes import fail
from classroom_schedules.words import remark

STEPS_MAX: Final = 100_000  # of all repetitions of a file together
OLDEST: Final = 1970
TEXT_MAX: Final = 200  # characters of a title, place or name
TIMES: Final = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
)


@dataclass(slots=True)
class Span:
    """The days that are asked for, and how many steps are left."""

    zone: ZoneInfo
    start: date
    end: date  # excluded
    steps: int = field(default=STEPS_MAX, init=False)


class Event:
    """A VEVENT. Its methods raise ValueError for what cannot be understood."""

    def __init__(self, component: Any, number: int, zone: ZoneInfo) -> None:  # noqa: ANN401
        self._component = component
        self._zone = zone
        self.uid = str(component.get("UID", ""))
        self.is_exception = component.get("RECURRENCE-ID") is not None
        self.is_cancelled = self.text("STATUS").upper() == "CANCELLED"
        self.place = remark("place.event", number=number, title=self.text("SUMMARY")[:40] or "?")

    def trouble(self) -> str:
        """Say what about its times could not be read; other properties do not matter."""
        for name, why in self._component.errors:
            said = (name or str(why).partition("'")[2])[:40].upper()
            if any(said.startswith(one) for one in TIMES):
                return f"{name or ''} {why}".strip()[:200]
        return ""

    @cached_property
    def first(self) -> datetime | date | None:
        """Give when it starts first."""
        found = self._component.get("DTSTART")
        return None if found is None else found.dt

    def replaces(self) -> datetime | None:
        """Give which instant of a series an exception stands for."""
        at = self._component.get("RECURRENCE-ID")
        if at is None:
            return None
        if str(at.params.get("RANGE", "")).upper() == "THISANDFUTURE":
            raise UnclearRuleError("RECURRENCE-ID;RANGE=THISANDFUTURE")
        return self.utc(self._instant(at.dt))

    def length(self) -> timedelta:
        """Give how long it lasts; nothing if it does not say so."""
        end, length = self._component.get("DTEND"), self._component.get("DURATION")
        if end is None:
            found = timedelta(0) if length is None else length.dt
            return found if isinstance(found, timedelta) else timedelta(0)
        if not isinstance(end.dt, datetime) or not isinstance(self.first, datetime):
            return timedelta(0)
        return self.utc(end.dt) - self.utc(self.first)

    def starts(self, span: Span) -> list[datetime]:
        """Give every start as an instant, once each, exceptions taken out."""
        every = {self.utc(one) for one in self._listed("RDATE")}
        every.add(self.utc(self._instant(self.first)))
        for rule in _several(self._component.get("RRULE")):
            every.update(self._repeated(rule, span))
        return sorted(every - {self.utc(one) for one in self._listed("EXDATE")})

    def text(self, name: str) -> str:
        """Give a property as one line of text."""
        values = _several(self._component.get(name))
        return " ".join(str(values[0]).split())[:TEXT_MAX] if values else ""

    def organizers(self) -> tuple[str, ...]:
        """Give the names of those who hold it."""
        people = _several(self._component.get("ORGANIZER"))
        return _names(one.params.get("CN", "") for one in people)

    def categories(self) -> tuple[str, ...]:
        """Give its categories."""
        groups = _several(self._component.get("CATEGORIES"))
        return _names(one for group in groups for one in group.cats)

    def utc(self, at: datetime) -> datetime:
        """Give an instant; a time without a zone is the school's."""
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)

    def _repeated(self, rule: Any, span: Span) -> Iterator[datetime]:  # noqa: ANN401
        """Repeat by the clock on the wall, in the event's own zone."""
        first = self._instant(self.first)
        if first.year < OLDEST:
            raise UnclearRuleError(f"DTSTART {first.year}")
        untils = [self.utc(self._instant(one)) for one in _several(rule.get("UNTIL"))]
        until = min(untils, default=datetime.max.replace(tzinfo=UTC))
        parts = {name: _several(value) for name, value in rule.items()}
        start, last = span.start - timedelta(days=2), span.end + timedelta(days=1)
        for day in Rule.read(parts).dates(first.date(), start, last):
            span.steps -= 1
            if span.steps < 0:
                raise fail("too-many-times", self.place, most=STEPS_MAX)
            at = self.utc(datetime.combine(day, first.time(), first.tzinfo)) if day else None
            if at and at > until:
                return
            if at:
                yield at

    def _listed(self, name: str) -> Iterator[datetime]:
        for group in _several(self._component.get(name)):
            for one in group.dts:
                yield self._instant(one.dt[0] if isinstance(one.dt, tuple) else one.dt)

    def _instant(self, value: object) -> datetime:
        """Give a date the time of day at which the event starts."""
        if isinstance(value, datetime):
            return value
        if not isinstance(value, date) or not isinstance(self.first, datetime):
            raise ValueError(f"{str(value)[:40]} is no instant")  # noqa: TRY004 - it is the file's
        return datetime.combine(value, self.first.timetz())


def _names(values: Iterator[object]) -> tuple[str, ...]:
    names = [str(one).strip()[:TEXT_MAX] for one in values]
    return tuple(dict.fromkeys(name for name in names if name))


def _several(value: Any) -> list[Any]:  # noqa: ANN401 - one, several or none
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
