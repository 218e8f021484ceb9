"""The hubs that `fan_out.py` compares, each a process of its own; it is started by that.

Offers of peers come in as a line of JSON, answers go out as one; then the lesson begins. A line
tells when it is to be measured, one when no more, and one what it took.
"""

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_media.emulate.lesson_by_link import (
    FRAME_NS,
    GROUP,
    SOUND_BYTES,
    SOUND_NS,
    TICK_NS,
    Encoder,
)
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.rtp import numbering, packetised, rtcp
from classroom_media.live.rtp.header import STAMP_SIZE
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import SIZES
from classroom_media.packets import Coded

WARM_S: Final = 2.0
TAG: Final = 10  # bytes that SRTP adds
NOTHING: Final = b"\xff"  # begins no packet that a peer knows

Give = Callable[[Coded], None]
Tick = Callable[[], bool]  # True: a keyframe, please


class Clocked:
    """Gives pictures and sound in real time, and tells what a stretch of it took."""

    def __init__(self, seconds: float) -> None:
        encoder = Encoder(0)
        self._pictures = [encoder.picture(0) for _ in range(GROUP)]
        self._seconds = seconds

    async def run(self, picture: Give, sound: Give, tick: Tick) -> float:
        """Teach; gives the share of a core that was used after the first seconds."""
        began_ns = time.monotonic_ns()
        warm_ns, end_ns = (int(s * 1e9) for s in (WARM_S, WARM_S + self._seconds))
        place, due_picture, due_sound = 0, 0, 0
        used_s, since_ns = 0.0, 0
        while (now_ns := time.monotonic_ns() - began_ns) < end_ns:
            if not since_ns and now_ns >= warm_ns:
                used_s, since_ns = time.process_time(), now_ns
                say("warm")
            while due_picture <= now_ns:
                picture(_at(self._pictures[place % GROUP], began_ns + due_picture))
                due_picture, place = due_picture + FRAME_NS, place + 1
            while due_sound <= now_ns:
                sound(_sound(began_ns + due_sound))
                due_sound += SOUND_NS
            if tick():
                place = 0
            await asyncio.sleep(TICK_NS / 1e9)
        share = (time.process_time() - used_s) / ((now_ns - since_ns) / 1e9)
        say("done")
        return share


def _at(coded: Coded, pts_ns: int) -> Coded:
    return Coded(
        stream=coded.stream,
        pts_ns=pts_ns,
        dts_ns=pts_ns,
        duration_ns=FRAME_NS,
        key=coded.key,
        data=coded.data,
    )


def _sound(pts_ns: int) -> Coded:
    return Coded(
        stream="sound",
        pts_ns=pts_ns,
        dts_ns=pts_ns,
        duration_ns=SOUND_NS,
        key=True,
        data=b"\x78" + bytes(SOUND_BYTES - 1),
    )


class Ours:
    """Our fan-out over our pipe: history, pace, copies of sound, reports and ladders on."""

    def __init__(self) -> None:
        self.pipes: dict[str, SecurePipe] = {}
        self._fan_out = FanOut(1, numbering.SOUND)

    def add(self, name: str, reach: Reach, tasks: asyncio.TaskGroup) -> SecurePipe:
        """Make a pipe for a peer."""

        def heard(packet: bytes, at_ns: int) -> None:
            if rtcp.is_rtcp(packet) and name in self._fan_out.peers:
                pipe.send(self._fan_out.control(name, packet, at_ns))

        pipe = SecurePipe(
            reach, tasks, received=heard, changed=lambda state: self._begin(name, state)
        )
        self.pipes[name] = pipe
        return pipe

    def _begin(self, name: str, state: State) -> None:
        if state is not State.CONNECTED:
            return
        sends = self.pipes[name].sends
        sound, picture = Outgoing(sends.sound), Outgoing(sends.picture)
        sender = Sender("hub", sound=sound, picture=picture, red_type=sends.red_type)
        self._fan_out.add(name, sender, Ladder(SIZES[:1]))

    def picture(self, coded: Coded) -> None:
        """Send a picture to all."""
        self._send(self._fan_out.picture(0, coded, time.monotonic_ns()))

    def sound(self, coded: Coded) -> None:
        """Send sound to all."""
        self._send(self._fan_out.sound(coded, time.monotonic_ns()))

    def tick(self) -> bool:
        """Send what had to wait; tells whether a peer waits for a keyframe."""
        now_ns = time.monotonic_ns()
        self._send(self._fan_out.tick(now_ns))
        return bool(self._fan_out.keyframes(now_ns))

    async def connected(self) -> None:
        """Wait for all peers."""
        while len(self._fan_out.peers) < len(self.pipes):  # noqa: ASYNC110
            await asyncio.sleep(TICK_NS / 1e9)

    def _send(self, made: Iterator[tuple[str, list[bytes]]]) -> None:
        for name, packets in made:
            self.pipes[name].send(packets)


async def ours(offers: list[str], address: str, clock: Clocked) -> float:
    """Answer the peers' offers, and teach."""
    hub = Ours()
    async with asyncio.TaskGroup() as tasks:
        reach = Reach(Port.open([address]))
        pipes = [hub.add(str(place), reach, tasks) for place in range(len(offers))]
        say([await pipe.answer(offer) for pipe, offer in zip(pipes, offers, strict=True)])
        await hub.connected()
        share = await clock.run(hub.picture, hub.sound, hub.tick)
        for pipe in pipes:
            await pipe.close()
        reach.port.close()
    return share


async def publish(_: list[str], address: str, clock: Clocked) -> float:
    """Offer to one who passes it on, and teach."""
    hub = Ours()
    async with asyncio.TaskGroup() as tasks:
        reach = Reach(Port.open([address]))
        pipe = hub.add("engine", reach, tasks)
        say([await pipe.offer()])
        [answer] = await heard()
        await pipe.agree(answer)
        await hub.connected()
        share = await clock.run(hub.picture, hub.sound, hub.tick)
        await pipe.close()
        reach.port.close()
    return share


class Passed(MediaStreamTrack):
    """A track of aiortc that gives packets as they are."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()
        self.packets: asyncio.Queue[av.Packet[av.stream.Stream]] = asyncio.Queue()

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        """Give the next packet."""
        return await self.packets.get()


async def aiortc(offers: list[str], _address: str, clock: Clocked) -> float:
    """Do the same with aiortc as it is, the same packets for all, coded before."""
    peers, tracks, answers = [], [], []
    for offer in offers:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        both = {kind: Passed(kind) for kind in ("audio", "video")}
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for track in both.values():
            peer.addTrack(track)
        await peer.setLocalDescription(await peer.createAnswer())
        answers.append(peer.localDescription.sdp)
        peers.append(peer)
        tracks.append(both)
    say(answers)

    def give(kind: str, clock_hz: int) -> Give:
        def all_of_them(coded: Coded) -> None:
            packet = av.Packet(coded.data)
            packet.pts = coded.pts_ns * clock_hz // 1_000_000_000
            packet.time_base = Fraction(1, clock_hz)
            for both in tracks:
                both[kind].packets.put_nowait(packet)

        return all_of_them

    while any(peer.connectionState != "connected" for peer in peers):  # noqa: ASYNC110
        await asyncio.sleep(TICK_NS / 1e9)
    share = await clock.run(give("video", 90_000), give("audio", 48_000), lambda: False)
    for peer in peers:
        await peer.close()
    return share


async def floor(offers: list[str], address: str, clock: Clocked) -> float:
    """Send as many datagrams, as long, to the peers' ports, and do nothing else."""
    places = [_place(offer) for offer in offers]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((address, 0))
        say([])

        def picture(coded: Coded) -> None:
            payloads = packetised.picture(coded).payloads
            send([NOTHING * (len(each) + STAMP_SIZE + TAG) for each in payloads])

        def sound(coded: Coded) -> None:
            send([NOTHING * (3 * len(coded.data) + STAMP_SIZE + TAG)])

        def send(datagrams: list[bytes]) -> None:
            for place in places:
                for each in datagrams:
                    out.sendto(each, place)

        return await clock.run(picture, sound, lambda: False)


def _place(offer: str) -> tuple[str, int]:
    """Give where a peer is found that offers."""
    candidate = next(line for line in offer.splitlines() if line.startswith("a=candidate:"))
    host, port = candidate.split()[4:6]
    return host, int(port)


def say(what: object) -> None:
    """Tell something to who started us."""
    print(json.dumps(what), flush=True)


async def heard() -> list[str]:
    """Take a line from who started us."""
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    found: list[str] = json.loads(line)
    return found


HUBS: Final[dict[str, Callable[[list[str], str, Clocked], Awaitable[float]]]] = {
    each.__name__: each for each in (ours, aiortc, floor, publish)
}


async def main() -> None:
    """Be one of the hubs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("hub", choices=HUBS)
    parser.add_argument("address")
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    told = await HUBS[given.hub](await heard(), given.address, Clocked(given.seconds))
    say(told)


if __name__ == "__main__":
    asyncio.run(main())
