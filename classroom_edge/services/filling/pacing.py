"""How much of a line may be used for what was missed, and for how long to wait between pieces.

Nobody has to know how fast the line is. A piece that is on its way for longer than a small one
kept the line busy for the difference; then the line is left to others for so long that the share
is kept. If others need it now, each piece takes longer, and so the pieces come more slowly.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import time
from typing import Final

PROBE_BYTES: Final = 64  # a piece that keeps no line busy
PROBE_EVERY_S: Final = 20.0
PROBES: Final = 8  # of which the quickest tells how long the way is
PIECE_LEAST: Final = 512  # bytes
BUSY_S: Final = 0.04  # for which one piece keeps the line busy; live media wait no longer
CYCLE_S: Final = 1 / 25  # a hub listens to a site no more often than that
LEAST_SHARE: Final = 0.01
WAIT_MAX_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of the line may be used, by the time of day and by what goes on."""

    day: float
    lesson: float  # while the room is in a session
    night: float
    night_from: time
    night_to: time

    def at(self, now: time, *, in_lesson: bool) -> float:
        """Give the share for now."""
        if in_lesson:
            return self.lesson
        return self.night if self._is_night(now) else self.day

    def _is_night(self, now: time) -> bool:
        if self.night_from <= self.night_to:
            return self.night_from <= now < self.night_to
        return now >= self.night_from or now < self.night_to


@dataclass
class Pace:
    """How large the next piece is, and how long to wait after one. The clock is the caller's."""

    most: int  # bytes of a piece
    _size: float = PIECE_LEAST
    _probes: deque[float] = field(default_factory=lambda: deque(maxlen=PROBES))
    _probed_s: float = -PROBE_EVERY_S

    def size(self, now_s: float) -> int:
        """Give the size of the next piece."""
        if now_s - self._probed_s >= PROBE_EVERY_S:
            return PROBE_BYTES
        return min(round(self._size), self.most)

    def took(self, asked: int, now_s: float, trip_s: float, share: float) -> float:
        """Note that a piece has come, so long after it was asked for; give the seconds to wait."""
        if asked == PROBE_BYTES:
            self._probed_s = now_s
            self._probes.append(trip_s)
            return CYCLE_S
        way_s = min(self._probes, default=0.0)
        busy_s = max(trip_s - way_s, BUSY_S / 100)
        self._size = min(max(self._size * min(BUSY_S / busy_s, 2.0), PIECE_LEAST), self.most)
        idle_s = busy_s * (1 / max(share, LEAST_SHARE) - 1) - way_s
        return min(max(idle_s, CYCLE_S - trip_s, 0.0), WAIT_MAX_S)


@dataclass
class Readers:
    """Who is being served now: they divide the share of the line among them."""

    within_s: float = 30.0
    _seen_s: dict[str, float] = field(default_factory=dict)

    def seen(self, who: str, now_s: float) -> int:
        """Note that somebody has asked; give how many there are."""
        self._seen_s[who] = now_s
        self._seen_s = {
            one: at_s for one, at_s in self._seen_s.items() if now_s - at_s < self.within_s
        }
        return len(self._seen_s)
