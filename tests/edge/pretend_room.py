"""A room that answers as the daemon does, without devices, workers or disks to wait for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classroom_drivers.api import LinkError, RefusedError, UnsupportedError
from classroom_edge.config import Config
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.room import (
    ActionView,
    DeviceView,
    GateView,
    LayoutView,
    LevelView,
    ProblemView,
    ProcessView,
    ProgrammeView,
    RecordingState,
    RecordingView,
    Refused,
    RoomState,
    RoutineView,
    SoundView,
    SourceView,
    StepView,
    StorageView,
    TitlesView,
    TrackView,
    ValueView,
    Who,
)
from classroom_edge.services.day.incoming import Incoming
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.timetabling import DayDesk
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.attendance import Attendance, Part
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.groups import Group, Past
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.state import NS, Session
from classroom_media.record.manifest import Chapter, Lesson, Manifest, Mark, State, Track
from tests.edge.pretend_desk import PretendDesk
from tests.edge.sessions.lessons import GUEST, open_lesson

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
TICKET = "math~guest-1~good"
ANSWER = "v=0\r\ns=the answer\r\n"
RECORDING = "20261122-101500-3f2a"
SESSION = "20261123-080000-3f2a"
WEEKLY = Group(
    id="weekly", title="英语", kind=Kind.DELIVERY, style=Style.INTERACTIVE, sites=("hill",)
)
MARKUP = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


def a_state() -> RoomState:
    """A room with everything in it once, some of it broken."""
    return RoomState(
        version=1,
        at=datetime.now(UTC),
        id="room",
        name="三年级(2)班",
        language="zh-CN",
        timezone="Asia/Shanghai",
        devices=(
            DeviceView(
                id="projector",
                name="投影机",
                driver="pjlink",
                availability="online",
                capabilities=("power", "input-select"),
                values={"power": ValueView("on", "polled", AT)},
                choices={"input": ("hdmi-1", "hdmi-2")},
            ),
            DeviceView(
                id="camera",
                name="教师相机",
                driver="visca",
                availability="offline",
                capabilities=("pan-tilt-zoom", "presets"),
                values={},
                choices={},
                problem="silent",
            ),
        ),
        sources=(
            SourceView("teacher", "教师", picture=True, sound=True, state="live", camera="camera"),
            SourceView("slides", "课件", picture=True, sound=False, state="lost"),
        ),
        programme=ProgrammeView(
            layout="single",
            sources=("teacher",),
            layouts=(
                LayoutView("single", both("单画面", "Single"), 1),
                LayoutView("side-by-side", both("双分屏", "Side by side"), 2),
            ),
            state="live",
            sounds=(SoundView("teacher", gain_db=3.0, gate=GateView(-50.0, 300, 200)),),
        ),
        recording=RecordingView(state=RecordingState.IDLE, light=False),
        routines=(
            RoutineView("class-start", both("上课", "Start class"), "idle"),
            RoutineView(
                "class-end",
                both("下课", "End class"),
                "failed",
                (
                    StepView(
                        "projector",
                        "投影机",
                        both("关机", "switch off"),
                        "failed",
                        both("没有应答", "no answer"),
                    ),
                ),
            ),
        ),
        problems=(
            ProblemView(
                "E-DEV-001",
                "error",
                "camera",
                both("教师相机没有应答", "The teacher's camera does not answer"),
                both("不能转动相机", "It cannot be moved"),
                ActionView(both("检查电源", "Check its power")),
                AT,
            ),
        ),
        processes=(ProcessView("daemon", "room", 1, "running"),),
        storage=StorageView(free_bytes=64_000_000_000, seconds_left=None),
    )


class PretendRoom:
    """Keeps what it was asked; its snapshots change when a test says so."""

    def __init__(self, recordings: Path) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.touches = 0
        self.incoming: Incoming | None = None
        self.code = ""
        self.watched = 0  # how many look at the preview
        self.followed = 0  # how many follow the state
        self.loudness = asyncio.Queue[tuple[LevelView, ...]]()
        self._recordings = recordings
        self._shelf = Shelf(
            config=Config.model_validate({"room": {"id": "room", "name": "三(2)班"}}),
            folder=DataFolder(recordings.parent),
            recordings=recordings,
            changed=lambda: None,
        )
        self._state = a_state()
        self._changed = asyncio.Event()

    def change(self, **parts: Any) -> None:
        """Make the next snapshot."""
        self._state = replace(self._state, version=self._state.version + 1, **parts)
        self._changed.set()
        self._changed = asyncio.Event()

    def state(self) -> RoomState:
        return self._state

    async def changes(self) -> AsyncIterator[RoomState]:
        self.followed += 1
        try:
            while True:
                changed = self._changed
                yield self._state
                await changed.wait()
        finally:
            self.followed -= 1

    def touched(self) -> None:
        self.touches += 1

    async def levels(self) -> AsyncIterator[tuple[LevelView, ...]]:
        while True:
            yield await self.loudness.get()

    async def previews(self) -> AsyncIterator[bytes]:
        self.watched += 1
        try:
            while True:
                yield b"\xff\xd8 a picture \xff\xd9"
                await asyncio.sleep(0.02)
        finally:
            self.watched -= 1

    def multiviews(self) -> AsyncIterator[bytes]:
        return self.previews()

    @property
    def recorder(self) -> "PretendRecorder":
        return PretendRecorder(self)

    async def run_routine(self, who: Who, name: str) -> None:
        self.asked.append(("routine", who.name, name))
        if name not in {routine.name for routine in self._state.routines}:
            raise Refused("unknown-routine", both("没有这个情景", "no such routine"))

    def preview_routine(self, name: str) -> tuple[StepView, ...]:
        for routine in self._state.routines:
            if routine.name == name:
                return routine.steps
        raise Refused("unknown-routine", both("没有这个情景", "no such routine"))

    @property
    def programme(self) -> "PretendProgramme":
        return PretendProgramme(self.asked, self._state)

    async def perform(
        self, who: Who, device: str, capability: str, action: str, arguments: dict[str, Any]
    ) -> None:
        self.asked.append(("perform", who.name, device, capability, action, arguments))
        if device == "camera":
            raise LinkError("camera: silent for 2 s")
        if device != "projector":
            raise Refused("unknown-device", both("没有这个设备", "no such device"))
        if capability not in {"power", "input-select"}:
            raise UnsupportedError(f"no capability {capability!r}")
        if arguments == {"name": "vga-9"}:
            raise RefusedError("ERR2")

    @property
    def day(self) -> DayDesk:
        return PretendDesk(
            lambda wish, details: self.asked.append(("day", wish, details)), self.incoming
        )

    @property
    def outlets(self) -> Outlets:
        raise Refused("no-broadcast", both("不直播", "broadcasts nothing"))

    @property
    def shelf(self) -> Shelf:
        return self._shelf

    @property
    def session(self) -> "PretendSession":
        return PretendSession(self.asked)

    def recording(self, recording: str) -> Manifest:
        if recording != RECORDING:
            return self._shelf.folders.one(recording)
        return self._manifest()

    def folder(self, recording: str) -> Path:
        return self._shelf.folders.roots.of(recording)

    def show_code(self, code: str) -> None:
        self.code = code

    def record(self, state: RecordingState, **parts: Any) -> None:
        self.change(recording=RecordingView(state=state, **({"light": False} | parts)))

    def only_when(self, state: RecordingState, code: str) -> None:
        if self._state.recording.state is not state:
            raise Refused(code, both("现在不能这样做", "not now"))

    def _manifest(self) -> Manifest:
        return Manifest(
            id=RECORDING,
            state=State.FINISHED,
            room="room",
            title=MARKUP,
            started_at=AT,
            duration_s=60.0,
            tracks=(
                Track(name="programme", source="", kind="programme", file="programme.mp4",
                      codec="h264+aac", duration_s=60.0),
                Track(name="escape", source="", kind="picture", file="../../secret.mp4",
                      codec="h264"),
                Track(name="link", source="", kind="picture", file="link.mp4", codec="h264"),
            ),
            marks=(Mark(at_s=1.0, text=MARKUP),),
            chapters=(Chapter(start_s=3.0, page=1, picture="thumbnail.jpg"),),
            lesson=Lesson(from_s=2.0, to_s=58.0, file="micro.mp4"),
            thumbnail="thumbnail.jpg",
        )  # fmt: skip


class PretendRecorder:
    def __init__(self, room: "PretendRoom") -> None:
        self._room = room

    async def start(
        self, who: Who, *, title: str = "", pre_roll: bool = True, limit_s: float = 0.0
    ) -> str:
        self._room.asked.append(("start", who.name, title, pre_roll))
        if limit_s:
            self._room.asked.append(("limit", who.name, limit_s))
        self._room.only_when(RecordingState.IDLE, "recording")
        tracks = (TrackView("programme", "writing", 1.5, 400_000),)
        self._room.record(RecordingState.RECORDING, light=True, title=title, tracks=tracks)
        return RECORDING

    async def limit(self, who: Who, limit_s: float) -> None:
        self._room.asked.append(("limit", who.name, limit_s))

    async def stop(self, who: Who, *, grace_s: float = 0) -> None:
        self._room.asked.append(("stop", who.name, grace_s))
        self._room.only_when(RecordingState.RECORDING, "not-recording")
        self._room.record(RecordingState.STOPPING if grace_s else RecordingState.IDLE)

    async def go_on(self, who: Who) -> None:
        self._room.asked.append(("go-on", who.name))
        self._room.only_when(RecordingState.STOPPING, "not-stopping")
        self._room.record(RecordingState.RECORDING, light=True)

    async def pause(self, who: Who) -> None:
        self._room.asked.append(("pause", who.name))
        self._room.only_when(RecordingState.RECORDING, "not-recording")
        self._room.record(RecordingState.PAUSED)

    async def resume(self, who: Who) -> None:
        self._room.asked.append(("resume", who.name))
        self._room.only_when(RecordingState.PAUSED, "not-paused")
        self._room.record(RecordingState.RECORDING, light=True)

    async def mark(self, who: Who, text: str = "") -> float:
        self._room.asked.append(("mark", who.name, text))
        return 12.5


@dataclass
class PretendProgramme:
    """What the room offers of its programme."""

    asked: list[tuple[Any, ...]]
    state: RoomState

    async def show(self, who: Who, name: str, sources: tuple[str, ...] = ()) -> None:
        self.asked.append(("layout", who.name, name, sources))
        if name not in {layout.name for layout in self.state.programme.layouts}:
            raise Refused("unknown-layout", both("没有这个布局", "no such layout"))

    async def direct(self, who: Who, mode: str) -> None:
        self.asked.append(("direct", who.name, mode))

    def track(self, who: Who, source: str, *, on: bool) -> None:
        self.asked.append(("track", who.name, source, on))
        if source != "teacher":
            raise Refused("no-tracking", both("这台摄像机不跟踪", "its camera follows nobody"))

    async def write(self, who: Who, titles: TitlesView) -> None:
        self.asked.append(("titles", who.name, titles))

    async def mix(self, who: Who, sound: SoundView) -> None:
        self.asked.append(("mix", who.name, sound))
        if sound.source != "teacher":
            raise Refused("unknown-sound", both("没有这个声音", "no such sound"))


@dataclass
class PretendSession:
    """What the room offers of sessions: a guest of one ticket, and every command but two."""

    asked: list[tuple[Any, ...]]

    async def survey(self, who: Who) -> Findings:
        self.asked.append(("survey", who.name))
        return Findings(hub="hub", reason="in-session")

    async def meet_guest(self, ticket: str, offer: str) -> str:
        if ticket != TICKET:
            raise Refused("no-ticket", both("邀请无效", "not valid"))
        self.asked.append(("guest", ticket, offer))
        return ANSWER

    def guest_sees(self, ticket: str) -> tuple[Session, str]:
        if ticket != TICKET:
            raise Refused("no-ticket", both("邀请无效", "not valid"))
        lesson = open_lesson()
        lesson.does(GUEST, c.RaiseHand())
        return lesson.session, GUEST

    async def guest_raises_hand(self, ticket: str, *, up: bool) -> None:
        self.asked.append(("hand", ticket, up))

    async def part_guest(self, ticket: str) -> None:
        self.asked.append(("guest gone", ticket))

    async def meet_screen(self, offer: str, school: str) -> tuple[str, str]:
        self.asked.append(("screen", offer, school))
        return "screen-1", ANSWER

    async def part_screen(self, name: str) -> None:
        self.asked.append(("screen gone", name))

    async def undo_layout(self, who: Who) -> None:
        self.asked.append(("undo layout", who.name))

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        self.asked.append(("session", who.name, request))
        match request:
            case local.Do(command=c.EndGrant()):
                raise Refused("not-yours", both("不是你的", "not yours"))
            case local.Counts(session="unknown"):
                raise Refused("no-session", both("没有这节课", "no such session"))
        return local.Reply(
            session=SESSION,
            groups=(WEEKLY,),
            sites={"hill": "青山小学"},
            counts=Attendance(60 * NS, (Part(member="hill", name="青山小学", role="site"),)),
            past=(Past(SESSION, "数学", "weekly", AT, 2400.0, 1),),
        )
