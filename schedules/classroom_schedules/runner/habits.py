"""What a room does by itself when there is no lesson: off at night, quiet, and off when idle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from classroom_schedules.runner.job import Job, Kind
from classroom_schedules.weeks import Weekday

NIGHT_WITHIN = timedelta(hours=6)  # later it is no use any more: people come soon
SHUTDOWN_WITHIN = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Times are those of the school's clock. What is left out is not done."""

    off_routine: str = ""  # that switches everything off
    night_at: time | None = None
    idle: timedelta = timedelta()  # without anybody there
    warning: timedelta = timedelta(minutes=2)  # is shown for so long before anything goes off
    shutdowns: tuple[tuple[Weekday, time], ...] = ()
    quiet: tuple[time, time] | None = None  # from when to when, also over midnight
    after_power_cut: bool = False

    def quiet_until(self, now: datetime) -> datetime | None:
        """Give the end of the quiet hours, if it is one of them."""
        if self.quiet is None:
            return None
        for day in (now.date() - timedelta(days=1), now.date()):
            begins, ends = (_at(day, clock, now) for clock in self.quiet)
            if ends <= begins:
                ends = _at(day + timedelta(days=1), self.quiet[1], now)
            if begins <= now < ends:
                return ends
        return None

    def jobs(self, now: datetime) -> Iterator[Job]:
        """Give what is due by the clock, of yesterday evening and of today."""
        for day in (now.date() - timedelta(days=1), now.date()):
            if self.night_at is not None and self.off_routine:
                at = _at(day, self.night_at, now)
                yield Job(f"{day}/night", Kind.NIGHT, at, at + NIGHT_WITHIN)
            for weekday, clock in self.shutdowns:
                if Weekday.of(day) is weekday:
                    at = _at(day, clock, now)
                    yield Job(f"{day}/shutdown", Kind.SHUTDOWN, at, at + SHUTDOWN_WITHIN)


def _at(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)
