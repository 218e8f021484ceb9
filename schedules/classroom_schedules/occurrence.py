"""What a plan consists of: one lesson or reservation on one date, held or not, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from classroom_schedules.words import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A lesson or reservation on a date.

    The id stays the same when the lesson is covered, moved or given another room: whoever does
    something once for each lesson keeps it by this id. One that is not held is there to be
    explained; its times are those at which it would have been.
    """

    id: str
    date: date  # at the school
    starts_at: datetime
    ends_at: datetime
    title: str
    room: str
    is_held: bool
    reasons: tuple[Remark, ...]
    classes: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # rooms that take part from afar
    periods: str = ""  # "3", "3-4"; a reservation has none
    is_recorded: bool = False  # whoever planned it wants that, whatever the rules say

    @property
    def rooms(self) -> tuple[str, ...]:
        """Give every room that takes part, the hub's first."""
        return (self.room, *self.sites) if self.room else self.sites

    def why(self, language: str) -> str:
        """Say why it is held, or why not, "zh-CN" or "en"."""
        return "".join(reason.tell(language) for reason in self.reasons).strip()
