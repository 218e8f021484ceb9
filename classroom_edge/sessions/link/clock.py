"""One time for hub and sites: the hub counts it, and each site knows how far its own clock is off.

Source: RFC 5905 (NTP), section 8 for offset and delay, section 10 for the clock filter.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SAMPLES: Final = 16  # of which the one with the shortest way counts


class HubClock:
    """Hub time in nanoseconds since 1970: set once, counted on by a clock that never steps."""

    def __init__(self, wall_ns: Callable[[], int], monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        self._ahead_ns = wall_ns() - monotonic_ns()

    def __call__(self) -> int:
        """Give hub time."""
        return self._monotonic_ns() + self._ahead_ns


@dataclass(frozen=True, slots=True)
class Sample:
    """What one question and its answer tell of another clock."""

    offset_ns: int  # to add to the own clock
    trip_ns: int  # both ways, without the time in which the other end thought


def sample(asked_ns: int, heard_ns: int, said_ns: int, answered_ns: int) -> Sample:
    """Compare two clocks: asked and answered by the own one, heard and said by the other."""
    offset_ns = (heard_ns - asked_ns + said_ns - answered_ns) // 2
    return Sample(offset_ns, max(0, (answered_ns - asked_ns) - (said_ns - heard_ns)))


class Offset:
    """How far another clock is ahead of the own one, by the least delayed of the last answers."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)

    def add(self, new: Sample) -> None:
        """Take one more."""
        self._samples.append(new)

    def forget(self) -> None:
        """Begin anew: the other clock is another one."""
        self._samples.clear()

    @property
    def best(self) -> Sample | None:
        """The sample that counts, or None. It is off by half of its trip at most."""
        return min(self._samples, key=lambda one: one.trip_ns, default=None)

    def latest_ns(self, own_ns: int) -> int | None:
        """Give the latest that the other clock may show now; None while nothing is known."""
        best = self.best
        return None if best is None else own_ns + best.offset_ns + best.trip_ns // 2
