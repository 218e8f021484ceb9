"""The room as everybody sees it: one frozen snapshot. And what people ask of it: commands.

Snapshots flow out (store, API, panel); commands flow in (panel, timetable, hub). Nothing else
passes between them.
"""

from classroom_edge.room.asking import Refused, Who, Words
from classroom_edge.room.day import ChoreView, DayTime, DayView, JobView, LessonView
from classroom_edge.room.devices import DeviceView, LockoutView, TrackingView, ValueView
from classroom_edge.room.health import ProblemView, ProcessView
from classroom_edge.room.library import DeliveryView, RenderView, TargetView
from classroom_edge.room.programme import (
    GateView,
    LayoutView,
    LevelView,
    MultiviewView,
    ProgrammeView,
    SoundView,
    SourceView,
    TitlesView,
)
from classroom_edge.room.recording import RecordingState, RecordingView, StorageView, TrackView
from classroom_edge.room.routines import ActionView, RoutineView, StepView
from classroom_edge.room.schools import (
    BroadcastView,
    ChoiceView,
    LinkView,
    LiveView,
    PeerView,
    PushView,
    ScreenView,
)
from classroom_edge.room.state import RoomState

__all__ = [
    "ActionView",
    "BroadcastView",
    "ChoiceView",
    "ChoreView",
    "DayTime",
    "DayView",
    "DeliveryView",
    "DeviceView",
    "GateView",
    "JobView",
    "LayoutView",
    "LessonView",
    "LevelView",
    "LinkView",
    "LiveView",
    "LockoutView",
    "MultiviewView",
    "PeerView",
    "ProblemView",
    "ProcessView",
    "ProgrammeView",
    "PushView",
    "RecordingState",
    "RecordingView",
    "Refused",
    "RenderView",
    "RoomState",
    "RoutineView",
    "ScreenView",
    "SoundView",
    "SourceView",
    "StepView",
    "StorageView",
    "TargetView",
    "TitlesView",
    "TrackView",
    "TrackingView",
    "ValueView",
    "Who",
    "Words",
]
