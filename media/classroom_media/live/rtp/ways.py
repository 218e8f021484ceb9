"""How long what a sender sends is on its way: the quickest of late, and what comes later.

The quickest way is looked for in some seconds, so that a slow moment does not move it. Where all
has come far later for a second and more, something stands still or has moved for good: then the
quickest of that second counts. A way that is quicker counts at once.
"""

from collections.abc import Callable
from typing import Final

QUICKEST_NS: Final = 5_000_000_000
LASTING_NS: Final = 1_000_000_000
LATE_NS: Final = 700_000_000  # so short: one that was late once does not make all late for long
SILENT_NS: Final = 2 * QUICKEST_NS  # a stream that was not heard for so long says nothing


class Ways:
    """The ways of one sender's streams, of which the slowest one counts.

    What is later than the quickest by `far_ns` is not waited for.
    """

    def __init__(self, far_ns: int) -> None:
        self._far_ns = far_ns
        self._streams: dict[int, _Way] = {}
        self._late: Recent | None = None

    def take(self, ssrc: int, way_ns: int, now_ns: int) -> None:
        """Take the way of something that arrived."""
        if ssrc not in self._streams:
            self._streams[ssrc] = _Way(way_ns, now_ns)
        self._streams[ssrc].take(way_ns, now_ns)
        heard = {one: way for one, way in self._streams.items() if way.heard(now_ns)}
        self._streams = heard
        late_ns = way_ns - self.quickest_ns
        if late_ns >= self._far_ns:
            return
        if self._late is None:
            self._late = Recent(max, LATE_NS, late_ns, now_ns)
        self._late.take(late_ns, now_ns)

    @property
    def quickest_ns(self) -> int:
        """Give the quickest way; only after something was taken."""
        return max(way.least_ns(self._far_ns) for way in self._streams.values())

    @property
    def late_ns(self) -> int:
        """Give what came later than that, at most, a moment ago: less than `far_ns`."""
        return self._late.found if self._late else 0


class Recent:
    """The least or the most of what came in the last one to two windows."""

    def __init__(
        self, pick: Callable[[int, int], int], window_ns: int, first: int, now_ns: int
    ) -> None:
        self._pick, self._window_ns = pick, window_ns
        self._before = self._present = first
        self._since_ns = now_ns

    def take(self, value: int, now_ns: int) -> None:
        """Take what came; windows pass only where something comes."""
        if now_ns - self._since_ns > self._window_ns:
            self._before, self._present, self._since_ns = self._present, value, now_ns
        self._present = self._pick(self._present, value)

    @property
    def found(self) -> int:
        """Give it."""
        return self._pick(self._before, self._present)


class _Way:
    """The quickest way of a stream."""

    def __init__(self, way_ns: int, now_ns: int) -> None:
        self._usual = Recent(min, QUICKEST_NS, way_ns, now_ns)
        self._present = Recent(min, LASTING_NS, way_ns, now_ns)
        self._heard_ns = now_ns

    def take(self, way_ns: int, now_ns: int) -> None:
        self._heard_ns = now_ns
        self._usual.take(way_ns, now_ns)
        self._present.take(way_ns, now_ns)

    def heard(self, now_ns: int) -> bool:
        return now_ns - self._heard_ns < SILENT_NS

    def least_ns(self, far_ns: int) -> int:
        usual_ns, present_ns = self._usual.found, self._present.found
        return present_ns if present_ns - usual_ns > far_ns else usual_ns
