"""The threads of a relay: one event loop that has the peers, and one that reads the director."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar

from classroom_media.api import MediaError
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.reach import Relay as Turn
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.relay.desk import Desk
from classroom_media.live.relay.house import Relay
from classroom_media.messages import PeerHealth
from classroom_media.packets import Coded
from classroom_media.workers.specs import RelaySpec
from classroom_media.workers.subscribe import PacketReader

STREAMS: Final = "programme-"  # of the director: sizes and feeds, not the programme itself
ANSWER_S: Final = 8.0  # a TURN server may take five
READ_S: Final = 0.2
LEAVE_S: Final = 3.0
LOOK_S: Final = 0.25  # how often the peers' health is written down

Said = TypeVar("Said")


class RelayThreads:
    """A relay at work. `publish` is called in its loop; `failed` when the loop ends by itself."""

    def __init__(
        self, spec: RelaySpec, *, publish: Callable[[Coded], None], failed: Callable[[], None]
    ) -> None:
        """Begin.

        Raises:
            MediaError: the port is taken.
        """
        self._spec, self._publish, self._failed = spec, publish, failed
        self._over, self._ready = threading.Event(), threading.Event()
        self._problem = ""
        self.health: tuple[PeerHealth, ...] = ()  # of the peers, a moment ago
        self._loop_thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._loop_thread.start()
        self._ready.wait()
        if self._problem:
            raise MediaError(self._problem)
        self._reader = threading.Thread(target=self._read, name="programme", daemon=True)
        self._reader.start()

    def do(self, work: Callable[[Relay], Coroutine[Any, Any, Said]]) -> Said:
        """Have something done with the relay, in its loop; its health is written down anew.

        Raises:
            MediaError: it fails, or takes too long.
        """
        waiting = asyncio.run_coroutine_threadsafe(self._do(work), self._loop)
        try:
            return waiting.result(ANSWER_S)
        except TimeoutError:
            waiting.cancel()
            raise MediaError("the relay took too long") from None

    def stop(self) -> None:
        """Say goodbye to everybody."""
        self._over.set()
        self._reader.join(LEAVE_S)
        self._loop.call_soon_threadsafe(self._ending.set)
        self._loop_thread.join(LEAVE_S)

    async def _do(self, work: Callable[[Relay], Coroutine[Any, Any, Said]]) -> Said:
        try:
            return await work(self._relay)
        finally:
            self.health = self._relay.health()

    async def _look(self) -> None:
        while True:
            self.health = self._relay.health()
            await asyncio.sleep(LOOK_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except OSError as error:
            self._problem = f"port {self._spec.port}: {error}"
        finally:
            self._ready.set()
            if not self._over.is_set():
                self._failed()

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        port = Port.open(self._spec.addresses, self._spec.port)
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._work(port, tasks)
        finally:
            port.close()

    async def _work(self, port: Port, tasks: asyncio.TaskGroup) -> None:
        desk = Desk(self._spec.director, lambda: self._relay.feeds)
        self._relay = Relay(
            self._spec,
            partial(SecurePipe, _reach(port, self._spec), tasks),
            tasks,
            publish=self._publish,
            keyframe=desk.keyframe,
            rest=desk.rest,
            rearranged=desk.rearrange,
            clock=time.monotonic_ns,
        )
        work = (self._relay.run(), desk.run(), self._look())
        at_work = [tasks.create_task(each) for each in work]
        self._ready.set()
        await self._ending.wait()
        self._relay.close()
        for each in at_work:
            each.cancel()

    def _read(self) -> None:
        """Read what the director makes, and hand it to the loop."""
        with PacketReader({"programme": self._spec.director}, streams=STREAMS) as reader:
            while not self._over.is_set():
                if packets := reader.read(READ_S):
                    self._loop.call_soon_threadsafe(self._take, packets)

    def _take(self, packets: list[Coded]) -> None:
        for packet in packets:
            self._relay.programme(packet)


def _reach(port: Port, spec: RelaySpec) -> Reach:
    turns = (
        Turn(one.host, one.port, one.user, one.password, one.transport, one.tls)
        for one in spec.turn
    )
    return Reach(port, spec.announced, tuple(turns), spec.turn_only)
