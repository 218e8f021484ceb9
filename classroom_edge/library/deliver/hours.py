"""The hours within which a target is delivered to, such as 18:00-06:00. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """From a time of day to another, in a time zone; across midnight where `to` is earlier."""

    since: time
    to: time  # excluded
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str, zone: ZoneInfo) -> Self:
        """Read "18:00-06:00". Raises ValueError."""
        since, _, to = text.partition("-")
        return cls(time.fromisoformat(since.strip()), time.fromisoformat(to.strip()), zone)

    def are(self, now: datetime) -> bool:
        """Whether an instant lies within them."""
        at = now.astimezone(self.zone).time()
        if self.since <= self.to:
            return self.since <= at < self.to
        return at >= self.since or at < self.to

    def change_at(self, now: datetime) -> datetime:
        """Give the next instant at which they begin or end, in UTC."""
        today = now.astimezone(self.zone).date()
        edges = (
            datetime.combine(today + timedelta(days=day), edge, self.zone).astimezone(UTC)
            for day in (0, 1, 2)
            for edge in (self.since, self.to)
        )
        return min(edge for edge in edges if edge > now)
