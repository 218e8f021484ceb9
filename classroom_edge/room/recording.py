"""Recordings that run or are finished, and the disk they go to, as everybody sees them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordingState(StrEnum):
    """Where the recording stands."""

    IDLE = "idle"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"  # held; "go on" continues the same recording without a gap
    FINISHING = "finishing"  # the manifest is being written


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track of the running recording."""

    name: str
    state: str  # "writing" | "waiting" | "lost" | "disk-full"
    seconds_on_disk: float
    bytes_on_disk: int


@dataclass(frozen=True, slots=True)
class RecordingView:
    """The recording: what the big button and the timer show."""

    state: RecordingState
    light: bool  # true only while synced bytes of the programme advance (at most 3 s old)
    id: str = ""
    title: str = ""
    started_at: datetime | None = None
    seconds_on_disk: float = 0.0  # of the programme, pauses left out
    bytes_on_disk: int = 0
    marks: int = 0
    tracks: tuple[TrackView, ...] = ()
    undo_until: datetime | None = None  # while STOPPING
    limit_s: float = 0.0  # of a micro-lesson: it ends by itself after so long; 0 = it does not
    ends_at: datetime | None = None  # while such a one is RECORDING
    last_id: str = ""  # the newest finished recording, for "watch it"
    pre_roll_s: float = 0.0  # how much of before the button the next one keeps


@dataclass(frozen=True, slots=True)
class StorageView:
    """The disk under the recordings."""

    free_bytes: int
    seconds_left: float | None  # at the present rate, or the usual one; None while none is known
    # "day": less than 24 hours of recording are left, "hours": less than 2, "gone": no disk
    alarm: str = ""
    full_at: datetime | None = None  # by the timetable, within a week; in the room's zone
    spare_bytes: int = 0  # that the rules of keeping may free before
    undelivered: int = 0  # recordings that they must not free yet
