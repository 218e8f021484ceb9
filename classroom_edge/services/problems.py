"""What is wrong in a room: found from facts, each with its effect and the one thing to do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from classroom_edge.room import (
    ActionView,
    DeviceView,
    ProblemView,
    RecordingState,
    RecordingView,
    RoutineView,
    SoundView,
    SourceView,
    StorageView,
)
from classroom_edge.services.flaws import Flaw
from classroom_edge.services.storage import DAY, GONE, HOURS
from classroom_edge.words import words
from classroom_media.messages import Echo

PROGRAMME: Final = "programme"
SOUND: Final = "-sound"
SILENCE_S: Final = 20.0
DEAD_S: Final = 5.0  # of digital silence
PAUSED_S: Final = 300.0
LOW_BYTES: Final = 5_000_000_000  # while it is not known for how long that will do
FULL_BYTES: Final = 20_000_000
SLOW: Final = {"half": ("E-CPU-002", "error")}  # by load; any other is a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is looked at. Durations in seconds."""

    devices: tuple[DeviceView, ...]
    sources: tuple[SourceView, ...]
    recording: RecordingView
    routines: tuple[RoutineView, ...]
    storage: StorageView
    director: str  # "starting" | "live" | "lost"
    rules: str = ""  # why the director's rules decide nothing
    load: str = ""  # what it does without, because the machine is too slow
    encoder_problem: str = ""  # the hardware that failed to encode
    paused_s: float = 0.0
    silent_s: Mapping[str, float] = field(
        default_factory=dict
    )  # source -> for how long it has been silent
    dead_s: Mapping[str, float] = field(default_factory=dict)  # source -> of digital silence
    clipping: frozenset[str] = frozenset()  # sources that are too loud for their input
    sounds: tuple[SoundView, ...] = ()  # as they are mixed
    echoes: tuple[Echo, ...] = ()  # of rooms that hear themselves elsewhere
    unsteady: tuple[str, ...] = ()  # workers that are started again and again
    degraded: tuple[str, ...] = ()  # services of the daemon that fail
    stalled: tuple[str, ...] = ()  # tracks that should be written, but are not
    journal: str = ""  # why the journal cannot be written
    elsewhere: str = ""  # the second folder, while a track is written there
    day: tuple["Finding", ...] = ()  # of the timetable and the clock
    unfinished: str = ""  # the recording that resists being finished
    films: tuple["Finding", ...] = ()  # of lessons with others, that do not come
    flaw: Flaw | None = None  # of the newest recording, in a room that nobody attends
    link: tuple["Finding", ...] = ()  # between this room and others
    remote: frozenset[str] = frozenset()  # sources that are rooms elsewhere: told of by `link`
    outlets: tuple["Finding", ...] = ()  # of broadcasts, pushes, the room's own screen


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, before it is put into words."""

    code: str
    severity: str  # "warning" | "error"
    subject: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""  # of the POST that mends it
    body: Mapping[str, Any] = field(default_factory=dict)


def find(facts: Facts) -> Iterator[Finding]:
    """Find everything that is wrong, the worst first."""
    found = [
        *_of_recording(facts),
        *_of_storage(facts),
        *_of_sources(facts),
        *_of_echoes(facts),
        *_of_devices(facts),
        *facts.day,
        *_of_processes(facts),
        *facts.link,
        *facts.outlets,
        *facts.films,
    ]
    return iter(sorted(found, key=lambda one: one.severity != "error"))


def _of_recording(facts: Facts) -> Iterator[Finding]:
    recording = facts.recording
    if facts.journal:
        yield Finding("E-REC-001", "error", values={"text": facts.journal})
    if facts.unfinished:
        yield Finding("E-REC-002", "warning", facts.unfinished)
    if facts.flaw and recording.state is RecordingState.IDLE:
        yield Finding(facts.flaw.code, "warning", values=facts.flaw.values)
    if recording.state is RecordingState.PAUSED and facts.paused_s > PAUSED_S:
        minutes = int(facts.paused_s // 60)
        path = "/api/v1/recording/resume"
        yield Finding("E-REC-003", "warning", values={"minutes": minutes}, path=path)
    if recording.state is not RecordingState.RECORDING:
        return
    for track in facts.stalled:
        yield Finding("E-REC-004", "error", track, _track(track, facts))
    yield from _of_sounds(facts)
    yield from _of_the_mix(facts)


def _track(track: str, facts: Facts) -> dict[str, str]:
    """Call a track what people call it."""
    names = {source.id: source.name for source in facts.sources}
    source = track.removesuffix(SOUND)
    kind = "sound" if source != track else PROGRAMME if track == PROGRAMME else "picture"
    said = words("problems").both(f"track.{kind}", name=names.get(source, source))
    return {"track_zh": said["zh-CN"], "track_en": said["en"]}


def _of_sounds(facts: Facts) -> Iterator[Finding]:
    replaced = {one.spare_of for one in facts.sounds if one.stands_in}
    for source in facts.sources:
        if not source.sound or source.state != "live" or source.id in facts.remote:
            continue  # a room elsewhere may be silent
        silent_s = facts.silent_s.get(source.id, 0.0)
        values = {"name": source.name, "seconds": int(silent_s)}
        if source.id in facts.clipping:
            yield Finding("E-SND-003", "warning", source.id, values)
        if source.id in replaced:
            continue  # told with its spare
        if facts.dead_s.get(source.id, 0.0) > DEAD_S:
            yield Finding("E-SND-004", "error", source.id, values)
        elif silent_s > SILENCE_S:
            yield Finding("E-SND-001", "warning", source.id, values)


def _of_the_mix(facts: Facts) -> Iterator[Finding]:
    names = {source.id: source.name for source in facts.sources}
    if not any(source.sound for source in facts.sources):
        yield Finding("E-SND-002", "warning")
    for one in facts.sounds:
        if one.stands_in:
            code = "E-SND-006" if one.stands_in == "faint" else "E-SND-005"
            values = {"name": names[one.spare_of], "spare": names[one.source]}
            yield Finding(code, "warning", one.spare_of, values)
    mixed = [one for one in facts.sounds if one.in_programme and not one.spare_of]
    if mixed and all(one.muted for one in mixed):
        first = mixed[0].source
        values, path = {"name": names[first]}, f"/api/v1/sounds/{first}"
        yield Finding("E-SND-007", "warning", "", values, path, {"muted": False})


def _of_echoes(facts: Facts) -> Iterator[Finding]:
    """Tell each microphone once, whoever is heard in it."""
    names = {source.id: source.name for source in facts.sources}
    heard_in = {one.heard_in: one for one in facts.echoes if {one.source, one.heard_in} <= {*names}}
    for near, echo in heard_in.items():
        code = "E-LNK-007" if near in facts.remote else "E-LNK-006"
        yield Finding(code, "warning", near, {"name": names[near], "heard": names[echo.source]})


def _of_storage(facts: Facts) -> Iterator[Finding]:
    storage = facts.storage
    values = {
        "gigabytes": round(storage.free_bytes / 1e9, 1),
        "hours": int((storage.seconds_left or 0) // 3600),
        "minutes": int((storage.seconds_left or 0) // 60),
        "undelivered": storage.undelivered,
    }
    is_full = any(track.state == "disk-full" for track in facts.recording.tracks)
    if facts.elsewhere:
        yield Finding("E-DSK-005", "error", values={"folder": facts.elsewhere})
    elif storage.alarm == GONE:
        yield Finding("E-DSK-006", "error")
    elif is_full or storage.free_bytes < FULL_BYTES:
        yield Finding("E-DSK-002", "error", values=values)
    elif storage.alarm == HOURS:
        yield Finding("E-DSK-004", "error", values=values)
    elif storage.full_at is not None:
        yield Finding("E-DSK-007", "warning", values=values | _spoken(storage.full_at))
    elif storage.alarm == DAY:
        yield Finding("E-DSK-001", "warning", values=values)
    elif storage.seconds_left is None and storage.free_bytes < LOW_BYTES:
        yield Finding("E-DSK-003", "warning", values=values)


def _spoken(at: datetime) -> dict[str, str]:
    days = words("problems").both(f"weekday.{at.isoweekday()}")
    return {"day_zh": days["zh-CN"], "day_en": days["en"], "time": f"{at:%H:%M}"}


def _of_sources(facts: Facts) -> Iterator[Finding]:
    cameras = {device.id: device for device in facts.devices}
    is_recording = facts.recording.state is RecordingState.RECORDING
    for source in facts.sources:
        if source.seen == "frozen":
            yield Finding("E-SRC-003", "warning", source.id, {"name": source.name})
        if source.seen == "black" and is_recording:  # at night it may be dark
            yield Finding("E-SRC-004", "warning", source.id, {"name": source.name})
        if source.small == "lost":
            yield Finding("E-SRC-005", "warning", source.id, {"name": source.name})
        if source.state != "lost" or source.id in facts.remote:
            continue
        values = {"name": source.name, "text": source.problem}
        power = cameras[source.camera].values.get("power") if source.camera in cameras else None
        if power is not None and power.value == "off":
            path = f"/api/v1/devices/{source.camera}/power/set-power"
            yield Finding("E-SRC-002", "error", source.id, values, path, {"on": True})
        else:
            yield Finding("E-SRC-001", "error", source.id, values)


def _of_devices(facts: Facts) -> Iterator[Finding]:
    for device in facts.devices:
        if device.availability == "offline":
            yield Finding("E-DEV-001", "error", device.id, {"name": device.name})
        elif device.availability == "auth-failed":
            yield Finding("E-DEV-002", "error", device.id, {"name": device.name})
    for routine in facts.routines:
        if routine.state == "failed":
            titles = {f"title_{key.partition('-')[0]}": text for key, text in routine.title.items()}
            path = f"/api/v1/routines/{routine.name}"
            yield Finding("E-RTN-001", "warning", routine.name, titles, path)


def _of_processes(facts: Facts) -> Iterator[Finding]:
    if facts.director == "lost":
        yield Finding("E-DIR-001", "error")
    elif facts.rules:
        path, body = "/api/v1/programme/directing", {"mode": "auto"}
        yield Finding("E-DIR-002", "warning", values={"text": facts.rules}, path=path, body=body)
    elif facts.load:
        code, severity = SLOW.get(facts.load, ("E-CPU-001", "warning"))
        yield Finding(code, severity)
    if facts.encoder_problem:
        yield Finding("E-ENC-001", "warning", values={"text": facts.encoder_problem})
    for name in facts.unsteady:
        yield Finding("E-PRC-001", "warning", name, {"name": name})
    for name in facts.degraded:
        yield Finding("E-PRC-002", "warning", name, {"name": name})


@dataclass
class Book:
    """Puts findings into words, and remembers since when each has been so."""

    _since: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def view(self, findings: Iterable[Finding], now: datetime) -> tuple[ProblemView, ...]:
        """Show what was found now; what is not found any more is forgotten."""
        findings = tuple(findings)
        self._since = {
            (one.code, one.subject): self._since.get((one.code, one.subject), now)
            for one in findings
        }
        return tuple(self._view(one) for one in findings)

    def _view(self, one: Finding) -> ProblemView:
        say = words("problems").both
        what, effect, action = (
            say(f"{one.code}.{part}", **one.values) for part in ("what", "effect", "action")
        )
        return ProblemView(
            code=one.code,
            severity=one.severity,
            subject=one.subject,
            what=what,
            effect=effect,
            action=ActionView(action, one.path, dict(one.body)),
            since=self._since[one.code, one.subject],
        )
