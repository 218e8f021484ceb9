"""Opus as it comes in: packet by packet, with what was missing taken from later ones.

Sound does not wait beyond its time; what lacks then is gone, and is for a decoder to conceal.

Source: RFC 2198, 4 (redundant packets); RFC 7587, 4.2.
"""

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.live.rtp import opus, red
from classroom_media.live.rtp.header import Packet
from classroom_media.live.rtp.incoming import Incoming
from classroom_media.live.rtp.order import Arrived
from classroom_media.live.rtp.outgoing import Numbers
from classroom_media.live.rtp.playout import Playout
from classroom_media.packets import Coded


class IncomingSound(Incoming):
    """Opus as it comes in, with copies of earlier packets where `red_type` is agreed."""

    def __init__(
        self, stream: str, numbers: Numbers, playout: Playout, *, red_type: int | None = None
    ) -> None:
        super().__init__(stream, numbers, playout)
        self._red_type = red_type
        self.redundancy_ns = 0  # how long after a packet its last copy comes
        self.gone = 0  # packets

    def take(self, packet: Packet, now_ns: int) -> None:
        """Take a packet, and from it the copies of those that are missing."""
        if packet.payload_type != self._red_type:
            self._expect_copies(0)
            super().take(packet, now_ns)
        elif blocks := red.blocks(packet.payload):
            *copies, newest = blocks
            super().take(packet._replace(payload=newest.payload), now_ns)
            farthest = max((copy.earlier for copy in copies), default=0)
            self._expect_copies(farthest * NS // opus.CLOCK_HZ)
            if each := opus.duration(newest.payload):
                for copy in copies:
                    before = (copy.earlier + each // 2) // each  # stamps may sway a little
                    self._recover(packet, copy, before, now_ns)

    def _expect_copies(self, after_ns: int) -> None:
        self.redundancy_ns = self.order.repair.copied_ns = after_ns

    def _recover(self, packet: Packet, copy: red.Block, before: int, now_ns: int) -> None:
        number = self.arrivals.number_of(packet.sequence) - before
        if not self.order.has(number):
            timestamp = packet.timestamp - copy.earlier & 0xFFFFFFFF
            earlier = packet._replace(timestamp=timestamp, payload=copy.payload)
            self._put(number, Arrived(earlier, now_ns, first_hand=False))

    def _lack(self, packets: int) -> None:
        self.gone += packets

    def _whole(self) -> list[Coded]:
        if not self.arrivals.placed:
            return []
        sounds = [self._sound(arrived) for arrived in self.order.take_run()]
        return [sound for sound in sounds if sound]

    def _sound(self, arrived: Arrived) -> Coded | None:
        stamp_ns, data = self._stamp_ns(arrived), arrived.packet.payload
        if stamp_ns is None or not opus.duration(data):
            return None
        return self._coded([arrived], stamp_ns, data, key=True)

    def _duration_ns(self, data: bytes) -> int:
        return opus.duration(data) * NS // opus.CLOCK_HZ

    def _format(self, data: bytes) -> StreamFormat:
        return StreamFormat(
            kind=Kind.SOUND,
            codec="opus",
            sample_rate_hz=opus.CLOCK_HZ,
            channels=2 if data[0] & opus.STEREO else 1,
        )
