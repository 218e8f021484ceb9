"""What a report says of a recording. Times (`*_s`) are times of the recording, pauses cut out."""

from datetime import datetime
from enum import StrEnum

import msgspec

from classroom_media.direct.engine import Reason
from classroom_media.record.manifest import Gap, Mark


class Trouble(StrEnum):
    """What a passage of a track is."""

    FREEZE = "freeze"  # a camera's picture does not move at all
    BLACK = "black"
    SILENCE = "silence"


class Method(StrEnum):
    """How a figure came about."""

    TRUTH = "truth"  # numbers, flashes and beeps of emulated cameras: what was filmed
    TIMESTAMPS = "timestamps"  # what the file says of itself
    UNKNOWN = "unknown"


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a track that is not as it should be."""

    trouble: Trouble
    from_s: float
    to_s: float


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures that are not there, or (negative) so many repetitions of one."""

    at_s: float
    pictures: int
    in_gap: bool = False  # the recording itself says that something is missing here


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """How regular the pictures of a file are."""

    count: int
    fps: float
    method: Method
    misses: tuple[Miss, ...] = ()
    keyframes: int = 0
    keyframe_usual_s: float = 0.0
    keyframe_longest_s: float = 0.0
    look_s: float = 0.0  # passages are known to within this

    @property
    def dropped(self) -> int:
        """Pictures that are missing where no gap explains it."""
        return sum(max(miss.pictures, 0) for miss in self.misses if not miss.in_gap)

    @property
    def dropped_in_gaps(self) -> int:
        """Pictures that are missing in gaps the recording tells of."""
        return sum(max(miss.pictures, 0) for miss in self.misses if miss.in_gap)

    @property
    def doubled(self) -> int:
        """Pictures that repeat one before them."""
        return sum(max(-miss.pictures, 0) for miss in self.misses)


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """Loudness by EBU R128; None where the sound is too short or too quiet to be measured."""

    integrated_lufs: float | None = None
    range_lu: float | None = None
    momentary_max_lufs: float | None = None
    true_peak_dbtp: float | None = None
    momentary_lufs: tuple[float, ...] = ()  # the greatest of every second


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a track."""

    track: str
    source: str
    kind: str
    file: str
    codec: str = ""
    start_s: float = 0.0
    duration_s: float = 0.0
    bytes: int = 0
    bitrate_kbps: tuple[int, ...] = ()  # of every second
    pictures: Pictures | None = None
    loudness: Loudness | None = None
    passages: tuple[Passage, ...] = ()
    problem: str = ""

    @property
    def mean_kbps(self) -> float:
        """Its bitrate on the whole."""
        return sum(self.bitrate_kbps) / max(len(self.bitrate_kbps), 1)


class Offset(msgspec.Struct, frozen=True, kw_only=True):
    """How much later the sound is than the picture (negative: earlier)."""

    picture: str  # file
    sound: str  # file
    method: Method
    median_ms: float | None = None
    worst_ms: float | None = None
    events: int = 0  # flashes with their beep


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """What the programme showed, for how long."""

    from_s: float
    to_s: float
    layout: str
    sources: tuple[str, ...]
    by: str = ""  # who wanted it; "director" for the rules
    reason: Reason | None = None  # of the rules


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """A source that delivered nothing."""

    source: str
    from_s: float
    to_s: float
    problem: str = ""


class Strain(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which the machine was too slow for the programme."""

    from_s: float
    to_s: float
    step: str  # what was done without: "spare" ... "half"; "" = nothing, but pictures are missing
    left_out: int = 0  # pictures of the programme, besides every second one at "half"


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """What encoded the programme, for how long."""

    from_s: float
    to_s: float
    encoder: str  # as FFmpeg calls it
    problem: str = ""  # what failed at that before, and why


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a recording."""

    id: str
    title: str
    room: str
    state: str
    started_at: datetime | None
    duration_s: float
    problem: str = ""
    files: tuple[FileReport, ...] = ()
    offsets: tuple[Offset, ...] = ()
    gaps: tuple[Gap, ...] = ()
    marks: tuple[Mark, ...] = ()
    shots: tuple[Shot, ...] = ()
    passed_s: float | None = None  # of the programme, that are a camera's own; None = not told
    outages: tuple[Outage, ...] = ()
    strains: tuple[Strain, ...] = ()
    encodings: tuple[Encoding, ...] = ()
