"""How fast a delivery goes, and how long it still takes. The clock is the caller's."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 20.0  # over which the rate is measured
SETTLED_S: Final = 3.0  # before this no time is foretold


@dataclass
class Progress:
    """The progress of one try. What is read back takes its time, too: it is in the foretelling."""

    begun_s: float
    _first: int | None = field(default=None, init=False)
    _seen: deque[tuple[float, int, int]] = field(default_factory=deque, init=False)

    def told(self, now_s: float, there: int, moved: int) -> None:
        """Note how much is there, and how much has moved in this try."""
        self._first = there if self._first is None else self._first
        self._seen.append((now_s, there, moved))
        while now_s - self._seen[0][0] > WINDOW_S and len(self._seen) > 2:
            self._seen.popleft()

    @property
    def rate_bps(self) -> int:
        """Bits a second on the line, both ways."""
        if len(self._seen) < 2:
            return 0
        (from_s, _, before), (to_s, _, after) = self._seen[0], self._seen[-1]
        return round((after - before) * 8 / (to_s - from_s)) if to_s > from_s else 0

    def left_s(self, total: int) -> int | None:
        """Seconds until all is there, if it goes on as until now; None = not known yet."""
        if self._first is None or not self._seen:
            return None
        now_s, there, _ = self._seen[-1]
        took_s, done = now_s - self.begun_s, there - self._first
        if took_s < SETTLED_S or done <= 0:
            return None
        return round(took_s * max(total - there, 0) / done)
