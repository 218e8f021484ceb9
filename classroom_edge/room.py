"""The room as everybody sees it: one frozen snapshot. And what people ask of it: commands.

Snapshots flow out (store, API, panel); commands flow in (panel, timetable, hub). Nothing else
passes between them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import Session

Words = dict[str, str]  # language ("zh-CN", "en") -> text


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value of a device, with where it comes from and when."""

    value: Any  # str | int | float | bool, in the capability's words and units
    source: str  # "pushed" | "polled" | "assumed"
    at: datetime


@dataclass(frozen=True, slots=True)
class LockoutView:
    """A capability that must wait, and until when."""

    capability: str
    until: datetime
    reason: str  # "warming" | "cooling"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device."""

    id: str
    name: str
    driver: str
    availability: str  # "connecting" | "online" | "degraded" | "offline" | "auth-failed"
    capabilities: tuple[str, ...]  # kebab case: "power", "input-select", "pan-tilt-zoom"
    values: dict[str, ValueView]  # "power", "input", "volume", ...
    choices: dict[str, tuple[str, ...]]  # "input" -> ("hdmi-1", "hdmi-2"), "preset" -> names
    lockouts: tuple[LockoutView, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TrackingView:
    """A camera that follows whoever moves in its picture."""

    state: str  # "off" | "following" | "searching": nobody moves | "yielding": to a person
    until: datetime | None = None  # while yielding


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
class StepView:
    """One step of a routine."""

    device: str
    name: str  # the device's name
    action: Words
    state: str  # "waiting" | "running" | "done" | "unchanged" | "failed" | "skipped"
    problem: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoutineView:
    """A routine and how its last run goes."""

    name: str
    title: Words
    state: str  # "idle" | "running" | "done" | "failed"
    steps: tuple[StepView, ...] = ()
    ready_at: datetime | None = None  # when the slowest device is expected to be ready


@dataclass(frozen=True, slots=True)
class ActionView:
    """The one thing to do about a problem: a POST that the panel can make, or words alone."""

    title: Words
    path: str = ""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What happened, what it affects, what to do."""

    code: str  # "E-DISK-001"
    severity: str  # "warning" | "error"
    subject: str  # id of the device, source or track; "" for the room
    what: Words
    effect: Words
    action: ActionView
    since: datetime


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process of the room."""

    # "keeper" | "daemon" | "source" | "director" | "relay" | "finisher" | "simulated-room"
    role: str
    name: str
    pid: int
    state: str  # "starting" | "running" | "lost"


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


@dataclass(frozen=True, slots=True)
class LinkView:
    """The link with other schools, and the sessions it carries."""

    role: str  # "hub" | "site"
    linked: tuple[str, ...] = ()  # a hub's sites that are there; a site's hub, when it is
    sessions: tuple[Session, ...] = ()
    here: str = ""  # what this room is called in them; "" = not enrolled yet


@dataclass(frozen=True, slots=True)
class PeerView:
    """How it goes with picture and sound between this room and another, or a guest."""

    peer: str  # the member's id; at a site "hub"
    name: str
    role: str
    state: str  # "connecting" | "connected" | "lost"
    quality: Words  # what it is sent: the full picture, a smaller one, sound alone ...
    rung: str = ""  # the same for programs: "720p" ... "sound" | "one-way" | "stored"
    source: str = ""  # by which this room sees and hears it
    delay_ms: int = 0  # there and back
    loss_percent: int = 0  # that does not arrive there before repairs
    receiving: bool = False  # its picture or sound arrives here


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A layout that a session has chosen, and how to have the one before."""

    layout: str
    sources: tuple[str, ...]
    because: Words
    undo: ActionView


@dataclass(frozen=True, slots=True)
class LiveView:
    """Picture and sound of the session that goes now."""

    session: str
    peers: tuple[PeerView, ...] = ()
    voices: tuple[str, ...] = ()  # peers that everybody hears
    chosen: ChoiceView | None = None  # None: people or rules choose the layout


@dataclass(frozen=True, slots=True)
class JobView:
    """One thing that the timetable does for a lesson, and what became of it."""

    kind: str  # "prepare" | "record" | "live" | "stop" | "off-air" | "tidy"
    at: datetime
    state: str  # "waiting" | "begun" | "done" | "failed" | "missed" | "skipped"
    name: str = ""  # of the routine
    why: Words = field(default_factory=dict)  # empty while it waits


@dataclass(frozen=True, slots=True)
class LessonView:
    """A lesson of today, held or not, and why."""

    id: str
    title: str
    classes: tuple[str, ...]
    teachers: tuple[str, ...]
    periods: str
    starts_at: datetime
    ends_at: datetime  # minutes that people have added included
    state: str  # "coming" | "now" | "over" | "off": not held
    why: Words
    recorded: bool = False  # by the timetable
    jobs: tuple[JobView, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoreView:
    """One thing that the room does by itself without a lesson, and what became of it."""

    kind: str  # "night" | "idle" | "shutdown" | "boot"
    at: datetime
    # "coming" | "warning": soon | "waits": something is in the way | "done" | "skipped" | "missed"
    # | "failed"
    state: str
    why: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayTime:
    """The time by which the timetable is kept: at the instant `real` it was `shown`, at the school.

    From then on it runs at `speed`; for an ordinary room that is 1, and the two are the same.
    """

    real: datetime
    shown: datetime
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class DayView:
    """The school day of the room: what will happen today, and what has."""

    date: str  # "2027-03-01", at the school
    heading: Words  # "Monday, week 1 (odd)", and what is special about the day
    time: DayTime
    clock: str  # "good" | "unsynchronised" | "wrong" | "stepped"
    lessons: tuple[LessonView, ...] = ()
    now: str = ""  # id of the lesson that goes on
    next: LessonView | None = None  # today's or a later day's
    waiting: str = ""  # id of the lesson that waits for a person's recording to end
    undo: Words = field(default_factory=dict)  # what "undo" would take back
    held: Words = field(default_factory=dict)  # a new timetable that a person has to confirm
    mistakes: tuple[Words, ...] = ()  # of the file: the last good one stays in force
    doubts: tuple[Words, ...] = ()
    chores: tuple[ChoreView, ...] = ()  # what the room does by itself without a lesson
    stays_until: datetime | None = None  # a person wants it left on
    quiet_until: datetime | None = None  # the end of the quiet hours, in one of them


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """The lesson that goes out to everybody who may watch."""

    state: str  # "off" | "starting" | "on" | "lost"
    lesson: str = ""  # its name in addresses
    title: str = ""
    since: datetime | None = None
    viewers: int = 0  # a cache in front of it counts as one
    address: str = ""  # for players; signed, and good for hours
    page: str = ""  # the same for a browser


@dataclass(frozen=True, slots=True)
class PushView:
    """A platform of others that the programme is sent to, or could be."""

    id: str
    name: str
    address: str  # without what is secret in it
    state: str  # "off" | "connecting" | "on" | "waiting": for the next try
    problem: Words = field(default_factory=dict)  # why it is not on
    since: datetime | None = None
    dropped: int = 0  # pictures that the line was too slow for


@dataclass(frozen=True, slots=True)
class ScreenView:
    """What is played on the room's own screen."""

    state: str  # "unable" | "idle" | "opening" | "playing" | "paused" | "ended" | "failed"
    title: str = ""  # a recording's id, or where an address leads
    at_s: int = 0
    length_s: int = 0  # 0 = it goes on
    volume: int = 0  # 0 to 100
    problem: Words = field(default_factory=dict)  # why it is unable or failed, and the remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderView:
    """Something that is made of a recording: the film of an edit, or an export."""

    number: int
    recording: str
    edit: str  # "" = the whole recording
    kind: str  # "film" | "package" | "sound" | "slides"
    state: str  # "waiting" | "working" | "failed"
    share: float = 0.0  # that is done
    left_s: float | None = None  # None: not known yet
    problem: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """Something of a recording that goes to a target."""

    number: int
    recording: str
    target: str
    what: str  # "programme" | "tracks" | "all" | "edit:ID"
    state: str  # "waiting" | "sending" | "sent" | "refused" | "withheld" | "dropped"
    by: str = ""  # who asked for it; "" = room.toml
    asked_at: datetime | None = None
    due_at: datetime | None = None  # not tried before
    sent_at: datetime | None = None
    bytes: int = 0  # in whole; 0 = not known yet
    there: int = 0
    failures: int = 0
    problem: Words = field(default_factory=dict)
    rate_bps: int = 0  # bits a second, while it is being sent
    left_s: int | None = None
    files: tuple[str, ...] = ()  # that are there, and how that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """Somewhere that recordings are delivered to."""

    id: str
    name: str
    kind: str
    address: str
    state: str  # "ready" | "sending" | "hours": outside of them | "live": a lesson | "rest"
    automatic: bool
    what: str
    least_consent: str
    waiting: int = 0
    refused: int = 0
    withheld: int = 0  # their consent does not reach so far
    sent: int = 0
    now: DeliveryView | None = None  # what is being sent
    title: str = ""  # of its recording
    opens_at: datetime | None = None  # for "hours" and "rest"
    problem: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomState:
    """Everything about the room at one instant."""

    version: int  # grows with every change
    at: datetime
    id: str
    name: str
    language: str  # the room's default: "zh-CN" | "en"
    devices: tuple[DeviceView, ...]
    sources: tuple[SourceView, ...]
    programme: ProgrammeView
    recording: RecordingView
    routines: tuple[RoutineView, ...]
    problems: tuple[ProblemView, ...]
    processes: tuple[ProcessView, ...]
    storage: StorageView
    profile: str = "studio"  # "routine": one picture or two, unattended; nobody directs
    link: LinkView | None = None  # None: the room is neither hub nor site
    day: DayView | None = None  # None: the room has no timetable
    live: LiveView | None = None  # None: no session with picture and sound goes now
    targets: tuple[TargetView, ...] = ()  # of deliveries
    broadcast: BroadcastView | None = None  # None: room.toml has no [broadcast]
    pushes: tuple[PushView, ...] = ()
    screen: ScreenView | None = None  # None: room.toml has no [screen]
    missing: tuple[Missing, ...] = ()  # films of lessons with others that are still to come
    renders: tuple[RenderView, ...] = ()  # what is made of recordings, and what waits for that


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asked, and why; goes to the log with every command."""

    name: str  # "panel", "teacher:li", "cli"
    why: str = ""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command that cannot be carried out; tells a person why.

    `code` is stable ("not-recording"); `words` has zh-CN and en.
    """

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.get("en", code))
        self.code = code
        self.words = words
