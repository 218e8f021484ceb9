"""When what has arrived is shown: late enough that repairs come in time, and no later.

A packet's place is its instant on the sender's timeline, plus the quickest way seen, plus a delay
between 80 and 300 ms: what packets come late by, and the round trips that repairs take at the loss
there is. Sound and picture share all of it, so they stay as far apart as they were taken.

Where one repair alone takes longer than 300 ms the delay goes beyond: a picture that is half a
second old teaches more than one that stands still.

Source: RFC 3550, 6.4.1 (the reports that put streams on one timeline).
"""

from typing import Final

SHORTEST_NS: Final = 80_000_000
LONGEST_NS: Final = 300_000_000
UP: Final = 0.15  # of the time that passes: what a decoder of sound stretches unheard
DOWN: Final = 0.02
FAR_NS: Final = 100_000_000  # so much too late, one comes nearer sooner: something stood still
JUMP_NS: Final = 2_000_000_000  # a stamp that is further off is of another timeline
WINDOW_NS: Final = 5_000_000_000  # in which the quickest way is looked for
CALMING: Final = 0.9995  # of the lateness that is remembered: half of it after 20 s
LOSSY: Final = 0.003
NOTICED_NS: Final = 50_000_000  # a loss shows by the packet after it: a picture later
OFTEN: Final = 0.03  # from this loss on repairs are lost often, too


class Playout:
    """Places what one sender sends on the local timeline."""

    def __init__(self, shortest_ns: int = SHORTEST_NS, longest_ns: int = LONGEST_NS) -> None:
        self._shortest_ns, self._longest_ns = shortest_ns, longest_ns
        self._ways: dict[int, _Way] = {}
        self._late_ns = 0.0
        self._shift_ns: int | None = None
        self._adapted_ns = 0
        self.delay_ns = shortest_ns  # what is aimed at, behind the quickest way

    def arrive(self, ssrc: int, stamp_ns: int, now_ns: int) -> None:
        """Take the way of something that arrived without repair."""
        way_ns = now_ns - stamp_ns
        way = self._ways.get(ssrc)
        if way is None or abs(way_ns - way.least_ns) > JUMP_NS:
            self._ways[ssrc] = way = _Way(way_ns, now_ns)
            self._shift_ns = None
        way.take(way_ns, now_ns)
        self._late_ns = max(self._late_ns * CALMING, way_ns - self._quickest_ns)
        if self._shift_ns is None:
            self._shift_ns = self._quickest_ns + self.delay_ns

    def adapt(
        self, now_ns: int, *, round_trip_ns: int, lost: float, redundancy_ns: int = 0
    ) -> None:
        """Aim at a delay, and come nearer to it; `redundancy_ns` is how late copies come."""
        repair_ns = 0
        if lost > LOSSY:
            trips = 2 if lost > OFTEN else 1
            once_ns = round_trip_ns + NOTICED_NS
            most_ns = max(self._longest_ns, once_ns + round_trip_ns // 4)
            repair_ns = min(max(trips * round_trip_ns + NOTICED_NS, redundancy_ns), most_ns)
        late_ns = min(int(self._late_ns), self._longest_ns)
        wanted_ns = max(self._shortest_ns, late_ns, repair_ns)
        self.delay_ns = wanted_ns if self._longest_ns > self._shortest_ns else self._longest_ns
        self._slew(now_ns)

    def play_ns(self, stamp_ns: int) -> int:
        """Give when something is to be shown; the stamp itself before anything has arrived."""
        return stamp_ns + (self._shift_ns or 0)

    @property
    def _quickest_ns(self) -> int:
        """Give the way of the slower one of sound and picture."""
        return max(way.least_ns for way in self._ways.values())

    def _slew(self, now_ns: int) -> None:
        passed_ns, self._adapted_ns = now_ns - self._adapted_ns, now_ns
        if self._shift_ns is None:
            return
        error_ns = self._quickest_ns + self.delay_ns - self._shift_ns
        down = DOWN if error_ns > -FAR_NS else UP
        self._shift_ns += max(-int(passed_ns * down), min(int(passed_ns * UP), error_ns))


class _Way:
    """The quickest way of a stream in the last two windows."""

    def __init__(self, way_ns: int, now_ns: int) -> None:
        self._before_ns = self._present_ns = way_ns
        self._since_ns = now_ns

    @property
    def least_ns(self) -> int:
        return min(self._before_ns, self._present_ns)

    def take(self, way_ns: int, now_ns: int) -> None:
        if now_ns - self._since_ns > WINDOW_NS:
            self._before_ns, self._present_ns, self._since_ns = self._present_ns, way_ns, now_ns
        self._present_ns = min(self._present_ns, way_ns)
