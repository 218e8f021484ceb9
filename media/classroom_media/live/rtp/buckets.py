"""Two token buckets, in bytes: one is filled by time, the other by what is sent."""

from typing import Final

_BITS_NS: Final = 8 * 1_000_000_000


class Rate:
    """So many bits a second, `depth_s` of them at once; may be overdrawn, by `debt_s` at most."""

    def __init__(self, bps: int, *, depth_s: float, debt_s: float) -> None:
        self.bps = bps
        self._depth_s, self._debt_s = depth_s, debt_s
        self._at_ns: int | None = None
        self._bytes = 0.0

    def refill(self, now_ns: int) -> None:
        """Let time pass."""
        depth = self.bps * self._depth_s / 8
        passed_ns = 0 if self._at_ns is None else now_ns - self._at_ns
        filled = depth if self._at_ns is None else self._bytes + self.bps * passed_ns / _BITS_NS
        self._at_ns, self._bytes = now_ns, min(filled, depth)

    def holds(self, size: int) -> bool:
        """Tell whether so much may be sent now; 1 asks whether anything may."""
        return self._bytes >= size

    def spend(self, size: int) -> None:
        """Take out what was sent."""
        self._bytes = max(self._bytes - size, -self.bps * self._debt_s / 8)


class Share:
    """A share of what is sent may be sent again; a little is there from the start."""

    def __init__(self, share: float, *, depth: int) -> None:
        self._share, self._depth = share, depth
        self._bytes = float(depth)

    def earn(self, size: int) -> None:
        """Count what was sent."""
        self._bytes = min(self._bytes + size * self._share, self._depth)

    def spend(self, size: int) -> bool:
        """Take out what is to be sent again; False, and nothing taken, if there is too little."""
        if size > self._bytes:
            return False
        self._bytes -= size
        return True
