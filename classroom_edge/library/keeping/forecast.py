"""When the disk is full, as the timetable goes on. Pure.

A teacher can free room on Wednesday for what is full on Thursday; on Thursday it is too late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """A lesson of the timetable that is recorded."""

    starts_at: datetime  # aware
    ends_at: datetime

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return (self.ends_at - self.starts_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the coming lessons take, as far as the timetable is known."""

    full_at: datetime | None = None  # None: all of them fit
    lessons: int = 0  # that fit before


def forecast(lessons: Iterable[Coming], now: datetime, rate: float, room: int) -> Forecast:
    """Tell the lesson in which the disk becomes full.

    `rate` is the bytes of a second of recording, 0 = unknown; `room` the bytes that are free or
    may be freed. Of a lesson that goes on only the rest counts.
    """
    fit = 0
    for one in sorted(lessons, key=lambda lesson: lesson.starts_at):
        rest = Coming(max(one.starts_at, now), one.ends_at)
        needed = rate * rest.seconds
        if rest.seconds <= 0:
            continue
        if needed > room:
            return Forecast(rest.starts_at + (rest.ends_at - rest.starts_at) * (room / needed), fit)
        room -= round(needed)
        fit += 1
    return Forecast(None, fit)


def reserve(lessons: Iterable[Coming], now: datetime, rate: float) -> int:
    """Give the bytes to be kept free: for the lesson of now, and for today's next one."""
    today = sorted((one for one in lessons if _is_today(one, now)), key=lambda one: one.starts_at)
    going = [one for one in today if one.starts_at <= now]
    due = going + [one for one in today if one.starts_at > now][:1]
    return round(sum(rate * (one.ends_at - max(one.starts_at, now)).total_seconds() for one in due))


def _is_today(one: Coming, now: datetime) -> bool:
    here = now.astimezone(one.starts_at.tzinfo)
    return one.ends_at > now and one.starts_at.date() <= here.date()
