"""A room whose cameras bear ground truth and suffer every fault there is, drawn from a seed.

Five cameras that differ as real ones do, and two microphones, each with a clock of its own. A
plan says when which fault begins and ends and when which layout is shown; the room is run by it
in real time, and what happened is kept to hold the recording against.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import av

from classroom_media.api import NS, Kind, Layout
from classroom_media.emulate import truth
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.http_ts import TransportStreamServer
from classroom_media.emulate.outlet import Outlet
from classroom_media.emulate.reel import Look, Reel, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.stand import Fault, Site, Stand
from tests.ports import free_port
from tests.room.demo_room import DemoRoom, own_room

HEAD = """
[room]
id = "truth-{panel}"
name = "Ground truth"
language = "en"

[network]
port = {panel}

[recording]
width = 1280
height = 720
preset = "ultrafast"

[programme]
layout = "single"
sources = ["teacher"]
"""
SOURCE = """
[[source]]
id = "{id}"
name = "The {id}"
url = "{url}"
picture = {picture}
sound = {sound}
"""
LAYOUTS = {"single": 1, "side-by-side": 2, "picture-in-picture": 2, "picture-beside-screen": 2,
           "grid": 4}  # fmt: skip
NETWORK = (Fault.STALL, Fault.CLOG, Fault.REBOOT, Fault.GARBAGE, Fault.RESET, Fault.AHEAD,
           Fault.BACK, Fault.BLIP)  # fmt: skip
PICTURE = (*NETWORK, Fault.FREEZE, Fault.BLACK, Fault.RESIZE, Fault.RECODE)
RTSP = (*PICTURE, Fault.LOSS, Fault.EXPIRED)
NOTICED_S = 9.0  # a picture that stands still for so long, keyframes and all, is an alarm
AT_ONCE = (Fault.GARBAGE, Fault.EXPIRED, Fault.RESET, Fault.AHEAD, Fault.BACK, Fault.BLIP)


@dataclass(frozen=True)
class Cast:
    """One source of the room: what it is, and what can befall it."""

    id: str
    camera: int  # its number
    faults: tuple[Fault, ...]
    ppm: float = 0.0
    look: Look | None = None
    voice: Voice | None = None
    transport: type[Outlet] = RtspServer

    @property
    def scheme(self) -> str:
        return "rtsp" if self.transport is RtspServer else "http"

    def reel(self, look: Look | None) -> Reel:
        return film(self.id, self.camera, look, self.voice)

    def spare_reels(self) -> dict[Fault, Reel]:
        """Make what it shows when it changes; the sound is the same."""
        if self.look is None:
            return {}
        gop, voice = self.look.gop, self.voice
        looks = {
            Fault.RESIZE: Look(size=(480, 270), gop=gop, bframes=self.look.bframes),
            Fault.RECODE: Look(gop=gop, bframes=self.look.bframes, preset="faster"),
            Fault.BLACK: Look(black=True, gop=gop, bframes=self.look.bframes),
        }
        if self.look.bframes:
            looks[Fault.RECODE] = Look(gop=gop, bframes=self.look.bframes, preset="medium")
        return {fault: film(self.id, self.camera, look, voice) for fault, look in looks.items()}


CAST = (
    Cast("teacher", 1, (*RTSP, Fault.MUTE, Fault.BLIND), 200.0, Look(), Voice(1000)),
    Cast("pupils", 2, RTSP, -200.0, Look()),
    Cast("board", 3, RTSP, 60.0, Look(gop=50, bframes=2, preset="veryfast")),
    Cast("slides", 4, PICTURE, -40.0, Look(), transport=TransportStreamServer),
    Cast("lectern", 6, (*NETWORK, Fault.EXPIRED), -200.0, None, Voice(1600, 32_000)),
    Cast("ceiling", 7, (*NETWORK, Fault.EXPIRED), 200.0, None, Voice(2200, 16_000)),
)
SCREEN = 5  # the number of the source that is a file
LATE, LATE_S = "pupils", 5.0  # who is not there yet when the recording begins


@dataclass(frozen=True)
class Incident:
    """A fault of a source, from when to when."""

    source: str
    fault: Fault
    begin_ns: int
    end_ns: int


@dataclass(frozen=True)
class Act:
    """Something that is done at an instant of the plan."""

    at_s: float
    what: Fault | Layout
    source: str = ""
    for_s: float = 0.0


def plan(*, seconds: float, switches: int, failures: int, seed: int) -> list[Act]:
    """Draw what happens when: faults one after the other, layouts that show what fails."""
    chance = random.Random(seed)
    drawn = [fault for fault in Fault if fault is not Fault.LATE]
    kinds = cycle(chance.sample(drawn, len(drawn)))
    spell = seconds / max(failures, 1)
    acts = [Act(0.0, Fault.LATE, LATE, LATE_S)]
    for number in range(1, failures):
        fault = next(kinds)
        source = chance.choice([one.id for one in CAST if fault in one.faults])
        longest = max(1.0, min(6.0, spell - 4.5))
        for_s = 0.0 if fault in AT_ONCE else chance.uniform(min(2.0, longest), longest)
        for_s = min(for_s, 1.2) if fault is Fault.CLOG else for_s
        for_s = max(for_s, min(NOTICED_S, spell - 4.5)) if fault is Fault.FREEZE else for_s
        at_s = (number + 0.1) * spell + chance.uniform(0, 0.1) * spell
        acts.append(Act(at_s, fault, source, for_s))
    step = seconds / max(switches, 1)
    pictures = [one.id for one in CAST if one.look] + ["screen"]
    faults = list(acts)
    for number in range(switches):
        at_s = (number + chance.uniform(0.2, 0.8)) * step
        name = chance.choice(list(LAYOUTS))
        coming = [f.source for f in faults if -1 < f.at_s + f.for_s - at_s < spell]
        first = coming[0] if coming and coming[0] in pictures and chance.random() < 0.8 else ""
        others = [one for one in pictures if one != first]
        chosen = [first] * bool(first) + chance.sample(others, len(others))
        acts.append(Act(at_s, Layout(name, tuple(chosen[: LAYOUTS[name]]))))
    return sorted(acts, key=lambda act: act.at_s)


@dataclass
class TruthRoom:
    """The room at work, and what has happened in it."""

    room: DemoRoom
    stands: dict[str, Stand]
    incidents: list[Incident] = field(default_factory=list)
    told: dict[int, set[str]] = field(default_factory=dict)  # by incident: codes of problems
    shed: list[tuple[int, int]] = field(default_factory=list)  # when every second picture was out
    _is_shedding: bool = False

    def perform(self, acts: Sequence[Act], until_s: float) -> Iterator[Act]:
        """Let the plan happen in real time; give each act as it is done."""
        begun = time.monotonic()
        todo = sorted(
            [(act.at_s, 0, act) for act in acts]
            + [(act.at_s + act.for_s, 1, act) for act in acts if act.for_s],
            key=lambda one: one[:2],
        )
        for at_s, ends, act in todo:
            self._wait(begun + at_s)
            self._do(act, ends=bool(ends))
            if not ends:
                yield act
        self._wait(begun + until_s)

    def _wait(self, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
            if left > 0.3:
                self._listen()

    def _listen(self) -> None:
        """Note which problems the room tells of sources that have something."""
        now_ns = time.monotonic_ns()
        state = self.room.state()
        if state["programme"]["load"] == "half":
            since_ns = self.shed.pop()[0] if self._is_shedding else now_ns
            self.shed.append((since_ns, now_ns))
        self._is_shedding = state["programme"]["load"] == "half"
        found = {(p["subject"], p["code"]) for p in state["problems"]}
        for number, one in enumerate(self.incidents):
            if now_ns - max(one.end_ns, one.begin_ns) < 8 * NS:
                codes = {code for subject, code in found if subject == one.source}
                self.told.setdefault(number, set()).update(codes)

    def _do(self, act: Act, *, ends: bool) -> None:
        if isinstance(act.what, Layout):
            body = {"sources": list(act.what.sources)}
            self.room.post(f"/api/v1/layout/{act.what.name}", body)
            return
        stand = self.stands[act.source]
        if ends:
            stand.end(act.what)
            return
        now_ns = time.monotonic_ns()
        self.incidents.append(
            Incident(act.source, act.what, now_ns, now_ns + round(act.for_s * NS))
        )
        stand.begin(act.what)


@contextmanager
def truth_room(folder: Path, *, seed: int) -> Iterator[TruthRoom]:
    """Run the room; one camera is late, all others are live."""
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        stands = {one.id: _stand(stack, site, one, seed) for one in CAST}
        for name, stand in stands.items():
            stack.callback(stand.unplug)
            if name != LATE:
                stand.plug()
        screen = folder / "screen.mp4"
        write_film(screen, film("screen", SCREEN, Look()))
        panel = free_port()
        config = folder / "room.toml"
        config.write_text(_config(stands, screen, panel), encoding="utf-8")
        there = set(stands) - {LATE}
        room = stack.enter_context(
            own_room(config, panel, folder / "data", ready=lambda room: _are_there(room, there))
        )
        yield TruthRoom(room, stands)


def _are_there(room: DemoRoom, names: set[str]) -> bool:
    if not room.answers():
        return False
    state: Any = room.state()
    live = {one["id"] for one in state["sources"] if one["state"] == "live"}
    return live >= {*names, "screen"} and state["programme"]["state"] == "live"


def _stand(stack: ExitStack, site: Site, one: Cast, seed: int) -> Stand:
    async def feed() -> Feed:
        return Feed((Kind.PICTURE,) * bool(one.look) + (Kind.SOUND,) * bool(one.voice))

    outlet = one.transport()
    outlet.feeds["/live"] = wire = site.do(feed())
    camera = ReplayedCamera(one.id, one.reel(one.look), wire.publish, ppm=one.ppm)
    stand = Stand(site, outlet, free_port(), camera, one.spare_reels(), seed=seed + one.camera)
    stack.enter_context(camera)
    return stand


def _config(stands: dict[str, Stand], screen: Path, panel: int) -> str:
    parts = [HEAD.format(panel=panel)]
    for one in CAST:
        url = f"{one.scheme}://127.0.0.1:{stands[one.id].port}/live"
        kinds = {"picture": str(bool(one.look)).lower(), "sound": str(bool(one.voice)).lower()}
        parts.append(SOURCE.format(id=one.id, url=url, **kinds))
    url = f"file://{screen}?loop=1"
    parts.append(SOURCE.format(id="screen", url=url, picture="true", sound="false"))
    return "".join(parts)


def write_film(path: Path, reel: Reel) -> None:
    """Write the pictures of a reel to a file."""
    with av.open(str(path), "w") as out:
        form = reel.pictures[0].format
        assert form is not None
        stream = out.add_mux_stream(
            form.codec, rate=Fraction(truth.FPS), width=form.width, height=form.height
        )
        for packet in reel.pictures:
            copy = av.Packet(packet.data)
            copy.stream, copy.time_base = stream, Fraction(1, NS)
            copy.pts, copy.dts, copy.duration = packet.pts_ns, packet.dts_ns, packet.duration_ns
            copy.is_keyframe = packet.key
            out.mux(copy)
