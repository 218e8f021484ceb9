"""The room's relay: a worker that is there while a session goes, and found again like any other."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from classroom_edge.services.workers import WorkerService
from classroom_media.api import WorkerError
from classroom_media.messages import AnyCommand, Hear, Heartbeat, Meet, Part, PeerHealth, Reply

ROLE: Final = "relay"
NAME: Final = "session"
MODULE: Final = "classroom_media.workers.relay"
MEETS_WITHIN_S: Final = 4.0  # it looks for its own addresses, maybe at a server

logger = logging.getLogger(__name__)


class RelayPort(Protocol):
    """What the rest of a session asks of the relay."""

    @property
    def pid(self) -> int:
        """The process that runs now; 0 = none."""

    @property
    def beat(self) -> Heartbeat | None:
        """What it said last; None while it says nothing."""

    async def ask(self, command: AnyCommand, *, timeout_s: float = 2.0) -> Reply:
        """Give it a command. Raises WorkerError."""


@dataclass(kw_only=True)
class Relay:
    """Keeps the worker while `wanted`; `make` gives a service for one stretch of that."""

    make: Callable[[], WorkerService]
    worker: WorkerService | None = field(default=None, init=False)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _idle: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def pid(self) -> int:
        """The process that runs now; 0 = none."""
        return self.worker.pid if self.worker else 0

    @property
    def beat(self) -> Heartbeat | None:
        """What it said last; None while it says nothing."""
        return self.worker.beat if self.worker else None

    def want(self, *, on: bool) -> None:
        """Have a relay, or none."""
        raised, lowered = (self._wanted, self._idle) if on else (self._idle, self._wanted)
        raised.set()
        lowered.clear()

    async def ask(self, command: AnyCommand, *, timeout_s: float = 2.0) -> Reply:
        """Give it a command. Raises WorkerError."""
        if self.worker is None:
            raise WorkerError("no session is on")
        return await self.worker.ask(command, timeout_s=timeout_s)

    async def run(self) -> None:
        """Run until cancelled; the process stays, as all workers do."""
        while True:
            await self._wanted.wait()
            self.worker = worker = self.make()
            try:
                async with asyncio.TaskGroup() as tasks:
                    running = tasks.create_task(worker.run())
                    await self._idle.wait()
                    await worker.end()
                    running.cancel()
            finally:
                self.worker = None

    async def end(self) -> None:
        """End the process, if there is one."""
        if self.worker is not None:
            await self.worker.end()


def health_of(beat: Heartbeat | None, peer: str) -> PeerHealth | None:
    """Give how it goes with a peer; None = the relay does not know it."""
    return next((one for one in beat.peers if one.peer == peer), None) if beat else None


async def met(relay: RelayPort, meet: Meet) -> str:
    """Begin with a peer; give our offer, or the answer to its own. Raises WorkerError."""
    return (await relay.ask(meet, timeout_s=MEETS_WITHIN_S)).sdp


async def part(relay: RelayPort, peer: str) -> None:
    """Say goodbye to a peer; a relay that does not answer is asked again by whoever looks."""
    try:
        await relay.ask(Part(peer=peer))
    except WorkerError as error:
        logger.info("relay: %s did not part: %s", peer, error)


async def hear(relay: RelayPort, voices: tuple[str, ...], seat: str) -> bool:
    """Tell the relay whom all hear, and who sits in the seat; tell whether it knows."""
    try:
        await relay.ask(Hear(voices=voices, seat=seat))
    except WorkerError:
        return False
    return True
