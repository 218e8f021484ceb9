"""How much one may do: a bucket that fills at a rate, and is emptied by what is done."""

from dataclasses import dataclass, field

from classroom_edge.sessions.state import NS


@dataclass
class Bucket:
    """Lets `burst` pass at once and `rate_hz` in the long run. The clock is the caller's."""

    rate_hz: float
    burst: float
    _level: float = field(init=False)
    _at_ns: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._level = self.burst

    def take(self, now_ns: int) -> bool:
        """Tell whether one more may pass now."""
        passed_s = max(0, now_ns - self._at_ns) / NS
        self._at_ns = now_ns
        self._level = min(self.burst, self._level + passed_s * self.rate_hz)
        if self._level < 1:
            return False
        self._level -= 1
        return True
