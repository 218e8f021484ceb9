"""Counts pictures, keyframes and bits by the time stamps of packets. Pure.

A picture is missing where the distance to the next is more than one and a half of the usual
one, and doubled where it is less than a third: cameras' clocks jitter by less than that. The
usual distance is the median.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from classroom_media.analyse.figures import Method, Miss, Pictures
from classroom_media.api import NS
from classroom_media.record.manifest import Gap

MISSING_OVER: Final = 1.5  # usual distances
DOUBLED_UNDER: Final = 0.33  # usual distances
EDGE_S: Final = 0.5  # a gap's ends are known to within this


class Tally:
    """Takes the packets of one stream, shown at `start_s` of the recording and later."""

    def __init__(self, start_s: float) -> None:
        self._start_s = start_s
        self._times = array("q")
        self._keys = array("q")
        self._bits: dict[int, int] = {}

    def add(self, pts_ns: int, size: int, *, key: bool) -> None:
        """Take a packet; one before 0 is hidden from viewers, and only its bits count."""
        second = max(pts_ns, 0) // NS
        self._bits[second] = self._bits.get(second, 0) + 8 * size
        if pts_ns >= 0:
            self._times.append(pts_ns)
            if key:
                self._keys.append(pts_ns)

    @property
    def kbps(self) -> dict[int, int]:
        """The kilobits of every second of the file."""
        return {second: bits // 1000 for second, bits in self._bits.items()}

    @property
    def first_s(self) -> float | None:
        """When the first packet that is shown stands in the recording."""
        return self._start_s + min(self._times) / NS if self._times else None

    @property
    def key_distance_s(self) -> float:
        """The usual distance of keyframes; 0 where there is no second one."""
        return _usual(self._keys) / NS

    def pictures(self, gaps: Sequence[Gap]) -> Pictures:
        """Give what the time stamps tell, `gaps` being what is known to be missing."""
        times = sorted(self._times)
        usual_ns = _usual(times)
        keys = [after - before for before, after in pairwise(self._keys)]
        return Pictures(
            count=len(times),
            fps=round(NS / usual_ns, 3) if usual_ns else 0.0,
            method=Method.TIMESTAMPS,
            misses=tuple(explained(self._misses(times, usual_ns), gaps)),
            keyframes=len(self._keys),
            keyframe_usual_s=round(self.key_distance_s, 3),
            keyframe_longest_s=round(max(keys, default=0) / NS, 3),
        )

    def _misses(self, times: Sequence[int], usual_ns: float) -> Iterable[Miss]:
        for number, (before, after) in enumerate(pairwise(times)):
            distance = (after - before) / usual_ns if usual_ns else 1.0
            at_s = round(self._start_s + before / NS, 3)
            if distance > MISSING_OVER:
                yield Miss(at_s=at_s, pictures=max(round(distance) - 1, 1))
            elif distance < DOUBLED_UNDER and number > 0:  # the first one may be cut off
                yield Miss(at_s=at_s, pictures=-1)


def explained(misses: Iterable[Miss], gaps: Sequence[Gap]) -> Iterable[Miss]:
    """Mark the misses that lie where a gap is known."""
    for miss in misses:
        known = any(gap.from_s - EDGE_S <= miss.at_s <= gap.to_s + EDGE_S for gap in gaps)
        yield Miss(at_s=miss.at_s, pictures=miss.pictures, in_gap=known)


def by_second(parts: Iterable[dict[int, int]]) -> tuple[int, ...]:
    """Add up what streams tell of their seconds."""
    total: dict[int, int] = {}
    for part in parts:
        for second, value in part.items():
            total[second] = total.get(second, 0) + value
    return tuple(total.get(second, 0) for second in range(max(total, default=-1) + 1))


def _usual(times: Sequence[int]) -> float:
    distances = [after - before for before, after in pairwise(times)]
    return float(median(distances)) if distances else 0.0
