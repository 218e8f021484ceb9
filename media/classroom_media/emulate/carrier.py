"""Carries packets over a `Link` in real time: each arrives when the link says, or never."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from classroom_media.emulate.link import Link

_NS: Final = 1_000_000_000


class Carrier:
    """One direction of a cable, on the running event loop; arrivals are at most some ms late."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._under_way: deque[tuple[int, Callable[[], object]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def carry(self, size: int, arrive: Callable[[], object]) -> bool:
        """Call `arrive` when a packet of so many bytes arrives; tell whether it will."""
        now_ns = time.monotonic_ns()
        at_ns = self.link.carry(size, now_ns)
        if at_ns is None:
            return False
        if at_ns <= now_ns and not self._under_way:
            arrive()
            return True
        self._under_way.append((at_ns, arrive))
        if self._timer is None:
            self._wait(at_ns - now_ns)
        return True

    def close(self) -> None:
        """Lose what is under way."""
        self._under_way.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, wait_ns: int) -> None:
        self._timer = self._loop.call_later(max(wait_ns, 0) / _NS, self._arrived)

    def _arrived(self) -> None:
        self._timer = None
        now_ns = time.monotonic_ns()
        while self._under_way and self._under_way[0][0] <= now_ns:
            self._under_way.popleft()[1]()
        if self._under_way and self._timer is None:
            self._wait(self._under_way[0][0] - now_ns)
