#!/usr/bin/env python3
"""How old a lesson is when it is seen and heard in another school, and whether both are in step.

    python benchmarks/two_way.py [--quick] [--seconds 30] [--round-trip 40] [--loss 0] [--json]

Two schools on this machine, each with a camera that burns the number of every picture into it,
beeps with a flash each five seconds, and is reached by RTSP; with a source worker, a director and a
relay, each a process of its own as in a room. Between the relays is a cable of the emulator's. Both
send their camera to the other. Then the site shows the hub's lesson in its own programme.

"Shown" is when a player shows a picture that shows it when it is due; "programme" is when it leaves
the site's director again, composed and coded, on its way to a screen or a file. Ages are counted
from the instant at which the emulated sensor took the picture. Sound: how much later than its flash
a beep is heard, at the same places.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.room_of_workers import (
    DIRECTOR,
    HANG_UP_S,
    LEAVE_S,
    LOOPBACK,
    RELAY,
    SETTLE_S,
    Room,
)
from classroom_media.api import NS, Kind, Layout, Strip
from classroom_media.emulate import truth
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.inspection import luma_of
from classroom_media.emulate.link import Line
from classroom_media.emulate.proxy import Cable
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.scenes import PupilsScene, TeacherScene
from classroom_media.messages import Agree, Meet, Mix, Show
from classroom_media.packets import Coded
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints
from classroom_media.workers.subscribe import PacketReader
from tests.ports import free_port

GLASS_MS: Final = 300.0  # goals
STEP_MS: Final = 60.0
FRAME_NS: Final = NS // truth.FPS
RATE_HZ: Final = 48_000
HUB: Final = "hub"
SITE: Final = "east"
CAMERA: Final = "camera"
REMOTE: Final = "elsewhere"
PROGRAMME: Final = ("programme", "programme-sound")


@dataclass
class Ages:
    """What was found at one place."""

    place: str
    pictures: int = 0
    shown_ms: float = 0.0  # median
    shown_p95_ms: float = 0.0
    arrived_ms: float = 0.0  # median
    beep_later_ms: float | None = None  # median, than its flash
    height: int = 0  # pixels, at the end
    missing: int = 0  # pictures


@dataclass
class Probe:
    """Looks at one stream of pictures and one of sound."""

    place: str
    where: Endpoints
    picture: str
    sound: str
    heard: list[tuple[Coded, int]] = field(default_factory=list)  # packets, and when they came
    ages_ns: list[tuple[int, int]] = field(default_factory=list)  # shown, arrived
    numbers: list[int] = field(default_factory=list)
    blocks: list[tuple[int, np.ndarray]] = field(default_factory=list)
    height: int = 0

    def __post_init__(self) -> None:
        self._pictures = av.CodecContext.create("h264", "r")
        self._sounds: av.AudioCodecContext | None = None

    def found(self) -> Ages:
        """Look at what came; give what was found."""
        for packet, now_ns in self.heard:
            if packet.stream == self.picture:
                self._see(packet, now_ns)
            elif packet.stream == self.sound:
                self._hear(packet)
        shown = sorted(max(shown, arrived) / 1e6 for shown, arrived in self.ages_ns)
        if len(shown) < 2:
            return Ages(self.place)
        return Ages(
            self.place,
            pictures=len(shown),
            shown_ms=round(median(shown), 1),
            shown_p95_ms=round(quantiles(shown, n=20)[-1], 1),
            arrived_ms=round(median(arrived for _, arrived in self.ages_ns) / 1e6, 1),
            beep_later_ms=self._beep_later_ms(),
            height=self.height,
            missing=sum(max(0, b - a - 1) for a, b in pairwise(self.numbers)),
        )

    def _see(self, packet: Coded, now_ns: int) -> None:
        try:
            frames = self._pictures.decode(av.Packet(packet.data))
        except av.FFmpegError:
            return
        for frame in frames:
            number = truth.read(luma_of(frame))
            if number is not None:
                taken_ns = number * FRAME_NS
                self.ages_ns.append((packet.pts_ns - taken_ns, now_ns - taken_ns))
                self.numbers.append(number)
                self.height = frame.height

    def _hear(self, packet: Coded) -> None:
        form = packet.format
        if self._sounds is None and form is not None:
            self._sounds = av.CodecContext.create("aac" if form.codec == "aac" else "libopus", "r")
            self._sounds.extradata = form.extradata or None
        for frame in self._sounds.decode(av.Packet(packet.data)) if self._sounds else ():
            rows = frame.to_ndarray().astype(np.float32)
            mono = rows[0] if frame.format.is_planar else rows[0][:: len(frame.layout.channels)]
            scale = 32768 if frame.format.name.startswith("s16") else 1
            self.blocks.append((packet.pts_ns, mono / scale))

    def _beep_later_ms(self) -> float | None:
        if not self.blocks:
            return None
        begin_ns = self.blocks[0][0]
        last_ns, last = self.blocks[-1]
        sound = np.zeros((last_ns - begin_ns) * RATE_HZ // NS + 2 * last.size, np.float32)
        for at_ns, block in self.blocks:
            place = (at_ns - begin_ns) * RATE_HZ // NS
            sound[place : place + block.size] = block
        period_ns = truth.EVENT_FRAMES * FRAME_NS
        late = [
            (begin_ns + int(start_s * NS)) % period_ns
            for start_s in truth.beep_starts(sound, RATE_HZ)
            if start_s > 0.1
        ]
        if not late:
            return None
        picture_ns = median(shown for shown, _ in self.ages_ns)
        return round((median(late) - picture_ns) / 1e6, 1)


Found = tuple[list[Probe], dict[str, float]]  # and each process's share of a core


def begin(stack: ExitStack, room: Room, rtsp: int, *, port: int = 0, door: int = 0) -> None:
    """Start a school; the other one reaches its `port` by way of a `door`."""
    peer = SITE if room.name == HUB else HUB
    film = f"rtsp://{LOOPBACK}:{rtsp}/{room.name}"
    for role, url in ((CAMERA, film), (REMOTE, f"remote://{peer}")):
        room.source(stack, role, url, relayed=True, isolated=False)
    room.director(stack, (CAMERA, REMOTE), Layout("single", (CAMERA,)), preset="superfast")
    room.relay(stack, {peer: REMOTE}, voices=(peer,), port=port, door=door)


def cpu_s(*rooms: Room) -> dict[str, float]:
    """Give user and system time of each process so far."""
    return {f"{at.name} {role}": spent for at in rooms for role, spent in at.cpu_s().items()}


def without_candidates(sdp: str, but_port: int | None = None) -> str:
    """Leave out the addresses of a description, but one port's."""
    lines = sdp.splitlines(keepends=True)
    return "".join(
        line
        for line in lines
        if not line.startswith("a=candidate:") or (but_port and f" {but_port} " in line)
    )


async def connect(hub: WorkerClient, site: WorkerClient, door: int) -> None:
    """Let the relays agree so that all they send goes through the cable."""
    offer = (await site.ask(Meet(peer=HUB), timeout_s=LEAVE_S)).sdp
    met = await hub.ask(Meet(peer=SITE, offer=without_candidates(offer)), timeout_s=LEAVE_S)
    await site.ask(Agree(peer=HUB, answer=without_candidates(met.sdp, door)), timeout_s=LEAVE_S)


async def watch(seconds: float, probes: list[Probe]) -> None:
    """Listen for so long, and keep what comes: to look at it now would disturb."""
    with ExitStack() as stack:
        readers = [stack.enter_context(PacketReader({"": one.where})) for one in probes]
        heard = await asyncio.to_thread(_heard, seconds, readers)
    for probe, packets in zip(probes, heard, strict=True):
        probe.heard += packets


def _heard(seconds: float, readers: list[PacketReader]) -> list[list[tuple[Coded, int]]]:
    heard: list[list[tuple[Coded, int]]] = [[] for _ in readers]
    begin_ns = time.monotonic_ns()
    while time.monotonic_ns() < begin_ns + seconds * NS:
        for packets, reader in zip(heard, readers, strict=True):
            found, now_ns = reader.read(0.002), time.monotonic_ns()
            packets += [(packet, now_ns) for packet in found if packet.pts_ns > begin_ns - NS]
    return heard


def cameras(stack: ExitStack, server: RtspServer) -> None:
    """Let both schools' cameras film."""
    for name, scene in ((HUB, TeacherScene), (SITE, PupilsScene)):
        feed = Feed((Kind.PICTURE, Kind.SOUND))
        server.feeds[f"/{name}"] = feed
        camera = EmulatedCamera(name, scene(lambda: datetime.now(UTC)), feed, sound=True)
        stack.enter_context(camera)


async def measure(asked: argparse.Namespace, folder: Path) -> Found:
    """Run both schools; give what came to every place."""
    way_ns = round(asked.round_trip * 1e6 / 2)
    lines = [Line(delay_ns=way_ns, loss=asked.loss / 100) for _ in range(2)]
    height = 360 if asked.quick else 720
    async with AsyncExitStack() as network, Cable(*lines) as cable:
        server = RtspServer()
        with ExitStack() as stack:
            cameras(stack, server)
            await network.enter_async_context(server.listening())
            hub, site = (Room(folder, name, height=height) for name in (HUB, SITE))
            port = free_port()
            _, door = cable.udp((LOOPBACK, port))
            begin(stack, hub, server.port, port=port, door=door)
            begin(stack, site, server.port)
            async with asyncio.TaskGroup() as tasks:
                greetings = [tasks.create_task(school.greet()) for school in (hub, site)]
                for school in (hub, site):
                    await school.there()
                found = await lesson(asked, hub, site, door)
                for greeting in greetings:
                    greeting.cancel()
            for school in (hub, site):
                await school.end()
        await asyncio.sleep(HANG_UP_S)
        return found


async def lesson(asked: argparse.Namespace, hub: Room, site: Room, door: int) -> Found:
    """Let the schools meet, and listen at both ends; then in the site's programme."""
    ends = [
        Probe("hub's picture in its own programme", hub.at(DIRECTOR), *PROGRAMME),
        Probe("hub's picture at the site, shown", site.at(RELAY), HUB, f"{HUB}-sound"),
        Probe("site's picture at the hub, shown", hub.at(RELAY), SITE, f"{SITE}-sound"),
    ]
    programme = Probe("hub's picture in the site's programme", site.at(DIRECTOR), *PROGRAMME)
    async with WorkerClient(hub.at(RELAY)) as at_hub, WorkerClient(site.at(RELAY)) as at_site:
        await connect(at_hub, at_site, door)
        await asyncio.sleep(SETTLE_S)
        before = cpu_s(hub, site)
        await watch(asked.seconds, ends)
        after = cpu_s(hub, site)
        async with WorkerClient(site.at(DIRECTOR)) as director:
            await director.ask(Show(layout=Layout("single", (REMOTE,))), timeout_s=LEAVE_S)
            own = Strip(muted=True)  # its beeps would cover the hub's
            await director.ask(Mix(strips={CAMERA: own}), timeout_s=LEAVE_S)
        await asyncio.sleep(2)
        await watch(asked.seconds, [programme])
    shares = {who: round((after[who] - before[who]) / asked.seconds, 3) for who in after}
    return [*ends, programme], shares


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="360p, 12 s each")
    parser.add_argument("--seconds", type=float, default=None, help="each of the two parts (30)")
    parser.add_argument("--round-trip", type=float, default=40.0, help="ms (40)")
    parser.add_argument("--loss", type=float, default=0.0, help="percent each way (0)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    asked.seconds = asked.seconds or (12.0 if asked.quick else 30.0)
    with tempfile.TemporaryDirectory(prefix="two-way-") as name:
        probes, shares = asyncio.run(measure(asked, Path(name)))
    found = [one.found() for one in probes]
    told = {
        "places": [asdict(one) for one in found],
        "cores": shares,
        "glass_to_goal_ratio": round(found[1].shown_ms / GLASS_MS, 2),
    }
    print(json.dumps(told) if asked.json else table(found, shares))
    seen = found[1]
    in_step = seen.beep_later_ms is not None and abs(seen.beep_later_ms) <= STEP_MS
    return 0 if 0 < seen.shown_ms <= GLASS_MS and in_step else 1


def table(found: list[Ages], shares: dict[str, float]) -> str:
    """Lay out what was found."""
    rows = [
        f"{'':40} {'median':>8} {'95 %':>8} {'arrives':>8} {'beep':>8} {'lines':>6} {'gaps':>5}"
    ]
    for one in found:
        beep = "-" if one.beep_later_ms is None else f"{one.beep_later_ms:+.0f}"
        rows.append(
            f"{one.place:40} {one.shown_ms:8.0f} {one.shown_p95_ms:8.0f} {one.arrived_ms:8.0f}"
            f" {beep:>8} {one.height:6} {one.missing:5}"
        )
    rows += [f"{who:40} {share:8.3f} of a core" for who, share in shares.items()]
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
