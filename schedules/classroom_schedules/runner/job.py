"""A job: one thing that is done for one lesson."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a job does."""

    PREPARE = "prepare"  # the routine before a lesson: equipment on
    RECORD = "record"
    LIVE = "live"  # its session with other rooms opens, or its broadcast
    STOP = "stop"
    OFF_AIR = "off-air"  # and they end
    TIDY = "tidy"  # the routine after it


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do for one lesson. It is due at `at`, and useless from `until` on."""

    lesson: str
    kind: Kind
    at: datetime
    until: datetime

    @property
    def id(self) -> str:
        """Give what it is known by."""
        return job_id(self.lesson, self.kind)


def job_id(lesson: str, kind: Kind) -> str:
    """Give what a lesson's job is known by."""
    return f"{lesson}#{kind}"
