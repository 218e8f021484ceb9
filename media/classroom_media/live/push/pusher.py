"""Keeps a platform supplied: connects, sends, and begins anew when the line is lost."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from classroom_media.live.push.address import Address
from classroom_media.live.push.backlog import Backlog
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.lines import Line, open_line

FIRST_S: Final = 1.0  # until the next try; twice as long each time
LONGEST_S: Final = 30.0
WELL_S: Final = 20.0  # sent for so long, the next pause is a first one
TAKE_S: Final = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes; read from other threads."""

    state: str = "connecting"  # "on" | "waiting": for the next try
    code: str = ""  # why it is not on: of `PushError`
    said: str = ""
    on_since_s: float = 0.0  # monotonic
    sent: int = 0  # bytes, over this connection
    losses: int = 0  # connections that were lost


class Pusher:
    """Sends what is in a backlog until told to stop."""

    def __init__(
        self,
        address: Address,
        backlog: Backlog,
        *,
        open_: Callable[[Address], Line] = open_line,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.standing = Standing()
        self._address = address
        self._backlog = backlog
        self._open = open_
        self._clock = clock
        self._pause_s = FIRST_S
        self._over = threading.Event()

    def stop(self) -> None:
        """Let `run` end soon."""
        self._over.set()

    def run(self) -> None:
        """Send until told to stop."""
        while not self._over.is_set():
            try:
                self._one_connection()
            except PushError as error:
                self._lost(error)
                self._over.wait(self._pause_s)
                self._pause_s = min(2 * self._pause_s, LONGEST_S)

    def _one_connection(self) -> None:
        line = self._open(self._address)
        try:
            self._backlog.begin_anew()
            on_s = self._clock()
            self.standing = replace(self.standing, state="on", code="", said="", on_since_s=on_s)
            logger.info("%s takes our stream", self._address.shown)
            while not self._over.is_set():
                for kind, packet in self._backlog.take(TAKE_S):
                    line.send(kind, packet)
                self.standing = replace(self.standing, sent=line.sent)
                if self._clock() - on_s > WELL_S:
                    self._pause_s = FIRST_S
        finally:
            line.close()

    def _lost(self, error: PushError) -> None:
        before = self.standing
        if (before.code, before.said) != (error.code, error.said):
            logger.warning("%s: %s", self._address.shown, error)
        losses = before.losses + (before.state == "on")
        self.standing = Standing(state="waiting", code=error.code, said=error.said, losses=losses)
