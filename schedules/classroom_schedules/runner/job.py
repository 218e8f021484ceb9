"""A job: one thing that is done once, for one lesson or for the room as a whole."""

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
    # and for no lesson:
    BOOT = "boot"  # the room as it should be now, after the machine was off
    NIGHT = "night"  # everything off in the evening
    IDLE = "idle"  # or once nobody has been there for a while
    SHUTDOWN = "shutdown"  # the machine itself


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do. It is due at `at`, and useless from `until` on."""

    lesson: str  # or what it is for besides: an evening, a start of the machine
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
