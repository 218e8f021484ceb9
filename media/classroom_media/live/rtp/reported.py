"""How a link is, as far as a peer tells that knows only the standard's reports: a browser.

Once a second it says what it lacks, and how long a report took there and back. That is too coarse
for a probe, and enough to see that a link is full.

Source: RFC 3550, 6.4.1 (report blocks) and 6.4.4 (what can be made of them).
"""

from collections import deque
from typing import Final, NamedTuple

from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.reports import Reception

MEMORY_NS: Final = 3_000_000_000
CALM_NS: Final = 30_000_000_000  # in which the quickest way there and back is looked for
LEAST_NS: Final = 100_000_000  # between two reports that are compared
_NS: Final = 1_000_000_000


class _Told(NamedTuple):
    at_ns: int
    sent: int  # bytes so far
    highest: int  # packet's number
    lost: int  # packets so far


class Reported:
    """Makes what our own peers tell by themselves out of reports on one stream."""

    def __init__(self, media: int, clock_hz: int) -> None:
        self.jitter_ns = 0  # as it was told last
        self._media, self._clock_hz = media, clock_hz
        self._told: deque[_Told] = deque()
        self._trips: deque[tuple[int, int]] = deque()

    def hear(
        self, reception: Reception, *, sent: int, trip_ns: int | None, now_ns: int
    ) -> Link | None:
        """Take a report; `sent` bytes have left so far. None until there are two to compare."""
        self.jitter_ns = reception.jitter * _NS // self._clock_hz
        before = self._told[-1] if self._told else None
        if before and now_ns - before.at_ns < LEAST_NS:
            return None
        now = _Told(now_ns, sent, reception.highest, reception.lost)
        self._told.append(now)
        while now_ns - self._told[0].at_ns > MEMORY_NS and len(self._told) > 2:
            self._told.popleft()
        if before is None:
            return None
        lost, lately = _lost(self._told[0], now), _lost(before, now)
        return Link(
            sender=0,
            media=self._media,
            rate_bps=int(_rate_bps(self._told[0], now) * (1 - lost)),
            lately_bps=int(_rate_bps(before, now) * (1 - lately)),
            queue_us=self._queue_us(trip_ns, now_ns),
            lost=lost,
            lately_lost=lately,
            sound_gone=0.0,
            coarse=True,
        )

    def _queue_us(self, trip_ns: int | None, now_ns: int) -> int:
        if trip_ns is None:
            return 0
        self._trips.append((now_ns, trip_ns))
        while now_ns - self._trips[0][0] > CALM_NS:
            self._trips.popleft()
        return (trip_ns - min(trip for _, trip in self._trips)) // 1000


def _lost(first: _Told, last: _Told) -> float:
    expected = last.highest - first.highest & 0xFFFFFFFF
    return max(0.0, min(1.0, (last.lost - first.lost) / expected)) if expected else 0.0


def _rate_bps(first: _Told, last: _Told) -> float:
    return (last.sent - first.sent) * 8 * _NS / (last.at_ns - first.at_ns)
