"""The packets of a stream as they arrive: counted, and placed on the sender's timeline.

Source: RFC 3550, 6.4.1 and appendices A.3 (loss) and A.8 (jitter).
"""

from typing import Final

from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.header import Packet
from classroom_media.live.rtp.reports import Reception, SenderReport
from classroom_media.live.rtp.sequence import SEQUENCE_BITS, TIMESTAMP_BITS, Unwrapped

DROPOUT: Final = 3000  # a number that is further ahead or behind begins the stream anew
_NS: Final = 1_000_000_000


class Arrivals:
    """Counts what arrives of one stream first-hand: not what was sent again."""

    def __init__(self, ssrc: int, clock_hz: int) -> None:
        self.ssrc = ssrc
        self.clock_hz = clock_hz
        self.received = 0
        self._numbers = Unwrapped(SEQUENCE_BITS)
        self._timestamps = Unwrapped(TIMESTAMP_BITS)
        self._first = 0
        self._jitter = 0.0
        self._transit: int | None = None
        self._report: tuple[SenderReport, int, int] | None = None
        self._told = (0, 0)  # expected and received, when it was reported last

    @property
    def begun(self) -> bool:
        """Tell whether anything has arrived."""
        return self._numbers.highest is not None

    @property
    def placed(self) -> bool:
        """Tell whether the sender has said how its time stamps lie on its timeline."""
        return self._report is not None

    @property
    def expected(self) -> int:
        """Give how many packets were sent so far, by their numbers."""
        highest = self._numbers.highest
        return 0 if highest is None else highest - self._first + 1

    def number_of(self, sequence: int) -> int:
        """Give a sequence number as one that does not wrap, without counting it."""
        return self._numbers.near(sequence)

    def strange(self, sequence: int) -> bool:
        """Tell whether a number is so far off that the sender must have begun anew."""
        highest = self._numbers.highest
        return highest is not None and abs(self._numbers.near(sequence) - highest) > DROPOUT

    def take(self, packet: Packet, now_ns: int) -> None:
        """Count a packet that was not there yet."""
        if not self.begun:
            self._first = packet.sequence
        self.received += 1
        timestamp = self._timestamps.take(packet.timestamp)
        transit = now_ns * self.clock_hz // _NS - timestamp
        if self._transit is not None:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit
        self._numbers.take(packet.sequence)

    def hear(self, report: SenderReport, now_ns: int) -> None:
        """Take the sender's report on this stream."""
        self._report = (report, self._timestamps.near(report.timestamp), now_ns)

    def stamp_ns(self, timestamp: int) -> int | None:
        """Give a time stamp's instant on the sender's timeline; None before the first report."""
        if self._report is None:
            return None
        report, base, _ = self._report
        passed = self._timestamps.near(timestamp) - base
        return rtcp.from_ntp(report.instant) + passed * _NS // self.clock_hz

    def reception(self, now_ns: int) -> Reception:
        """Tell how the stream arrives, since the last time and in all."""
        expected, received = self.expected - self._told[0], self.received - self._told[1]
        self._told = (self.expected, self.received)
        lost = max(0, expected - received)
        report, _, heard_ns = self._report or (None, 0, 0)
        return Reception(
            ssrc=self.ssrc,
            fraction=min(255, 256 * lost // expected) if expected > 0 else 0,
            lost=self.expected - self.received,
            highest=self._numbers.highest or 0,
            jitter=int(self._jitter),
            last_report=rtcp.middle(report.instant) if report else 0,
            held=rtcp.held(heard_ns, now_ns) if report else 0,
        )
