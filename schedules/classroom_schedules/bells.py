"""Bell schedules: when periods begin and end, by season, by site, and on special days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_DASHES = frozenset("-–—~至到")


@dataclass(frozen=True, slots=True)
class Period:
    """One period by the clock on the wall."""

    name: str  # "1", "早读"
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Season:
    """When a bell schedule is in force, last day included: every year, or in one."""

    first: tuple[int, int] | date  # (month, day) comes back every year
    last: tuple[int, int] | date

    def has(self, day: date) -> bool:
        """Say whether a day lies in it; a yearly season may span the new year."""
        if isinstance(self.first, date) and isinstance(self.last, date):
            return self.first <= day <= self.last
        here = (day.month, day.day)
        first, last = _yearly(self.first), _yearly(self.last)
        if first <= last:
            return first <= here <= last
        return here >= first or here <= last

    @property
    def is_dated(self) -> bool:
        """Say whether it is for one year alone."""
        return isinstance(self.first, date)


@dataclass(frozen=True, slots=True)
class BellSchedule:
    """The periods of a day, in order.

    The first one without a season is the usual one; others are asked for by name.
    """

    name: str
    periods: tuple[Period, ...]
    season: Season | None = None
    site: str = ""  # the school itself


@dataclass(frozen=True, slots=True)
class Bells:
    """All bell schedules of a school and its sites."""

    schedules: tuple[BellSchedule, ...]

    def on(self, day: date, site: str, named: str = "") -> BellSchedule | None:
        """Give the schedule that rings: the named one if the site has it, else the season's.

        A season of one year goes before a yearly one. A site without bells hears the school's.
        """
        here = [one for one in self.schedules if one.site == site]
        if site and not here:
            return self.on(day, "", named)
        seasonal = [one for one in here if one.season and one.season.has(day)]
        seasonal.sort(key=lambda one: not (one.season and one.season.is_dated))
        asked = [one for one in here if named and one.name == named]
        usual = [one for one in here if not one.season]
        return next(iter([*asked, *seasonal, *usual, *here]), None)

    def ends(self, periods: str) -> tuple[str, str] | None:
        """Give the first and last of "3" or "3-4"; None if no schedule has them.

        A period may have a hyphen in its name.
        """
        names = {period.name for one in self.schedules for period in one.periods}
        if periods in names:
            return periods, periods
        for at, sign in enumerate(periods):
            first, last = periods[:at].strip(), periods[at + 1 :].strip()
            if sign in _DASHES and first in names and last in names:
                return first, last
        return None


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Give the instant at which a wall clock shows a time.

    A time that a change of clocks leaves out is moved on by the change; of a time that comes
    twice, the first is meant.
    """
    shown = datetime.combine(day, clock, zone)
    return shown.astimezone(UTC).astimezone(zone)


def spans(
    schedule: BellSchedule, day: date, zone: ZoneInfo
) -> Mapping[str, tuple[datetime, datetime]]:
    """Give every period's instants on a day."""
    return {
        period.name: (instant(day, period.start, zone), instant(day, period.end, zone))
        for period in schedule.periods
    }


def _yearly(end: tuple[int, int] | date) -> tuple[int, int]:
    return (end.month, end.day) if isinstance(end, date) else end
