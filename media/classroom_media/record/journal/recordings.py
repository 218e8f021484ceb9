"""Lines about a recording as a whole: what it is of, its takes, and what people said about it."""

from datetime import datetime
from pathlib import Path

import msgspec

from classroom_media.api import Kind


class JournalEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """The common part of every line."""

    at_ns: int


class ExpectedTrack(msgspec.Struct, frozen=True, kw_only=True):
    """A track that the recording is meant to have. `source` is "" for the programme."""

    name: str
    source: str
    kind: Kind


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """The lesson of a timetable that is recorded; `occurrence` is what the timetable calls it."""

    occurrence: str
    subject: str
    classes: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    starts_at: datetime | None = None  # by the bell; aware
    ends_at: datetime | None = None


class RecordingStarted(JournalEvent, frozen=True, kw_only=True, tag="recording-started"):
    """The first line. `wall` (aware) is the wall clock at the same instant as `at_ns`."""

    recording: str
    room: str
    title: str
    wall: datetime
    boot: str
    pre_roll_s: float = 0.0
    tracks: tuple[ExpectedTrack, ...] = ()
    micro: bool = False  # a micro-lesson: its silent ends are trimmed
    taught: Taught | None = None  # None: a person began it


class TakeStarted(JournalEvent, frozen=True, kw_only=True, tag="take-started"):
    """Recording begins, or goes on after a pause ("pause") or an outage ("outage")."""

    take: int
    from_ns: int
    boot: str
    lead_in: bool = False
    reason: str = ""


class TakeHeld(JournalEvent, frozen=True, kw_only=True, tag="take-held"):
    """Stop was asked for at `held_ns`, and may still be undone."""

    take: int
    held_ns: int


class TakeReleased(JournalEvent, frozen=True, kw_only=True, tag="take-released"):
    """The stop was undone: the take goes on as if it had never been held."""

    take: int


class TakeEnded(JournalEvent, frozen=True, kw_only=True, tag="take-ended"):
    """What lies before `end_ns` is kept. `reason` is "pause", "stop" or "outage"."""

    take: int
    end_ns: int
    reason: str


class Marked(JournalEvent, frozen=True, kw_only=True, tag="marked"):
    """Somebody marked the instant `at_ns`."""

    text: str = ""


class Limited(JournalEvent, frozen=True, kw_only=True, tag="limited"):
    """The recording ends by itself after so many seconds, pauses left out; 0 = it does not."""

    limit_s: float


class SessionCompared(JournalEvent, frozen=True, kw_only=True, tag="session-compared"):
    """The room is in a session with others, and `at_ns` is `hub_ns` of the time they share."""

    session: str
    title: str
    hub_ns: int


class RecordingStopped(JournalEvent, frozen=True, kw_only=True, tag="recording-stopped"):
    """The recording is over: never to be continued, only to be finished."""

    reason: str = ""  # "stop", "outage", or "ended" with the daemon


def boot_id() -> str:
    """Name the present run of the machine: CLOCK_MONOTONIC is comparable within one only."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
