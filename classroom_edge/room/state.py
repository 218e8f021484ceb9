"""One snapshot of the whole room."""

from dataclasses import dataclass
from datetime import datetime

from classroom_edge.room.day import DayView
from classroom_edge.room.devices import DeviceView
from classroom_edge.room.health import ProblemView, ProcessView
from classroom_edge.room.library import RenderView, TargetView
from classroom_edge.room.programme import ProgrammeView, SourceView
from classroom_edge.room.recording import RecordingView, StorageView
from classroom_edge.room.routines import RoutineView
from classroom_edge.room.schools import BroadcastView, LinkView, LiveView, PushView, ScreenView
from classroom_edge.sessions.missing import Missing


@dataclass(frozen=True, slots=True)
class RoomState:
    """Everything about the room at one instant."""

    version: int  # grows with every change
    at: datetime
    id: str
    name: str
    language: str  # the room's default: "zh-CN" | "en"
    timezone: str  # of the school's clock, as IANA names it
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
    screens: tuple[ScreenView, ...] = ()  # in the order of room.toml
    missing: tuple[Missing, ...] = ()  # films of lessons with others that are still to come
    renders: tuple[RenderView, ...] = ()  # what is made of recordings, and what waits for that
