"""A room in a session, for tests: a relay as it is, and in the director's place a film."""

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import av
import msgspec
import numpy as np

from classroom_media.api import NS, CleanFeed
from classroom_media.emulate import truth
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.opus import OpusEncoder
from classroom_media.messages import Agree, AnyCommand, Feed, Heartbeat, Keyframe, Meet, Reply
from classroom_media.packets import Coded, feed_of
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.relay import RelayWorker
from classroom_media.workers.shell import Answer, Shell
from classroom_media.workers.specs import Endpoints, LiveSize, RelaySpec

SIZES = (
    LiveSize(stream="programme-180p-live", height=180, bitrate_kbps=400),
    LiveSize(stream="programme-90p-live", height=90, bitrate_kbps=120),
)
FRAME_NS = NS // truth.FPS
RATE_HZ = 48_000
BLOCK = 1920  # samples: 40 ms


def patient() -> int:
    """Give a worker a clock that stands: however slow a test is, it is not forgotten."""
    return 0


def endpoints(folder: Path, name: str) -> Endpoints:
    return Endpoints(commands=f"ipc://{folder}/{name}.c", packets=f"ipc://{folder}/{name}.p")


@cache
def grey(number: int, width: int, height: int) -> av.VideoFrame:
    """Give a picture that bears its number, as often as it is asked for."""
    luma = np.full((height * 3 // 2, width), 128, np.uint8)
    truth.burn(luma[:height], number)
    return av.VideoFrame.from_ndarray(luma, format="yuv420p")


class Film:
    """What a director makes in every size: picture n is taken at n / 25 s, and bears n."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._encoders = {size.stream: self._encoder(size) for size in SIZES}

    def pictures(self, number: int) -> Iterator[Coded]:
        for size in SIZES:
            frame = grey(number, size.height * 16 // 9, size.height)
            key = size.stream in self.keys
            self.keys.discard(size.stream)
            yield from self._encoders[size.stream].encode(frame, number, key=key)

    def _encoder(self, size: LiveSize) -> PictureEncoder:
        form = PictureForm(
            width=size.height * 16 // 9,
            height=size.height,
            fps=truth.FPS,
            preset="ultrafast",
            quality=23,
            bitrate_kbps=size.bitrate_kbps,
            gop_s=60.0,  # so that a keyframe is there because somebody wished for it
            live=True,
        )
        return PictureEncoder(size.stream, form)


class PretendDirector:
    """Publishes a film with beeps, and does what a relay asks of a director. A `Worker`."""

    def __init__(self, where: Endpoints, *, beep_hz: int = truth.BEEP_HZ) -> None:
        self.asked: deque[AnyCommand] = deque()
        self.feeds: tuple[CleanFeed, ...] = ()
        self._beep_hz = beep_hz
        self._film = Film()
        self._over = threading.Event()
        self._shell = Shell(where, role="director", name="programme", clock=patient)
        self._threads = [
            threading.Thread(target=self._shell.run, args=(self,)),
            threading.Thread(target=self._play),
        ]
        for thread in self._threads:
            thread.start()

    def heartbeat(self) -> Heartbeat:
        return Heartbeat(
            role="director",
            name="programme",
            pid=1,
            at_ns=time.monotonic_ns(),
            feeds={one.name: feed_of(one.name) for one in self.feeds},
        )

    def handle(self, command: AnyCommand) -> Answer:
        self.asked.append(command)
        match command:
            case Keyframe(stream=stream):
                self._film.keys.add(stream)
            case Feed(feeds=feeds):
                self.feeds = feeds
        return Answer()

    def close(self) -> None:
        self._over.set()

    def stop(self) -> None:
        self._shell.stop()
        for thread in self._threads:
            thread.join()

    def keyframes(self) -> list[str]:
        """Give the streams that a keyframe was asked for in, in order."""
        return [one.stream for one in self.asked if isinstance(one, Keyframe)]

    def _play(self) -> None:
        encoders: dict[str, OpusEncoder] = {}
        number = time.monotonic_ns() // FRAME_NS + 1
        while not self._over.wait(max(number * FRAME_NS - time.monotonic_ns(), 0) / NS):
            for packet in self._film.pictures(number):
                self._shell.publish(packet)
            start = (number - 1) * BLOCK
            tone = truth.tone(start, BLOCK, RATE_HZ, beep_hz=self._beep_hz)
            for feed in self.feeds:
                encoder = encoders.setdefault(feed.name, OpusEncoder(feed_of(feed.name)))
                for packet in encoder.encode(np.stack([tone, tone]), start):
                    self._shell.publish(packet)
            number += 1


class Room:
    """A relay and its director. `relay` is where the relay is found."""

    def __init__(
        self, folder: Path, name: str, *, remotes: dict[str, str], to_be_killed: bool = False
    ) -> None:
        self.to_be_killed = to_be_killed
        self.relay = endpoints(folder, f"{name}-relay")
        director = endpoints(folder, f"{name}-director")
        self.spec = RelaySpec(
            name=name,
            director=director,
            endpoints=self.relay,
            sizes=SIZES,
            remotes=remotes,
            addresses=("127.0.0.1",),
        )
        self.director = PretendDirector(director)
        self._shell: Shell | None = None
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Let the relay begin: in this process, or in one of its own that can be killed."""
        if self.to_be_killed:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "classroom_media.workers.relay"], stdin=subprocess.PIPE
            )
            assert self._process.stdin is not None
            self._process.stdin.write(msgspec.json.encode(self.spec) + b"\n")
            self._process.stdin.close()
            return
        self._shell = Shell(self.relay, role="relay", name="session", clock=patient)
        worker = RelayWorker(self.spec, self._shell)
        self._thread = threading.Thread(target=self._shell.run, args=(worker,))
        self._thread.start()

    def kill(self) -> None:
        """Kill the relay's process."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Let the relay end."""
        if self._process:
            self.kill()
        if self._shell and self._thread:
            self._shell.stop()
            self._thread.join()
            self._shell = self._thread = None


@contextmanager
def rooms(folder: Path, *names: str, to_be_killed: str = "") -> Iterator[list[Room]]:
    """Have rooms whose relays run, each with all others as its sources."""
    found = [
        Room(
            folder,
            name,
            remotes={other: f"the-{other}" for other in names if other != name},
            to_be_killed=name == to_be_killed,
        )
        for name in names
    ]
    try:
        for room in found:
            room.begin()
        yield found
    finally:
        for room in found:
            room.end()
            room.director.stop()


async def connect(hub: WorkerClient, site: WorkerClient, *, hub_name: str, site_name: str) -> None:
    """Let two relays agree, the site by an offer, as the daemons do."""
    offer = await met(site, hub_name)
    answer = await met(hub, site_name, offer)
    await site.ask(Agree(peer=hub_name, answer=answer.sdp))


async def met(client: WorkerClient, peer: str, offer: Reply | None = None) -> Reply:
    """Let a relay meet a peer."""
    return await client.ask(Meet(peer=peer, offer=offer.sdp if offer else ""), timeout_s=10)
