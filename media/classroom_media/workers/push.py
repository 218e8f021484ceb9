"""A push's process: sends the programme to one platform of others, and begins anew when lost.

    python -m classroom_media.workers.push < PushSpec

One thread reads the programme's packets, one sends them; nothing is encoded. What the line is too
slow for is left out up to the next keyframe. A third one asks the director for keyframes that the
platform wishes.
"""

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from classroom_media.api import Kind, WorkerError
from classroom_media.live.push.address import AddressError, read
from classroom_media.live.push.backlog import Backlog
from classroom_media.live.push.lines import open_line
from classroom_media.live.push.pusher import Pusher
from classroom_media.messages import AnyCommand, Heartbeat, Keyframe, PushHealth
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import PushSpec
from classroom_media.workers.subscribe import PacketReader

DIRECTOR: Final = "programme"
READ_S: Final = 0.1
LEAVE_S: Final = 2.0

logger = logging.getLogger(__name__)


class Push:
    """One push at work; a `Worker` of the shell."""

    def __init__(self, spec: PushSpec, shell: Shell) -> None:
        """Begin to send.

        Raises:
            AddressError: the address cannot be used.
        """
        self._spec = spec
        self._shell = shell
        self._backlog = Backlog()
        self._over, self._wished = threading.Event(), threading.Event()
        open_ = partial(open_line, wish=self._wished.set)
        self._pusher = Pusher(read(spec.address), self._backlog, open_=open_)
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True)
            for work in (self._read, self._ask, self._pusher.run)
        ]
        for thread in self._threads:
            thread.start()

    def heartbeat(self) -> Heartbeat:
        """Tell how it goes."""
        standing = self._pusher.standing
        return Heartbeat(
            role="push",
            name=self._spec.name,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            push=PushHealth(
                state=standing.state,
                code=standing.code,
                said=standing.said,
                on_s=time.monotonic() - standing.on_since_s if standing.state == "on" else 0.0,
                sent_bytes=standing.sent,
                dropped=self._backlog.dropped,
                losses=standing.losses,
            ),
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey no command: what is to be sent, and where, it was told at its start."""
        return Answer(f"a push knows no {type(command).__name__.lower()}")

    def close(self) -> None:
        """Say goodbye to the platform."""
        self._over.set()
        self._pusher.stop()
        for thread in self._threads:
            thread.join(LEAVE_S)

    def _read(self) -> None:
        kinds = {self._spec.picture: Kind.PICTURE, self._spec.sound: Kind.SOUND}
        with PacketReader({DIRECTOR: self._spec.director}) as reader:
            while not self._over.is_set():
                for packet in reader.read(READ_S):
                    if kind := kinds.get(packet.stream):
                        self._backlog.put(kind, packet)

    def _ask(self) -> None:
        """Pass a platform's wishes for keyframes on."""
        while not self._over.is_set():
            if self._wished.wait(READ_S):
                self._wished.clear()
                asyncio.run(_asked(self._spec))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Work; a fault ends the process, which is started anew."""
        finished = False
        try:
            work()
            finished = True
        finally:
            if not finished:
                self._shell.stop(1)


async def _asked(spec: PushSpec) -> None:
    keyframe = Keyframe(stream=spec.picture, gently=True)
    async with WorkerClient(spec.director) as client:
        try:
            await client.ask(keyframe)
        except WorkerError as error:  # the next one comes by itself
            logger.info("no keyframe by a platform's wish: %s", error)


def main() -> int:
    """Read a specification, push; give the exit status."""
    spec = read_spec(PushSpec)
    shell = Shell(spec.endpoints, role="push", name=spec.name)
    try:
        push = Push(spec, shell)
    except AddressError as error:
        logger.error("the address cannot be used: %s", error)  # noqa: TRY400 - no fault of ours
        return 1
    return shell.run(push)


if __name__ == "__main__":
    sys.exit(main())
