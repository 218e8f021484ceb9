"""The states that a teacher can meet, as the daemon would tell them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from classroom_edge.room import (
    ActionView,
    DeviceView,
    LayoutView,
    LevelView,
    LockoutView,
    MultiviewView,
    ProblemView,
    ProgrammeView,
    RecordingState,
    RecordingView,
    RoomState,
    RoutineView,
    SoundView,
    SourceView,
    StepView,
    StorageView,
    TrackingView,
    TrackView,
    ValueView,
    Words,
)

RECORDING = "20261122-021500-3f2a"
TALKING = (LevelView("teacher", -24.0, -13.0), LevelView("pupils", -38.0, -29.0))
BITRATE = 1_400_000 // 8 * 3  # bytes a second of all tracks


def now() -> datetime:
    """Give the room's clock."""
    return datetime.now(UTC)


def words(zh: str, en: str) -> Words:
    """Give a text in both languages."""
    return {"zh-CN": zh, "en": en}


def value(of: Any, *, source: str = "polled", age_s: float = 3) -> ValueView:
    """Give a value that is a few seconds old."""
    return ValueView(of, source, now() - timedelta(seconds=age_s))


def device(id_: str, name: str, driver: str, *capabilities: str, **changes: Any) -> DeviceView:
    """Give a device that is online."""
    view = DeviceView(id_, name, driver, "online", capabilities, {}, {})
    return replace(view, **changes)


def devices() -> tuple[DeviceView, ...]:
    """Give the devices of the room, all well."""
    inputs = {"input": ("hdmi-1", "hdmi-2", "vga-1")}
    return (
        device(
            "projector", "投影机", "pjlink", "power", "input-select", "mute", "health",
            values={"power": value("on"), "input": value("hdmi-1"), "lamp-hours": value(1280)},
            choices={**inputs, "mute": ("picture", "sound")},
        ),
        device(
            "board", "交互大屏", "ifp", "power", "input-select", "volume", "mute",
            values={
                "power": value("on"),
                "input": value("hdmi-1", source="assumed"),
                "volume": value(40),
                "sound-mute": value(of=False),
            },
            choices={**inputs, "mute": ("sound",)},
        ),
        device(
            "teacher-camera", "教师摄像机", "visca", "power", "pan-tilt-zoom", "presets",
            values={"power": value("on"), "preset": value("teacher")},
            choices={"preset": ("teacher", "blackboard")},
        ),
        device(
            "pupils-camera", "学生摄像机", "visca", "power", "pan-tilt-zoom", "presets",
            values={"power": value("on")},
            choices={"preset": ("everybody", "front")},
        ),
        device("lamp", "录制指示灯", "kmtronic", "relay", values={"relay-1": value(of=False)}),
    )  # fmt: skip


def equipped() -> RoomState:
    """A room with everything that devices can be: curtains, a mixer, a switcher, sensors."""
    until = now() + timedelta(seconds=95)
    rest = (
        device(
            "curtains", "窗帘", "modbus", "cover",
            values={"cover-1": value("open"), "cover-percent-1": value(100)},
            choices={"cover": ("open", "close", "stop")},
        ),
        device(
            "mixer", "调音台", "x32", "level", "mute",
            values={"level-1": value(72.4), "level-2": value(40.0)},
            choices={"level": ("教师话筒", "学生话筒"), "mute": ("sound",)},
        ),
        device(
            "matrix", "矩阵切换器", "extron-sis", "route",
            values={"route-1": value(2), "route-2": value(1)},
            choices={"source": ("pc", "hdmi-2", "3"), "output": ("1", "2")},
        ),
        device(
            "air", "空气传感器", "modbus", "sensor",
            values={
                "temperature-c": value(21.46), "humidity-percent": value(48.0),
                "co2-ppm": value(812),
            },
            choices={"sensor": ("temperature-c", "humidity-percent", "co2-ppm")},
        ),
        device(
            "back-camera", "后排摄像机", "visca", "pan-tilt-zoom", "tracking", "freeze",
            values={"tracking": value(of=True), "freeze": value(of=False)},
        ),
        device(
            "laser", "激光投影", "pjlink", "power",
            values={"power": value("off"), "power-target": value("on", source="assumed")},
            lockouts=(LockoutView("power", until, "min-off"),),
        ),
    )  # fmt: skip
    return replace(following(), devices=(*devices(), *rest))


def step(name: str, action: Words, state: str, problem: Words | None = None) -> StepView:
    """Give one step of a routine."""
    return StepView(name, name, action, state, problem or {})


def routines(**changes: Any) -> tuple[RoutineView, ...]:
    """Give 上课 and 下课, the first one changed."""
    start = RoutineView("class-start", words("上课", "Start class"), "idle")
    return (
        replace(start, **changes),
        RoutineView("class-end", words("下课", "End class"), "idle"),
    )


def idle(**changes: Any) -> RoomState:
    """Nothing is being recorded."""
    state = RoomState(
        version=1,
        at=now(),
        id="demo",
        name="三年级(2)班",
        language="zh-CN",
        timezone="Asia/Shanghai",
        devices=devices(),
        sources=(
            SourceView("teacher", "教师", True, True, "live", "", "teacher-camera"),
            SourceView("pupils", "学生", True, True, "live", "", "pupils-camera"),
            SourceView("slides", "课件", True, False, "live"),
            SourceView("footage", "影片", True, False, "live"),
        ),
        programme=ProgrammeView(
            "picture-in-picture",
            ("slides", "teacher"),
            (
                LayoutView("single", words("单画面", "Single"), 1),
                LayoutView("side-by-side", words("并排", "Side by side"), 2),
                LayoutView("picture-in-picture", words("画中画", "Picture in picture"), 2),
            ),
            "live",
            cards=("opening", "closing"),
            multiview=MultiviewView(("teacher", "pupils", "slides", "footage"), 2, 2),
            encoder="libx264",
            sounds=(
                SoundView("teacher"),
                SoundView("pupils", gain_db=-6.0),
                SoundView("desk", spare_of="teacher"),
            ),
            making="encoding",
        ),
        recording=RecordingView(RecordingState.IDLE, light=False, pre_roll_s=10),
        routines=routines(),
        problems=(),
        processes=(),
        storage=StorageView(412_000_000_000, 128.4 * 3600),
    )
    return replace(state, **changes)


def tracks(seconds: float, **states: str) -> tuple[TrackView, ...]:
    """Give the tracks of the recording, all writing but those in `states`."""
    names = ("programme", "teacher", "teacher-sound", "pupils", "pupils-sound", "slides", "footage")
    return tuple(
        TrackView(name, states.get(name, "writing"), seconds, int(seconds * BITRATE / 7))
        for name in names
    )


def recording(seconds: float = 1421.6, **changes: Any) -> RoomState:
    """A recording runs; `changes` are those of its view."""
    view = RecordingView(
        RecordingState.RECORDING,
        light=True,
        id=RECORDING,
        title="数学 · 分数的初步认识",
        started_at=now() - timedelta(seconds=seconds),
        seconds_on_disk=seconds,
        bytes_on_disk=int(seconds * BITRATE),
        marks=2,
        tracks=tracks(seconds),
    )
    return idle(recording=replace(view, **changes))


def limited(left_s: float = 503, minutes: float = 20) -> RoomState:
    """A recording that ends by itself."""
    ends_at = now() + timedelta(seconds=left_s)
    return recording(60 * minutes - left_s, limit_s=60 * minutes, ends_at=ends_at)


def routine() -> RoomState:
    """An ordinary room that nobody attends, in the last minute of its recording."""
    state = limited(42)
    sources = tuple(one for one in state.sources if one.id in {"teacher", "slides"})
    return replace(state, profile="routine", sources=sources)


def following(state: str = "following", held_s: float = 0) -> RoomState:
    """The teacher's camera follows whoever moves, or yields to somebody for a while."""
    until = now() + timedelta(seconds=held_s) if held_s else None
    tracked = replace(idle().sources[0], tracking=TrackingView(state, until))
    return idle(sources=(tracked, *idle().sources[1:]))


def unwritten() -> RoomState:
    """A recording runs, but nothing reaches the disk."""
    return recording(light=False, tracks=tracks(1421.6, programme="waiting", pupils="lost"))


def paused() -> RoomState:
    """A recording is paused."""
    return recording(state=RecordingState.PAUSED, light=False)


def stopping(left_s: float = 7.4) -> RoomState:
    """A recording was stopped, and one may still go on."""
    undo_until = now() + timedelta(seconds=left_s)
    return recording(state=RecordingState.STOPPING, light=True, undo_until=undo_until)


def finishing() -> RoomState:
    """A recording is being brought into its final form."""
    return recording(state=RecordingState.FINISHING, light=False)


def saved() -> RoomState:
    """A recording is finished, and can be watched."""
    return idle(recording=RecordingView(RecordingState.IDLE, light=False, last_id=RECORDING))


def problems() -> tuple[ProblemView, ...]:
    """Give one problem with an action, and one with words alone."""
    return (
        ProblemView(
            "E-SOURCE-002", "warning", "pupils",
            words("学生摄像机没有画面", "The pupils' camera gives no picture"),
            words("录像里这一路暂时是空白画面，其他各路正常。",
                  "Its track shows a slate for now; all others are fine."),
            ActionView(words("重新连接", "Reconnect"),
                       "/api/v1/devices/pupils-camera/power/set-power", {"on": True}),
            now() - timedelta(seconds=25),
        ),
        ProblemView(
            "E-DEVICE-001", "warning", "projector",
            words("投影机没有回应", "The projector does not answer"),
            words("大屏幕可能没有打开。", "The big screen may be dark."),
            ActionView(words("请检查投影机的电源和网线。",
                             "Please check its power and its cable.")),
            now() - timedelta(seconds=60),
        ),
    )  # fmt: skip


def disk_full() -> RoomState:
    """The worst: recording, and the disk is full."""
    full = ProblemView(
        "E-DISK-001",
        "error",
        "",
        words("硬盘快满了，还能录 9 分钟", "The disk is almost full: 9 minutes are left"),
        words("之后录制会停止。", "Recording will end then."),
        ActionView(words("腾出空间", "Make room"), "/api/v1/recording/mark", {"text": ""}),
        now(),
    )
    state = recording()
    return replace(
        state, problems=(full, *problems()), storage=StorageView(1_900_000_000, 9 * 60.0)
    )


def troubled() -> RoomState:
    """A recording runs with a camera lost and a projector silent."""
    state = recording(tracks=tracks(1421.6, pupils="lost"))
    sources = tuple(
        replace(source, state="lost") if source.id == "pupils" else source
        for source in state.sources
    )
    return replace(state, problems=problems(), sources=sources, devices=with_projector_lost())


def with_projector_lost() -> tuple[DeviceView, ...]:
    """Give the devices, of which one does not answer."""
    return tuple(
        replace(each, availability="offline", problem="timed out")
        if each.id == "projector"
        else each
        for each in devices()
    )


def starting_class() -> RoomState:
    """上课 runs: the projector warms up."""
    steps = (
        step("投影机", words("开机", "switch on"), "running"),
        step("投影机", words("切换到 HDMI 1", "show HDMI 1"), "waiting"),
        step("交互大屏", words("开机", "switch on"), "done"),
        step("交互大屏", words("音量 40", "volume 40"), "done"),
        step("教师摄像机", words("转到“teacher”", "go to “teacher”"), "running"),
        step("学生摄像机", words("转到“everybody”", "go to “everybody”"), "done"),
    )
    until = now() + timedelta(seconds=38)
    warming = tuple(
        replace(
            each,
            values={**each.values, "power": value("warming", source="polled")},
            lockouts=(
                LockoutView("power", until, "warming"),
                LockoutView("input-select", until, "warming"),
            ),
        )
        if each.id == "projector"
        else each
        for each in devices()
    )
    return idle(routines=routines(state="running", steps=steps, ready_at=until), devices=warming)


def class_partly_started() -> RoomState:
    """上课 is over, but one device did not do its part."""
    steps = (
        step("投影机", words("开机", "switch on"), "failed",
             words("投影机没有回应，请检查它的电源和网线。",
                   "It does not answer. Please check its power and its cable.")),
        step("投影机", words("切换到 HDMI 1", "show HDMI 1"), "skipped"),
        step("交互大屏", words("开机", "switch on"), "done"),
        step("教师摄像机", words("转到“teacher”", "go to “teacher”"), "done"),
    )  # fmt: skip
    return idle(routines=routines(state="failed", steps=steps))
