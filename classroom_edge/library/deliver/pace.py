"""Keeps to a bandwidth limit by waiting. The clock and the waiting are the caller's."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

BURST_S: Final = 0.25  # of idleness that may be made up for


@dataclass
class Pace:
    """At most `kbps` kbit/s over time; 0 = as fast as it goes."""

    kbps: int
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free_s: float = field(default=0.0, init=False)  # when everything so far is paid for

    def passed(self, count: int) -> None:
        """Wait until `count` more bytes are within the limit."""
        if not self.kbps:
            return
        now_s = self.clock()
        self._free_s = max(self._free_s, now_s - BURST_S) + count * 8 / (self.kbps * 1000)
        if self._free_s > now_s:
            self.sleep(self._free_s - now_s)
