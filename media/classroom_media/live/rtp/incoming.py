"""A stream as it comes in: what pictures and sound have in common.

Source: RFC 3550, 5.1; RFC 4588, 4 (retransmission payload).
"""

from classroom_media.api import StreamFormat
from classroom_media.live.rtp.arrivals import Arrivals
from classroom_media.live.rtp.header import Packet
from classroom_media.live.rtp.order import Arrived, Order
from classroom_media.live.rtp.outgoing import Numbers
from classroom_media.live.rtp.playout import Playout
from classroom_media.packets import Coded


class Incoming:
    """What pictures and sound have in common: counting, order, time.

    What is late by `patience_ns` is of little use any more, by `endurance_ns` of none.
    """

    patience_ns = 0
    endurance_ns = 0

    def __init__(self, stream: str, numbers: Numbers, playout: Playout) -> None:
        self.stream = stream
        self.numbers = numbers
        self.arrivals = Arrivals(numbers.ssrc, numbers.clock_hz)
        self.order = Order()
        self.given = 0  # pictures, or packets of sound
        self._playout = playout

    def take(self, packet: Packet, now_ns: int) -> None:
        """Take a packet of the stream as it was sent first."""
        if self.arrivals.strange(packet.sequence):
            self.arrivals = Arrivals(self.numbers.ssrc, self.numbers.clock_hz)
            self.order.begin_anew()
        number = self.arrivals.number_of(packet.sequence)
        if self.order.past(number):
            self.arrivals.take(packet, now_ns)
            self._learn(packet.timestamp, now_ns)
        elif not self.order.has(number):
            self.arrivals.take(packet, now_ns)
            self._put(number, Arrived(packet, now_ns, first_hand=True))

    def take_again(self, packet: Packet, now_ns: int) -> None:
        """Take a packet that was sent again: its number stands before its payload."""
        if not self.arrivals.begun or len(packet.payload) < 2:
            return
        number = self.arrivals.number_of(int.from_bytes(packet.payload[:2]))
        if not self.order.has(number):
            original = packet._replace(
                payload_type=self.numbers.payload_type, payload=packet.payload[2:]
            )
            self._put(number, Arrived(original, now_ns, first_hand=False))

    def _learn(self, timestamp: int, came_ns: int) -> None:
        """Let the playout know how long something took that was not repaired."""
        stamp_ns = self.arrivals.stamp_ns(timestamp)
        if stamp_ns is not None:
            self._playout.arrive(self.arrivals.ssrc, stamp_ns, came_ns)

    def _put(self, number: int, arrived: Arrived) -> None:
        self.order.put(number, arrived)

    def _stamp_ns(self, arrived: Arrived) -> int | None:
        return self.arrivals.stamp_ns(arrived.packet.timestamp)

    def _behind_late(self, now_ns: int, late_ns: int) -> int | None:
        """Give the number of what waits for a packet that is so late, if any is."""
        behind = self.order.behind_gap()
        if behind is None:
            return None
        number, arrived = behind
        stamp_ns = self._stamp_ns(arrived)
        if stamp_ns is None or now_ns < self._playout.play_ns(stamp_ns) + late_ns:
            return None
        return number

    def _coded(self, arrived: list[Arrived], stamp_ns: int, data: bytes, *, key: bool) -> Coded:
        if all(each.first_hand for each in arrived):
            self._learn(arrived[0].packet.timestamp, max(each.at_ns for each in arrived))
        play_ns = self._playout.play_ns(stamp_ns)
        return Coded(
            stream=self.stream,
            pts_ns=play_ns,
            dts_ns=play_ns,
            duration_ns=self._duration_ns(data),
            key=key,
            data=data,
            format=self._format(data) if key else None,
        )

    def ready(self, now_ns: int) -> list[Coded]:
        """Give what is whole, in order, and give up what is not waited for any more."""
        found = self._whole()
        while (number := self._behind_late(now_ns, self.endurance_ns)) is not None:
            self._lack(self.order.give_up(number))
            found += self._whole()
        self.given += len(found)
        return found

    def _whole(self) -> list[Coded]:
        """Give what is whole, in order."""
        raise NotImplementedError

    def _lack(self, packets: int) -> None:
        """Note that packets will not come."""
        raise NotImplementedError

    def _duration_ns(self, _data: bytes) -> int:
        return 0  # not told

    def _format(self, data: bytes) -> StreamFormat:
        """Tell how a keyframe or a packet of sound is coded."""
        raise NotImplementedError
