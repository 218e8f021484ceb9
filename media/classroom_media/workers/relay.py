"""The relay's process: while a session is on, the room's programme to its peers, and theirs to it.

    python -m classroom_media.workers.relay < RelaySpec

One event loop, in a thread of its own, has the peers; another thread reads the director's packets;
the main thread answers the daemon. When the process is killed no recording notices: peers are met
again by its successor.
"""

import asyncio
import logging
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final, TypeVar

from classroom_media.api import MediaError
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from classroom_media.live.pipe.reach import Relay as Turn
from classroom_media.live.pipe.secure import SecurePipe
from classroom_media.live.relay.desk import Desk
from classroom_media.live.relay.house import Relay
from classroom_media.messages import (
    Agree,
    AnyCommand,
    Hear,
    Heartbeat,
    Meet,
    Part,
    PeerHealth,
    Replay,
)
from classroom_media.packets import Coded
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.source import LastGroups
from classroom_media.workers.specs import RelaySpec
from classroom_media.workers.subscribe import PacketReader

NAME: Final = "session"
STREAMS: Final = "programme-"  # of the director: sizes and feeds, not the programme itself
ANSWER_S: Final = 8.0  # a TURN server may take five
READ_S: Final = 0.2
LOOK_S: Final = 0.25  # how often the peers' health is written down
LEAVE_S: Final = 3.0

Said = TypeVar("Said")

logger = logging.getLogger(__name__)


class RelayWorker:
    """A `Worker` of the shell."""

    def __init__(self, spec: RelaySpec, shell: Shell) -> None:
        """Begin.

        Raises:
            MediaError: the port is taken.
        """
        self._spec, self._shell = spec, shell
        self._groups = defaultdict[str, LastGroups](LastGroups)  # by peer
        self._peers: tuple[PeerHealth, ...] = ()
        self._voices = spec.voices
        self._over = threading.Event()
        self._ready = threading.Event()
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._problem:
            raise MediaError(self._problem)
        self._reader = threading.Thread(target=self._read, name="programme", daemon=True)
        self._reader.start()

    def heartbeat(self) -> Heartbeat:
        """Tell how it goes with the peers."""
        return Heartbeat(
            role="relay",
            name=NAME,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            peers=self._peers,
            voices=self._voices,
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command.

        Raises:
            MediaError: what a peer or the daemon says makes no sense.
        """
        match command:
            case Meet():
                return Answer(sdp=self._within(self._meet(command)))
            case Agree(peer=peer, answer=answer):
                self._within(self._relay.agree(peer, answer))
            case Part(peer=peer):
                self._within(self._part(peer))
            case Hear(voices=voices):
                self._within(self._hear(voices))
            case Replay():
                groups = tuple(self._groups.values())
                return Answer(packets=tuple(packet for one in groups for packet in one.packets()))
            case _:
                return Answer(f"a relay knows no {type(command).__name__.lower()}")
        return Answer()

    def close(self) -> None:
        """Say goodbye to everybody."""
        self._over.set()
        self._reader.join(LEAVE_S)
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(LEAVE_S)
        self._peers = ()
        self._shell.emit(self.heartbeat())  # so that nobody takes this for a loss

    def _within(self, work: Coroutine[Any, Any, Said]) -> Said:
        """Have something done in the loop.

        Raises:
            MediaError: it fails, or takes too long.
        """
        waiting = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return waiting.result(ANSWER_S)
        except TimeoutError:
            waiting.cancel()
            raise MediaError("the relay took too long") from None

    async def _meet(self, meet: Meet) -> str:
        self._groups[meet.peer].clear()
        try:
            return await self._relay.meet(meet)
        finally:
            self._look()

    async def _part(self, peer: str) -> None:
        self._relay.part(peer)
        self._groups.pop(peer, None)
        self._look()
        self._shell.emit(self.heartbeat())

    async def _hear(self, voices: tuple[str, ...]) -> None:
        self._relay.hear(voices)
        self._voices = voices

    def _publish(self, packet: Coded) -> None:
        peer = packet.stream.removesuffix("-sound")
        self._groups[peer].add(packet, begins=packet.key and packet.stream == peer)
        self._shell.publish(packet)

    def _look(self) -> None:
        self._peers = self._relay.health()

    def _run(self) -> None:
        """Have the loop run; a fault ends the process, and another one takes its place."""
        try:
            asyncio.run(self._main())
        except OSError as error:
            self._problem = f"port {self._spec.port}: {error}"
        finally:
            self._ready.set()
            if not self._over.is_set():
                self._shell.stop(1)

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        port = Port.open(self._spec.addresses, self._spec.port)
        try:
            async with asyncio.TaskGroup() as tasks:
                desk = Desk(self._spec.director, lambda: self._relay.feeds)
                self._relay = Relay(
                    self._spec,
                    partial(SecurePipe, self._reach(port), tasks),
                    tasks,
                    publish=self._publish,
                    keyframe=desk.keyframe,
                    rest=desk.rest,
                    rearranged=desk.rearrange,
                    clock=time.monotonic_ns,
                )
                work = [self._relay.run(), desk.run(), self._keep_looking()]
                at_work = [tasks.create_task(each) for each in work]
                self._ready.set()
                await self._ending.wait()
                self._relay.close()
                for each in at_work:
                    each.cancel()
        finally:
            port.close()

    def _reach(self, port: Port) -> Reach:
        spec = self._spec
        turns = (
            Turn(one.host, one.port, one.user, one.password, one.transport, one.tls)
            for one in spec.turn
        )
        return Reach(port, spec.announced, tuple(turns), spec.turn_only)

    async def _keep_looking(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(LOOK_S)

    def _read(self) -> None:
        """Read what the director makes, and hand it to the loop."""
        with PacketReader({"programme": self._spec.director}, streams=STREAMS) as reader:
            while not self._over.is_set():
                if packets := reader.read(READ_S):
                    self._loop.call_soon_threadsafe(self._take, packets)

    def _take(self, packets: list[Coded]) -> None:
        for packet in packets:
            self._relay.programme(packet)


def main() -> int:
    """Read a specification, run the relay; give the exit status."""
    spec = read_spec(RelaySpec)
    logging.getLogger("aioice").setLevel(logging.WARNING)  # else ten lines for every peer
    shell = Shell(spec.endpoints, role="relay", name=NAME)
    try:
        worker = RelayWorker(spec, shell)
    except MediaError as error:
        logger.error("the relay cannot work: %s", error)  # noqa: TRY400 - no fault of ours
        return 1
    return shell.run(worker)


if __name__ == "__main__":
    sys.exit(main())
