"""Sources, layouts, titles, sound and the programme as everybody sees them."""

from dataclasses import dataclass, field
from datetime import datetime

from classroom_edge.room.asking import Words
from classroom_edge.room.devices import TrackingView


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source."""

    id: str
    name: str
    picture: bool
    sound: bool
    state: str  # "starting" | "live" | "lost" | "idle": a room elsewhere, without a session
    problem: str = ""
    camera: str | None = None  # the device that points it
    tracking: TrackingView | None = None  # None: that camera is not meant to follow anybody
    seen: str = ""  # what is wrong with the picture that comes: "frozen" | "black"
    small: str = ""  # its small stream: "live" | "lost"; "" = it has none


@dataclass(frozen=True, slots=True)
class LayoutView:
    """A layout that can be chosen; `slots` sources fill it, in order."""

    name: str
    title: Words
    slots: int


@dataclass(frozen=True, slots=True)
class TitlesView:
    """What is written over the programme; empty is not shown."""

    name: str = ""  # of the lower third
    subject: str = ""  # under that name
    subtitle: str = ""
    card: str = ""  # "opening" | "closing": instead of the picture


@dataclass(frozen=True, slots=True)
class GateView:
    """A noise gate: open from `threshold_db` (dBFS, peak) on, and for a while after it."""

    threshold_db: float
    hold_ms: int
    release_ms: int


@dataclass(frozen=True, slots=True)
class SoundView:
    """How one source's sound goes into the programme; a track of its own stays as it came."""

    source: str
    gain_db: float = 0.0
    muted: bool = False
    delay_ms: int = 0  # how much later it is heard; below 0: earlier
    channels: str = "stereo"  # "left" | "right" | "mono": one side, or both as one, on both sides
    high_pass_hz: int = 0  # 0 = none
    gate: GateView | None = None
    in_programme: bool = True  # otherwise its level is told, and no more
    spare_of: str = ""  # heard only while that source's sound fails
    stands_in: str = ""  # a spare that is heard now: "dead" | "faint", what the other one is


@dataclass(frozen=True, slots=True)
class MultiviewView:
    """How the multiview's picture is divided: into equal cells, row by row, one a source."""

    sources: tuple[str, ...]
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """What the director shows now, and could show."""

    layout: str
    sources: tuple[str, ...]
    layouts: tuple[LayoutView, ...]
    state: str  # "starting" | "live" | "lost"
    titles: TitlesView = TitlesView()
    cards: tuple[str, ...] = ()  # that there are
    multiview: MultiviewView | None = None  # None: no source has a picture
    encoder: str = ""  # what encodes it: "libx264", "h264_qsv" ...; "" = not known yet
    load: str = ""  # on a slow machine: "spare" | "quicker" | "quickest" | "half"; "" = none
    sounds: tuple[SoundView, ...] = ()  # and how they are mixed
    directing: str = "hand"  # "auto": the director's rules choose
    reason: Words = field(default_factory=dict)  # why they show this; empty: a person does
    held_until: datetime | None = None  # a person has cut meanwhile; then the rules go on
    making: str = ""  # "encoding" | "passing": a camera's own packets; "" = not known


@dataclass(frozen=True, slots=True)
class LevelView:
    """Loudness of one sound over the last 100 ms, dBFS; of a source, before gain and mute.

    Only the programme's has the last three.
    """

    source: str
    rms_db: float
    peak_db: float
    clipped: bool = False
    momentary_lufs: float | None = None  # of the last 400 ms
    short_term_lufs: float | None = None  # of the last 3 s
    integrated_lufs: float | None = None  # since the recording began
    true_peak_db: float | None = None  # dBTP
