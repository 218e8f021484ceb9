"""A room's processes without its daemon: sources, a director, a relay, each a worker of its own."""

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import psutil

from benchmarks.worker_process import endpoints, worker
from classroom_media.api import Layout, Rendition, WorkerError
from classroom_media.live.rungs import SIZES
from classroom_media.messages import Quit, Status
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import (
    DirectorSource,
    DirectorSpec,
    Endpoints,
    LiveSize,
    RelaySpec,
    SourceSpec,
)

LOOPBACK: Final = "127.0.0.1"
DIRECTOR, RELAY = "director", "relay"
GREET_S: Final = 2.0
THERE_S: Final = 30.0
LEAVE_S: Final = 10.0
SETTLE_S: Final = 8.0  # until a peer's ladder stands on its best rung
HANG_UP_S: Final = 0.2  # the cameras


class Room:
    """The processes of a room whose programme is so many pixels high, by what they are called."""

    def __init__(self, folder: Path, name: str, *, height: int) -> None:
        self.name = name
        self._folder, self._height = folder, height
        self._processes: dict[str, psutil.Process] = {}

    def at(self, role: str) -> Endpoints:
        """Say where one of them listens."""
        return endpoints(self._folder, f"{self.name}-{role}")

    def source(
        self, stack: ExitStack, role: str, url: str, *, relayed: bool, isolated: bool
    ) -> None:
        """Start a source with sound; `relayed`: it needs the relay."""
        spec = SourceSpec(
            id=role,
            name=role,
            url=url,
            endpoints=self.at(role),
            sound=True,
            isolated=isolated,
            relay=self.at(RELAY) if relayed else None,
        )
        self._begin(stack, "source", role, spec)

    def director(
        self, stack: ExitStack, sources: Iterable[str], layout: Layout, *, preset: str
    ) -> None:
        """Start what makes a programme of them, and its live sizes."""
        spec = DirectorSpec(
            sources=tuple(
                DirectorSource(id=one, name=one, endpoints=self.at(one), sound=True)
                for one in sources
            ),
            endpoints=self.at(DIRECTOR),
            layout=layout,
            width=self._height * 16 // 9,
            height=self._height,
            preset=preset,
            renditions=_sizes(self._height),
        )
        self._begin(stack, "director", DIRECTOR, spec)

    def relay(
        self,
        stack: ExitStack,
        remotes: dict[str, str],
        *,
        voices: tuple[str, ...] = (),
        port: int = 0,
        door: int = 0,
    ) -> None:
        """Start what leads to peers, each with its source; they reach the `port` by a `door`."""
        spec = RelaySpec(
            name=self.name,
            director=self.at(DIRECTOR),
            endpoints=self.at(RELAY),
            sizes=tuple(
                LiveSize(
                    stream=f"programme-{one.name}", height=one.height, bitrate_kbps=one.bitrate_kbps
                )
                for one in _sizes(self._height)
            ),
            remotes=remotes,
            voices=voices,
            addresses=(LOOPBACK,),
            port=port,
            announced=((LOOPBACK, door),) if door else (),
        )
        self._begin(stack, "relay", RELAY, spec)

    def cpu_s(self) -> dict[str, float]:
        """Give user and system time of each process so far."""
        times = {role: one.cpu_times() for role, one in self._processes.items()}
        return {role: one.user + one.system for role, one in times.items()}

    async def greet(self) -> None:
        """Speak to all processes, until cancelled: else they think themselves forgotten."""
        while True:
            for role in list(self._processes):
                async with WorkerClient(self.at(role)) as client:
                    with suppress(WorkerError):
                        await client.ask(Status())
            await asyncio.sleep(GREET_S)

    async def there(self) -> None:
        """Return once every process answers."""
        for role in self._processes:
            async with WorkerClient(self.at(role)) as client:
                await client.ask(Status(), timeout_s=THERE_S)

    async def end(self) -> None:
        """Have all processes end."""
        for role in self._processes:
            async with WorkerClient(self.at(role)) as client:
                await client.ask(Quit(), timeout_s=LEAVE_S)

    def _begin(
        self, stack: ExitStack, kind: str, role: str, spec: SourceSpec | DirectorSpec | RelaySpec
    ) -> None:
        self._processes[role] = stack.enter_context(worker(kind, spec, leave_s=LEAVE_S))


def _sizes(height: int) -> tuple[Rendition, ...]:
    """Give the sizes that peers get of a programme of that height."""
    return tuple(
        Rendition(
            name=f"{one.name}-live", height=at, bitrate_kbps=one.picture_bps // 1000, live=True
        )
        for one in SIZES
        if (at := int(one.name.removesuffix("p"))) <= height
    )
