"""When what has arrived is shown: late enough that repairs come in time, and no later.

A packet's place is its instant on the sender's timeline, plus the quickest way seen, plus a delay
between 80 and 300 ms: what packets come late by, and the round trips that repairs take at the loss
there is. Sound and picture share all of it, so they stay as far apart as they were taken.

What came late is forgotten within two seconds, and a way that has changed by more than 0.3 s is
taken up at once: to come nearer as an ear bears would take a minute, in which nobody could answer.

Where one repair alone takes longer than 300 ms the delay goes beyond: a picture that is half a
second old teaches more than one that stands still.

Source: RFC 3550, 6.4.1 (the reports that put streams on one timeline).
"""

from typing import Final

from classroom_media.live.rtp.ways import Ways

SHORTEST_NS: Final = 80_000_000
LONGEST_NS: Final = 300_000_000
UP: Final = 0.15  # of the time that passes: what a decoder of sound stretches unheard
DOWN: Final = 0.02
FAR_NS: Final = 100_000_000  # so much too late, one comes nearer sooner
SKIP_NS: Final = 300_000_000  # a way that differs by more is taken up at once
LOSSY: Final = 0.003
NOTICED_NS: Final = 50_000_000  # a loss shows by the packet after it: a picture later
OFTEN: Final = 0.03  # from this loss on repairs are lost often, too


class Playout:
    """Places what one sender sends on the local timeline."""

    def __init__(self, shortest_ns: int = SHORTEST_NS, longest_ns: int = LONGEST_NS) -> None:
        self._shortest_ns, self._longest_ns = shortest_ns, longest_ns
        self._ways = Ways(longest_ns)
        self._way_ns: int | None = None  # what stamps are shown later by, with the next one
        self._held_ns = shortest_ns
        self._adapted_ns = 0
        self.delay_ns = shortest_ns  # what is aimed at, behind the quickest way

    def arrive(self, ssrc: int, stamp_ns: int, now_ns: int) -> None:
        """Take the way of something that arrived without repair."""
        self._ways.take(ssrc, now_ns - stamp_ns, now_ns)
        quickest_ns = self._ways.quickest_ns
        if self._way_ns is None or abs(quickest_ns - self._way_ns) > SKIP_NS:
            self._way_ns = quickest_ns

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
        wanted_ns = max(self._shortest_ns, self._ways.late_ns, repair_ns)
        self.delay_ns = wanted_ns if self._longest_ns > self._shortest_ns else self._longest_ns
        passed_ns, self._adapted_ns = now_ns - self._adapted_ns, now_ns
        if self._way_ns is not None:
            self._way_ns = _nearer(self._way_ns, self._ways.quickest_ns, passed_ns)
            self._held_ns = _nearer(self._held_ns, self.delay_ns, passed_ns)

    def play_ns(self, stamp_ns: int) -> int:
        """Give when something is to be shown; the stamp itself before anything has arrived."""
        return stamp_ns if self._way_ns is None else stamp_ns + self._way_ns + self._held_ns


def _nearer(now_ns: int, wanted_ns: int, passed_ns: int) -> int:
    """Move so far as nobody hears in the time that passed."""
    error_ns = wanted_ns - now_ns
    down = DOWN if error_ns > -FAR_NS else UP
    return now_ns + max(-int(passed_ns * down), min(int(passed_ns * UP), error_ns))
