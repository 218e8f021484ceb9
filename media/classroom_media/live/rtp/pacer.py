"""How fast pictures leave, so that sound never waits behind a keyframe in the link's queue.

What is sent again goes before new pictures, as far as its budget reaches. No picture waits for
long: the pace rises with what waits. While a probe runs, packets of late are sent once more until
its rate is reached, counting all that is sent: it tells whether the link carries more, and repairs
on the way.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import Final

from classroom_media.live.rtp.buckets import Rate, Share
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.packetised import AROUND, Packetised, size_of

PACE_BPS: Final = 1_000_000  # until it is set
BURST_S: Final = 0.04  # of the pace: an ordinary picture leaves in one go
DEBT_S: Final = 0.1  # what is made up for at most, by waiting or by a probe
WAIT_S: Final = 0.2  # no picture waits longer than about that
AGAIN_SHARE: Final = 0.3  # of what is sent may be sent again
AGAIN_DEPTH: Final = 48_000  # bytes
ASKED: Final = 512  # packets that are asked for again and wait; the oldest are forgotten
PROBED: Final = 64  # packets of late that a probe takes turns with


class Pacer:
    """Lets a peer's picture out at a pace, with what it asks for again before it.

    `sound` fills a probe where there is no picture.
    """

    def __init__(self, picture: Outgoing, sound: Outgoing) -> None:
        self._picture, self._sound = picture, sound
        self._rate = Rate(PACE_BPS, depth_s=BURST_S, debt_s=DEBT_S)
        self._probe = Rate(0, depth_s=BURST_S, debt_s=DEBT_S)
        self._budget = Share(AGAIN_SHARE, depth=AGAIN_DEPTH)
        self._asked: deque[int] = deque(maxlen=ASKED)
        self._bps = PACE_BPS
        self._waiting: deque[tuple[Packetised, int]] = deque()
        self._waiting_bytes = 0
        self.sent = 0  # bytes on the link, sound too, first and again
        self.refused = 0  # packets that the budget did not allow to be sent again

    def set(self, bps: int, probe_bps: int) -> None:
        """Set how fast pictures leave, and what a probe fills up to; 0 = no probe."""
        self._bps, self._probe.bps = bps, probe_bps

    @property
    def busy(self) -> bool:
        """Tell whether `tick` may have something to send."""
        return bool(self._waiting or self._asked or self._probe.bps)

    def drop(self) -> None:
        """Leave out the pictures that wait, and repairs: what comes next is a keyframe."""
        self._picture.forget()
        self._waiting.clear()
        self._asked.clear()
        self._waiting_bytes = 0

    def count(self, size: int) -> None:
        """Count bytes that are sent for the first time, sound at once or pictures at the pace."""
        self.sent += size
        self._probe.spend(size)
        self._budget.earn(size)

    def ask(self, lost: Iterable[int]) -> None:
        """Send these packets of the picture again, with the next `tick`."""
        self._asked += lost

    def again(self, stream: Outgoing, sequence: int, now_ns: int) -> list[bytes]:
        """Give a packet once more, whatever the pace; none if it is gone, or beyond the budget."""
        packet = stream.again(sequence, now_ns)
        if packet is None:
            return []
        size = len(packet) + AROUND
        if not self._budget.spend(size):
            self.refused += 1
            return []
        self.sent += size
        self._rate.spend(size)
        self._probe.spend(size)
        return [packet]

    def send(self, picture: Packetised, now_ns: int) -> list[bytes]:
        """Send a picture, or as much of it as may leave now."""
        self._refill(now_ns)
        if self._waiting or self._asked or not self._rate.holds(picture.size):
            self._waiting.append((picture, 0))
            self._waiting_bytes += picture.size
            return self.tick(now_ns)
        self._rate.spend(picture.size)
        self.count(picture.size)
        return self._picture.send(picture.payloads, picture.timestamp, now_ns, ends=True)

    def tick(self, now_ns: int) -> list[bytes]:
        """Give what may leave by now."""
        if not self.busy:
            return []
        self._refill(now_ns)
        packets: list[bytes] = []
        while self._asked and self._rate.holds(1):
            packets += self.again(self._picture, self._asked.popleft(), now_ns)
        while self._waiting and self._rate.holds(1):
            packets += self._part(now_ns)
        if self._probe.bps:
            packets += self._padding(now_ns)
        return packets

    def _refill(self, now_ns: int) -> None:
        self._rate.bps = max(self._bps, int(self._waiting_bytes * 8 / WAIT_S))
        self._rate.refill(now_ns)

    def _part(self, now_ns: int) -> list[bytes]:
        """Send the next packets of the picture that waits longest."""
        picture, begin = self._waiting[0]
        end = begin
        while end < len(picture.payloads) and self._rate.holds(1):
            size = size_of(picture.payloads[end])
            self._rate.spend(size)
            self.count(size)
            self._waiting_bytes -= size
            end += 1
        ends = end == len(picture.payloads)
        if ends:
            self._waiting.popleft()
        else:
            self._waiting[0] = (picture, end)
        return self._picture.send(picture.payloads[begin:end], picture.timestamp, now_ns, ends=ends)

    def _padding(self, now_ns: int) -> Iterator[bytes]:
        self._probe.refill(now_ns)
        if not self._probe.holds(1):
            return
        filler = self._picture if self._picture.lately(1) else self._sound
        numbers = cycle(filler.lately(PROBED))
        for number in islice(numbers, PROBED):
            packet = filler.again(number & 0xFFFF, now_ns) if self._probe.holds(1) else None
            if packet is None:
                return
            self._probe.spend(len(packet) + AROUND)
            yield packet
