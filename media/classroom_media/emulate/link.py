"""A link between two schools that is not there: delay, jitter, loss, bursts, a rate, a cut.

Pure: a packet and its time go in, the time of its arrival comes out, or that it is lost. The same
seed loses the same packets. What is set may be changed while it runs.

Source: E. N. Gilbert, Capacity of a burst-noise channel, Bell System Technical Journal 39 (1960).
"""

import random
from dataclasses import dataclass
from typing import Final

_NS: Final = 1_000_000_000


@dataclass(slots=True)
class Line:
    """One direction of a link. Packets keep their order."""

    delay_ns: int = 20_000_000
    jitter_ns: int = 0  # at most so much is added
    loss: float = 0.0  # share of the packets
    burst: float = 1.0  # packets that are lost in a row, on average; 1 = each by itself
    rate_bps: int | None = None
    queue_ns: int = 400_000_000  # what waits at most; the rest is lost
    cut: bool = False


class Link:
    """Carries packets over a `Line`."""

    def __init__(self, line: Line, seed: int) -> None:
        self.line = line
        self.offered = 0  # bytes
        self.carried = 0
        self._chance = random.Random(seed)  # noqa: S311 a simulation that can be repeated
        self._bad = False
        self._free_ns = 0
        self._last_ns = 0

    def carry(self, size: int, now_ns: int) -> int | None:
        """Give when a packet of so many bytes arrives; None if it does not."""
        line = self.line
        self.offered += size
        begin_ns = max(now_ns, self._free_ns)
        full = line.rate_bps is not None and begin_ns - now_ns > line.queue_ns
        if line.cut or full or self._loses():
            return None
        took_ns = size * 8 * _NS // line.rate_bps if line.rate_bps else 0
        self._free_ns = begin_ns + took_ns
        self.carried += size
        late_ns = int(self._chance.random() * line.jitter_ns)
        self._last_ns = max(self._last_ns, self._free_ns + line.delay_ns + late_ns)
        return self._last_ns

    def _loses(self) -> bool:
        """Follow Gilbert's two states; with bursts of one they are independent draws."""
        line = self.line
        if line.burst <= 1:
            return self._chance.random() < line.loss
        if self._bad:
            self._bad = self._chance.random() >= 1 / line.burst
        elif line.loss < 1:
            begins = line.loss / (1 - line.loss) / line.burst
            self._bad = self._chance.random() < begins
        return self._bad
