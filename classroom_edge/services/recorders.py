"""Brings each worker to record what is wanted, whatever has happened to it in between.

Nobody gives a worker a sequence of commands. What is wanted stands in an `Order`; what the
worker does is known from its answers and heartbeats; `next_command` tells the difference. So
a start, a pause, a worker that was killed and a daemon that came back are one and the same case.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from classroom_media.api import WorkerError
from classroom_media.messages import AnyCommand, Begin, End, Heartbeat, Hold, Release

SEALED_WITHIN_S: Final = 10.0  # a slow disk has that long to sync the last bytes
ANSWERED_WITHIN_S: Final = 1.5
AGAIN_S: Final = 0.2

logger = logging.getLogger(__name__)


class Commanded(Protocol):
    """A worker as its recorder sees it: `WorkerService`."""

    role: str
    name: str

    @property
    def pid(self) -> int:
        """The process that runs now, or 0."""
        ...

    async def ask(self, command: AnyCommand, *, timeout_s: float) -> object:
        """Give it a command; raises WorkerError when it is silent or refuses."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What every recorder is to do; without a `recording` it is to do nothing."""

    recording: str = ""
    folder: str = ""
    second: str = ""  # where the take goes on when the disk of the first folder fails
    take: int = 0
    from_ns: int = 0
    lead_in: bool = False
    held_ns: int | None = None  # write nothing from here on, but be ready to go on


@dataclass(frozen=True, slots=True)
class Doing:
    """What one recorder does, as far as is known."""

    recording: str = ""
    take: int = 0
    held: bool = False


def next_command(doing: Doing, order: Order, *, ended_ns: int) -> AnyCommand | None:
    """Give the next step from what is done to what is wanted, or None when they agree.

    `ended_ns` is where the take ends that is done, if it is not wanted any more.
    """
    if doing.recording:
        if (doing.recording, doing.take) != (order.recording, order.take):
            return End(end_ns=ended_ns)
        if order.held_ns is not None and not doing.held:
            return Hold(at_ns=order.held_ns)
        if order.held_ns is None and doing.held:
            return Release()
        return None
    if not order.recording or order.held_ns is not None:
        return None
    return Begin(
        recording=order.recording,
        folder=order.folder,
        second=order.second,
        take=order.take,
        from_ns=order.from_ns,
        lead_in=order.lead_in,
    )


def after(doing: Doing, command: AnyCommand) -> Doing:
    """Give what is done once a command was obeyed."""
    match command:
        case Begin():
            return Doing(command.recording, command.take)
        case Hold():
            return replace(doing, held=True)
        case Release():
            return replace(doing, held=False)
        case End():
            return Doing()
        case _:
            return doing


@dataclass(kw_only=True)
class Recorder:
    """One worker in its role of writing tracks.

    `reached_ns` gives how far its tracks have come in a take: a worker that was started anew
    begins no earlier. `ended_ns` gives where a take of a recording ended.
    """

    worker: Commanded
    tracks: tuple[str, ...]
    reached_ns: Callable[[tuple[str, ...], int], int] = lambda _tracks, _take: 0
    ended_ns: Callable[[str, int], int] = lambda _recording, _take: time.monotonic_ns()
    order: Order = Order()
    doing: Doing = field(default=Doing(), init=False)
    _pid: int = field(default=0, init=False)
    _told_ns: int = field(default=0, init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _at_rest: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _complaint: str = field(default="", init=False)

    def follow(self, order: Order) -> None:
        """Take a new order; carried out at once, and again whenever it has to be."""
        self.order = order
        self._stir()

    def heard(self, beat: Heartbeat) -> None:
        """Learn from a heartbeat what the worker really does."""
        if beat.at_ns > self._told_ns:
            held = self.doing.held and beat.take == self.doing.take
            self.doing = Doing(beat.recording, beat.take if beat.recording else 0, held)
            self._stir()

    def replaced(self) -> None:
        """Note that another process has taken the worker's place."""
        if self.worker.pid != self._pid:
            self._pid, self.doing = self.worker.pid, Doing()
            self._stir()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while (command := self._next()) is not None:
                if not await self._tell(command):
                    await asyncio.sleep(AGAIN_S)
            if not self.doing.recording and not self._stirred.is_set():
                self._at_rest.set()

    async def at_rest(self) -> None:
        """Return once the worker writes nothing, or is not there to write anything."""
        await self._at_rest.wait()

    def _stir(self) -> None:
        self._at_rest.clear()
        self._stirred.set()

    def _next(self) -> AnyCommand | None:
        order, doing = self.order, self.doing
        reached_ns = self.reached_ns(self.tracks, order.take)
        if reached_ns > order.from_ns:
            order = replace(order, from_ns=reached_ns, lead_in=False)
        return next_command(doing, order, ended_ns=self.ended_ns(doing.recording, doing.take))

    async def _tell(self, command: AnyCommand) -> bool:
        timeout_s = SEALED_WITHIN_S if isinstance(command, End) else ANSWERED_WITHIN_S
        pid = self.worker.pid
        try:
            await self.worker.ask(command, timeout_s=timeout_s)
        except WorkerError as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                logger.info("%s %s: %s", self.worker.role, self.worker.name, error)
            return False
        self._complaint = ""
        if pid == self.worker.pid:
            self.doing = after(self.doing, command)
            self._told_ns = time.monotonic_ns()
        return True
