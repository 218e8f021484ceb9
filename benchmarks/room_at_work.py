"""A room that records at everyday's profile: three 1080p25 cameras, their tracks, a programme.

The processes are those of a real room without its daemon: a source worker for each camera, a
director. Somebody looks at the preview; what the director tells and sends is noted.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
import zmq
import zmq.asyncio

from benchmarks.record_films import film
from benchmarks.worker_process import endpoints, worker
from classroom_media.api import Layout
from classroom_media.encode.form import EVERYDAY, PROFILES
from classroom_media.messages import Begin, End, Heartbeat, Preview, Quit, Status
from classroom_media.packets import TOPIC, Coded, from_frames
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec

CAMERAS: Final = ("teacher", "screen", "students")
SPOKEN: Final = CAMERAS[0]  # the camera with the microphone
PROGRAMME: Final = "programme"
LAYOUT: Final = Layout("picture-in-picture", ("screen", "teacher"))
FORM: Final = PROFILES[EVERYDAY]
TAKE: Final = "take"  # the folder of the recording, beside the films
LOOP_S: Final = 12.0  # of the films, which are repeated
SETTLE_S: Final = 3.0
LEAVE_S: Final = 60.0  # a starved worker takes its time


@dataclass
class Notes:
    """What was seen from outside."""

    sent: list[tuple[Coded, int]] = field(default_factory=list)  # and when it came, ns
    beats: list[Heartbeat] = field(default_factory=list)
    previews: int = 0

    def lateness_ms(self, from_ns: int) -> list[float]:
        """Give how long after its time each picture of the programme was there, sorted."""
        pictures = [(packet.pts_ns, at_ns) for packet, at_ns in self.sent if at_ns >= from_ns]
        return sorted((at_ns - pts_ns) / 1e6 for pts_ns, at_ns in pictures)


@dataclass
class Room:
    """The room at work."""

    folder: Path
    processes: dict[str, psutil.Process]
    notes: Notes

    def cpu_s(self) -> dict[str, float]:
        """Give user and system time of each process so far."""
        found = {}
        for name, process in self.processes.items():
            times = process.cpu_times()
            found[name] = times.user + times.system
        return found


def make_films(folder: Path) -> None:
    """Make what the cameras see."""
    for seed, name in enumerate(CAMERAS):
        film(
            folder / f"{name}.mp4",
            seed=seed,
            seconds=LOOP_S,
            width=FORM.width,
            height=FORM.height,
            slides=name == LAYOUT.sources[0],
        )


@asynccontextmanager
async def recording(folder: Path) -> AsyncIterator[Room]:
    """Record what films in `folder` show, for as long as the block takes."""
    take = folder / TAKE
    take.mkdir()
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(worker("source", _source(folder, name), leave_s=LEAVE_S))
            for name in CAMERAS
        }
        processes[PROGRAMME] = stack.enter_context(
            worker("director", _director(folder), leave_s=LEAVE_S)
        )
        async with AsyncExitStack() as clients, asyncio.TaskGroup() as tasks:
            asked = {
                name: await clients.enter_async_context(WorkerClient(endpoints(folder, name)))
                for name in processes
            }
            for client in asked.values():
                await client.ask(Status(), timeout_s=30)
            await asked[PROGRAMME].ask(Preview(on=True), timeout_s=30)
            notes = Notes()
            watching = [
                tasks.create_task(_note_beats(asked[PROGRAMME], notes)),
                tasks.create_task(_note_previews(asked[PROGRAMME], notes)),
                tasks.create_task(_note_packets(endpoints(folder, PROGRAMME), notes)),
            ]
            await asyncio.sleep(SETTLE_S)
            begin = Begin(
                recording="bench",
                folder=str(take),
                take=1,
                from_ns=time.monotonic_ns(),
                lead_in=False,
            )
            for client in asked.values():
                await client.ask(begin, timeout_s=30)
            yield Room(folder, processes, notes)
            end = End(end_ns=time.monotonic_ns())
            for client in asked.values():
                await client.ask(end, timeout_s=60)
                await client.ask(Quit(), timeout_s=30)
            for task in watching:
                task.cancel()


async def _note_beats(client: WorkerClient, notes: Notes) -> None:
    async for event in client.events():
        if isinstance(event, Heartbeat):
            notes.beats.append(event)


async def _note_previews(client: WorkerClient, notes: Notes) -> None:
    async for _ in client.previews():
        notes.previews += 1


async def _note_packets(endpoints: Endpoints, notes: Notes) -> None:
    context = zmq.asyncio.Context.instance()
    with context.socket(zmq.SUB) as socket:
        socket.subscribe(TOPIC + PROGRAMME.encode())
        socket.connect(endpoints.packets)
        while True:
            packet = from_frames(await socket.recv_multipart())
            if packet.stream == PROGRAMME:
                notes.sent.append((packet, time.monotonic_ns()))


def _source(folder: Path, name: str) -> SourceSpec:
    return SourceSpec(
        id=name,
        name=name,
        url=f"file://{folder}/{name}.mp4?loop=1",
        endpoints=endpoints(folder, name),
        sound=name == SPOKEN,
    )


def _director(folder: Path) -> DirectorSpec:
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=name, name=name, endpoints=endpoints(folder, name), sound=name == SPOKEN
            )
            for name in CAMERAS
        ),
        endpoints=endpoints(folder, PROGRAMME),
        layout=LAYOUT,
        width=FORM.width,
        height=FORM.height,
        fps=FORM.fps,
        preset=FORM.preset,
        quality=FORM.quality,
        bitrate_kbps=FORM.bitrate_kbps,
        gop_s=FORM.gop_s,
        hardware=True,
    )
