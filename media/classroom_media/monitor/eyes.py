"""Looks at every source that has a picture, five times a second, and tells who wants to know.

A thread of its own, at a lower priority than the rest of the process: on a busy machine it
looks less often. Recording and programme never wait for it.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from classroom_media.compose.pictures import Picture
from classroom_media.direct.signs import LOOKS_A_SECOND
from classroom_media.monitor.supply import Glimpse, Supply
from classroom_media.packets import Coded, small_of

NICE: Final = 10  # added to the thread's niceness, where the system has that for threads
STOP_S: Final = 2.0

See = Callable[[Glimpse], None]


class Eyes:
    """Small pictures of all sources; `feed` and `hand` are for the thread of the programme.

    Every one of `see` is called with every small picture, in the thread of the eyes, in order
    of time within a source; then `after`, once all sources were looked at. A source that is not
    there is not seen.
    """

    def __init__(
        self,
        sources: Iterable[str],
        see: Iterable[See],
        *,
        after: Callable[[], None] = lambda: None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._supplies = {source: Supply(source) for source in sources}
        self._by_stream = self._supplies | {
            small_of(source): supply for source, supply in self._supplies.items()
        }
        self._see = tuple(see)
        self._after = after
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join(STOP_S)

    def colour(self, *, on: bool) -> None:
        """Let glimpses have a tile in colour, or not."""
        for supply in self._supplies.values():
            supply.coloured = on

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of any source; those of other streams are dropped."""
        if supply := self._by_stream.get(packet.stream):
            supply.feed(packet, now_ns)

    def hand(self, stream: str, picture: Picture) -> None:
        """Take a picture of a source's own or small stream that was decoded anyway."""
        self._by_stream[stream].hand(stream, picture)

    def look(self) -> None:
        """Look at every source once; the thread does so five times a second."""
        now_ns = self._clock()
        for supply in self._supplies.values():
            if glimpse := supply.look(now_ns):
                for see in self._see:
                    see(glimpse)
        self._after()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):  # not every system has it for threads
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while not self._over.wait(1 / LOOKS_A_SECOND):
            self.look()
