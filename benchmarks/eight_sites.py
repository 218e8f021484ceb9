#!/usr/bin/env python3
"""Whether a hub of two cores carries eight sites that are seen and heard, and records them all.

    python benchmarks/eight_sites.py [--sites 8] [--seconds 60] [--quick] [--json]

The hub is as in a room, each part a process of its own: a camera of 720p25 by RTSP, a source for
every site, a director that composes six pictures to a programme of 720p25 and codes its live
sizes, and a relay; its programme and nine sources are recorded. The sites are this benchmark's
process: each has an address, keys and ladder of its own, meets the hub's relay over UDP by ICE,
DTLS and SRTP, and sends numbered pictures of 360p25 and Opus, coded before; it takes what the hub
sends, and reports. They share the two cores, and are not counted with the hub.

Counted is the CPU of the hub's processes while everybody is there, and afterwards what the
recording holds: every track must be there without a hole, and the director must have left no
picture out.
"""

import argparse
import asyncio
import json
import struct
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import av
import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.room_of_workers import (
    DIRECTOR,
    HANG_UP_S,
    LEAVE_S,
    LOOPBACK,
    RELAY,
    SETTLE_S,
    THERE_S,
    Room,
)
from classroom_media.api import NS, Kind, Layout
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.reel import FRAME_NS, Look, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.encode.opus import OpusEncoder
from classroom_media.levels import RATE_HZ
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.rtp import numbering, rtcp
from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.reports import ReceiverReport, Reception
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import SIZES
from classroom_media.messages import Begin, End, Heartbeat, Meet, PeerHealth, Status
from classroom_media.packets import Coded
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints
from tests.ports import free_port

HUB: Final = "hub"
CAMERA: Final = "camera"
RECORDING: Final = "recording"
CORES: Final = 2.0
SHOWN: Final = 6  # pictures in the programme at once
HUB_HEIGHT, SITE_HEIGHT = 720, 360
SITE_KBPS: Final = next(one.picture_bps // 1000 for one in SIZES if one.name == f"{SITE_HEIGHT}p")
STILL_S: Final = 0.5  # that a site's picture may stand still
REEL: Final = 200  # pictures
GOP: Final = 50
SOUND_NS: Final = NS // 50
TICK_S: Final = 0.005
REPORT_NS: Final = NS // 5
LINE_BPS: Final = 4_000_000  # what the sites say they can take
HOLE_S: Final = 0.06  # between two pictures: one is missing
_HEAD: Final = struct.Struct("!xxHxxxxI")


class Sites:
    """All sites: one picture and one voice, sent to the hub by each of them."""

    def __init__(self, names: Iterable[str], tasks: asyncio.TaskGroup) -> None:
        self._fan_out = FanOut(1, numbering.SOUND)
        self._pipes = {name: self._pipe(name, tasks) for name in names}
        self._highest: dict[tuple[str, int], int] = {}  # of the hub's streams
        self.packets = dict.fromkeys(self._pipes, 0)  # that came, by site
        size = (SITE_HEIGHT * 16 // 9, SITE_HEIGHT)
        look = Look(size=size, gop=GOP, ceiling_kbps=SITE_KBPS)
        self._pictures = film("picture", 2, look, count=REEL).pictures
        self._sound = _voice()

    async def meet(self, relay: Endpoints) -> None:
        """Let them agree with the hub's relay, one after the other; return once all are there."""
        async with WorkerClient(relay) as at_hub:
            for name, pipe in self._pipes.items():
                meet = Meet(peer=name, offer=await pipe.offer())
                await pipe.agree((await at_hub.ask(meet, timeout_s=THERE_S)).sdp)
        async with asyncio.timeout(THERE_S):
            while len(self._fan_out.peers) < len(self._pipes):  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)

    async def teach(self) -> None:
        """Send in real time, and report, until cancelled."""
        began_ns = reported_ns = time.monotonic_ns()
        place = sounds = pictures = 0
        while True:
            now_ns = time.monotonic_ns()
            while began_ns + pictures * FRAME_NS <= now_ns:
                coded = self._pictures[place % len(self._pictures)]
                self._send(self._fan_out.picture(0, _at(coded, began_ns, pictures), now_ns))
                place, pictures = place + 1, pictures + 1
            while began_ns + sounds * SOUND_NS <= now_ns:
                coded = self._sound[sounds % len(self._sound)]
                self._send(self._fan_out.sound(_at(coded, began_ns, sounds), now_ns))
                sounds += 1
            self._send(self._fan_out.tick(now_ns))
            if self._fan_out.keyframes(now_ns):
                place += -place % GOP
            if now_ns - reported_ns > REPORT_NS:
                reported_ns = now_ns
                self._report()
            await asyncio.sleep(TICK_S)

    async def close(self) -> None:
        """Hang up."""
        for pipe in self._pipes.values():
            await pipe.close()

    def _pipe(self, name: str, tasks: asyncio.TaskGroup) -> SecurePipe:
        return SecurePipe(
            Reach(Port.open([LOOPBACK])),
            tasks,
            received=partial(self._heard, name),
            changed=partial(self._changed, name),
        )

    def _changed(self, name: str, state: State) -> None:
        if state is State.CONNECTED and name not in self._fan_out.peers:
            sends = self._pipes[name].sends
            sound, picture = Outgoing(sends.sound), Outgoing(sends.picture)
            sender = Sender(name, sound=sound, picture=picture, red_type=sends.red_type)
            self._fan_out.add(name, sender, Ladder(SIZES[:1]))

    def _heard(self, name: str, packet: bytes, at_ns: int) -> None:
        if not rtcp.is_rtcp(packet):
            sequence, ssrc = _HEAD.unpack_from(packet)
            self._highest[name, ssrc] = sequence
            self.packets[name] += 1
        elif name in self._fan_out.peers:
            self._pipes[name].send(self._fan_out.control(name, packet, at_ns))

    def _report(self) -> None:
        for name, pipe in self._pipes.items():
            found = [
                Reception(ssrc, 0, 0, top, 0, 0, 0)
                for (who, ssrc), top in self._highest.items()
                if who == name
            ]
            own, picture = pipe.ssrcs.receiver, pipe.receives.picture.ssrc
            link = Link(own, picture, LINE_BPS, LINE_BPS, 0, 0.0, 0.0, 0.0)
            pipe.send([ReceiverReport(own, found[:2]).encode() + link.encode()])

    def _send(self, made: Iterator[tuple[str, list[bytes]]]) -> None:
        for name, packets in made:
            self._pipes[name].send(packets)


def _voice() -> list[Coded]:
    """Code a second of a voice that hums."""
    at_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = (0.1 * np.sin(2 * np.pi * 220 * at_s)).astype(np.float32)
    return OpusEncoder("sound").encode(np.stack([tone, tone]), 0)[-50:]


def _at(coded: Coded, began_ns: int, number: int) -> Coded:
    at_ns = began_ns + number * (FRAME_NS if coded.stream == "picture" else SOUND_NS)
    return msgspec.structs.replace(coded, pts_ns=at_ns, dts_ns=at_ns)


@dataclass(kw_only=True)
class Found:
    """The figures."""

    sites: int
    hub_cores: float
    hub_ratio: float  # of the two cores
    sites_cores: float
    cores: dict[str, float]  # of the hub, by kind of process
    rungs: dict[str, int]  # sites, by what they are sent
    packets_per_s: float  # that came to a site, at the least
    frozen_s: float  # while it was recorded, the longest that a site's picture stood still
    left_out: int  # pictures of the programme, meanwhile
    load: str  # what the director does without
    tracks: int
    pictures: int  # of all tracks
    holes: int
    unplayable: int  # tracks

    @property
    def kept(self) -> bool:
        """Tell whether the hub carried them."""
        everybody = self.rungs == {f"{HUB_HEIGHT}p": self.sites}
        whole = not (self.left_out or self.holes or self.unplayable or self.load)
        whole = whole and self.frozen_s < STILL_S
        return self.hub_ratio < 1 and everybody and whole and self.tracks == self.sites + 2


async def measure(count: int, seconds: float, folder: Path) -> Found:
    """Run the hub and its sites; give what was found."""
    names = [f"site-{number}" for number in range(1, count + 1)]
    async with AsyncExitStack() as network, asyncio.TaskGroup() as tasks:
        server, sites = RtspServer(), Sites(names, tasks)
        with ExitStack() as stack:
            feed = server.feeds[f"/{CAMERA}"] = Feed((Kind.PICTURE, Kind.SOUND))
            look = Look(size=(HUB_HEIGHT * 16 // 9, HUB_HEIGHT))
            reel = film(CAMERA, 1, look, Voice(), count=REEL)
            stack.enter_context(ReplayedCamera(CAMERA, reel, feed.publish))
            await network.enter_async_context(server.listening())
            hub = Room(folder, HUB, height=HUB_HEIGHT)
            camera = f"rtsp://{LOOPBACK}:{server.port}/{CAMERA}"
            hub.source(stack, CAMERA, camera, relayed=False, isolated=True)
            for one in names:
                hub.source(stack, one, f"remote://{one}", relayed=True, isolated=True)
            shown = (CAMERA, *names)[:SHOWN]
            layout = Layout("grid" if len(shown) > 1 else "single", shown)
            hub.director(stack, [CAMERA, *names], layout, preset="veryfast")
            hub.relay(stack, {one: one for one in names}, port=free_port())
            work = [tasks.create_task(hub.greet()), tasks.create_task(sites.teach())]
            await hub.there()
            await sites.meet(hub.at(RELAY))
            await asyncio.sleep(SETTLE_S)
            found = await lesson(hub, sites, names, seconds, folder / RECORDING)
            await sites.close()
            for task in work:
                task.cancel()
            await hub.end()
        await asyncio.sleep(HANG_UP_S)
    return found


async def lesson(hub: Room, sites: Sites, names: list[str], seconds: float, folder: Path) -> Found:
    """Record everything for so long; give what it took, and what is in the files."""
    recorded = [CAMERA, *names, DIRECTOR]
    begin = Begin(
        recording="lesson", folder=str(folder), take=1, from_ns=time.monotonic_ns(), lead_in=False
    )
    for role in recorded:
        await _ask(hub.at(role), begin)
    frozen_before = {one.peer: one.frozen_s for one in await _peers(hub)}
    left_before = (await _status(hub.at(DIRECTOR))).left_out
    packets, own_s = dict(sites.packets), time.process_time()
    before, began_s = hub.cpu_s(), time.monotonic()
    await asyncio.sleep(seconds)
    after, took_s = hub.cpu_s(), time.monotonic() - began_s
    own_s = time.process_time() - own_s
    director, peers = await _status(hub.at(DIRECTOR)), await _peers(hub)
    end = End(end_ns=time.monotonic_ns())
    for role in recorded:
        await _ask(hub.at(role), end)
    shares = {role: (after[role] - before[role]) / took_s for role in after}
    looked = [_looked_at(path) for path in _films(folder)]
    return Found(
        sites=len(names),
        hub_cores=round(sum(shares.values()), 3),
        hub_ratio=round(sum(shares.values()) / CORES, 3),
        sites_cores=round(own_s / took_s, 3),
        cores=_by_kind(shares),
        rungs=_counted(peers),
        packets_per_s=round(min(sites.packets[one] - packets[one] for one in names) / took_s, 1),
        frozen_s=round(max(one.frozen_s - frozen_before[one.peer] for one in peers), 2),
        left_out=director.left_out - left_before,
        load=director.load,
        tracks=len(looked),
        pictures=sum(one.pictures for one in looked),
        holes=sum(one.holes for one in looked),
        unplayable=sum(not one.pictures for one in looked),
    )


def _films(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.mp4") if "sound" not in path.name]


class _Track(NamedTuple):
    pictures: int
    holes: int


def _looked_at(path: Path) -> _Track:
    """Count the pictures and the holes of a file; 0 pictures where it cannot be decoded."""
    try:
        with av.open(path) as container:
            at_s = sorted(float(frame.time or 0) for frame in container.decode(video=0))
    except av.FFmpegError:
        return _Track(0, 0)
    return _Track(len(at_s), sum(b - a > HOLE_S for a, b in pairwise(at_s)))


def _by_kind(shares: dict[str, float]) -> dict[str, float]:
    kinds = {one: one for one in (DIRECTOR, RELAY, CAMERA)}
    summed: dict[str, float] = {}
    for role, share in shares.items():
        kind = kinds.get(role, "sites' sources")
        summed[kind] = round(summed.get(kind, 0.0) + share, 3)
    return summed


def _counted(peers: tuple[PeerHealth, ...]) -> dict[str, int]:
    rungs = [one.rung for one in peers]
    return {rung: rungs.count(rung) for rung in sorted(set(rungs))}


async def _ask(where: Endpoints, what: Begin | End) -> None:
    async with WorkerClient(where) as client:
        await client.ask(what, timeout_s=LEAVE_S)


async def _status(where: Endpoints) -> Heartbeat:
    async with WorkerClient(where) as client:
        beat = (await client.ask(Status(), timeout_s=LEAVE_S)).heartbeat
    if beat is None:
        raise RuntimeError(f"{where.commands} tells nothing")
    return beat


async def _peers(hub: Room) -> tuple[PeerHealth, ...]:
    return (await _status(hub.at(RELAY))).peers


def main() -> int:
    """Run the benchmark; 1 if the hub did not carry them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sites", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60.0, help="recorded (60)")
    parser.add_argument("--quick", action="store_true", help="three sites, 10 s")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    count, seconds = (3, 10.0) if asked.quick else (asked.sites, asked.seconds)
    with tempfile.TemporaryDirectory(prefix="eight-sites-") as name:
        folder = Path(name)
        (folder / RECORDING).mkdir()
        found = asyncio.run(measure(count, seconds, folder))
    for what, value in asdict(found).items():
        print(f"{what:12} {value}")
    print("carried" if found.kept else "NOT carried")
    if asked.json:
        print(json.dumps(asdict(found)))
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
