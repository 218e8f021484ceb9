"""What a receiver measures of the link: rate, queue and loss, every 200 ms.

The queue is how much longer the quickest packet of the last 200 ms took than the quickest of the
last half minute: jitter does not count, only what all packets wait. Clocks need not agree. What is
missing soon after nothing came at all was cut off, and says nothing of the link before or after:
of some streams it shows with their next packet, of sound when its turn to be heard is over.
"""

from collections import deque
from typing import Final, NamedTuple

from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.header import send_time
from classroom_media.live.rtp.sequence import Unwrapped

EVERY_NS: Final = 200_000_000
LATELY: Final = 3  # intervals: 0.6 s
LONG: Final = 15  # intervals: 3 s
BASE: Final = 150  # intervals: 30 s
_NS: Final = 1_000_000_000
_SENT_BITS: Final = 24  # of the time of sending in a header, 6.18 s
_US_PER_TICK: Final = 1_000_000 / (1 << 18)


class Counts(NamedTuple):
    """How many packets were sent and came first-hand, and what sound was due and never came."""

    expected: int
    received: int
    sound: int
    gone: int


class _Interval(NamedTuple):
    bytes: int
    took_ns: int
    counts: Counts


class Estimate:
    """Measures what comes from one sender."""

    def __init__(self) -> None:
        self._way = Unwrapped(_SENT_BITS)  # ways differ little, whatever time has passed
        self._bytes = 0
        self._least: int | None = None
        self._queue_us = 0
        self._leasts: deque[int] = deque(maxlen=BASE)
        self._past: deque[_Interval] = deque(maxlen=LONG)
        self._total = Counts(0, 0, 0, 0)
        self._since_ns: int | None = None

    def arrive(self, size: int, sent: int | None, now_ns: int) -> None:
        """Count a packet; `size` in bytes with all headers, `sent` as its header tells it."""
        if self._since_ns is None:
            self._since_ns = now_ns
        self._bytes += size
        if sent is not None:
            way = self._way.take(send_time(now_ns) - sent & (1 << _SENT_BITS) - 1)
            self._least = way if self._least is None else min(self._least, way)

    def tell(self, total: Counts, now_ns: int, *, sender: int, media: int) -> Link | None:
        """Give what was measured, `total` counted from the beginning; None: too early."""
        if self._since_ns is None or now_ns - self._since_ns < EVERY_NS // 2:
            return None
        counts = Counts(*(new - old for new, old in zip(total, self._total, strict=True)))
        if any(each.bytes == 0 for each in list(self._past)[-LATELY:]):
            counts = counts._replace(expected=counts.received, gone=0)
        interval = _Interval(self._bytes, max(1, now_ns - self._since_ns), counts)
        self._past.append(interval)
        self._total, self._bytes, self._since_ns = total, 0, now_ns
        self._measure_queue()
        long, lately = list(self._past), list(self._past)[-LATELY:]
        return Link(
            sender=sender,
            media=media,
            rate_bps=_rate_bps(lately),
            lately_bps=_rate_bps(lately[-1:]),
            queue_us=self._queue_us,
            lost=_lost(long),
            lately_lost=_lost(lately),
            sound_gone=_gone(long),
        )

    def _measure_queue(self) -> None:
        if self._least is None:
            self._queue_us = 0  # nothing comes, so nothing waits
            return
        self._leasts.append(self._least)
        self._queue_us = int((self._least - min(self._leasts)) * _US_PER_TICK)
        self._least = None


def _rate_bps(past: list[_Interval]) -> int:
    return sum(each.bytes for each in past) * 8 * _NS // sum(each.took_ns for each in past)


def _lost(past: list[_Interval]) -> float:
    expected = sum(each.counts.expected for each in past)
    received = sum(each.counts.received for each in past)
    return min(1.0, max(0.0, 1 - received / expected)) if expected > 0 else 0.0


def _gone(past: list[_Interval]) -> float:
    sound = sum(each.counts.sound for each in past)
    return min(1.0, max(0.0, sum(each.counts.gone for each in past) / sound)) if sound > 0 else 0.0
