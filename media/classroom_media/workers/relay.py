"""The relay's process: while a session is on, the room's programme to its peers, and theirs to it.

    python -m classroom_media.workers.relay < RelaySpec

When the process is killed no recording notices: peers are met again by its successor.
"""

import logging
import os
import sys
import time
from collections import defaultdict
from typing import Final

from classroom_media.api import MediaError
from classroom_media.live.relay.house import Relay
from classroom_media.messages import (
    SEAT,
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
from classroom_media.workers.last_groups import LastGroups
from classroom_media.workers.relaying import RelayThreads
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import RelaySpec

NAME: Final = "session"

logger = logging.getLogger(__name__)


class RelayWorker:
    """A `Worker` of the shell."""

    def __init__(self, spec: RelaySpec, shell: Shell) -> None:
        """Begin.

        Raises:
            MediaError: the port is taken.
        """
        self._shell = shell
        self._groups = defaultdict[str, LastGroups](LastGroups)  # by peer
        self._voices, self._seat = spec.voices, ""
        self._left = False
        self._threads = RelayThreads(spec, publish=self._publish, failed=lambda: shell.stop(1))

    def heartbeat(self) -> Heartbeat:
        """Tell how it goes with the peers."""
        return self._beat(() if self._left else self._threads.health)

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command.

        Raises:
            MediaError: what a peer or the daemon says makes no sense.
        """
        match command:
            case Meet():
                self._groups[command.peer].clear()
                return Answer(sdp=self._threads.do(lambda relay: relay.meet(command)))
            case Agree(peer=peer, answer=answer):
                self._threads.do(lambda relay: relay.agree(peer, answer))
            case Part(peer=peer):
                self._part(peer)
            case Hear():
                self._hear(command)
            case Replay():
                groups = tuple(self._groups.values())
                return Answer(packets=tuple(packet for one in groups for packet in one.packets()))
            case _:
                return Answer(f"a relay knows no {type(command).__name__.lower()}")
        return Answer()

    def close(self) -> None:
        """Say goodbye to everybody."""
        self._threads.stop()
        self._left = True
        self._shell.emit(self.heartbeat())  # so that nobody takes this for a loss

    def _part(self, peer: str) -> None:
        async def part(relay: Relay) -> None:
            relay.part(peer)

        self._threads.do(part)
        self._groups.pop(peer, None)
        self._shell.emit(self.heartbeat())

    def _hear(self, whom: Hear) -> None:
        async def hear(relay: Relay) -> None:
            relay.hear(whom.voices, whom.seat)

        if whom.seat != self._seat:
            self._groups.pop(SEAT, None)
        self._threads.do(hear)
        self._voices, self._seat = whom.voices, whom.seat
        self._shell.emit(self.heartbeat())

    def _beat(self, peers: tuple[PeerHealth, ...]) -> Heartbeat:
        return Heartbeat(
            role="relay",
            name=NAME,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            peers=peers,
            voices=self._voices,
            seat=self._seat,
        )

    def _publish(self, packet: Coded) -> None:
        peer = packet.stream.removesuffix("-sound")
        self._groups[peer].add(packet, begins=packet.key and packet.stream == peer)
        self._shell.publish(packet)


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
