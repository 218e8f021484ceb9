"""Receives one room's pictures and sound from one sender, and tells it what lacks.

Source: RFC 3550, 6.4.2 (RR), 6.5 (SDES), 6.6 (BYE); RFC 3611, 4.4 and 4.5 (round trip without
sending); RFC 4585, 6.2.1, 6.3.1 and 6.4.
"""

from typing import Final

from classroom_media.live.rtp import header, rtcp
from classroom_media.live.rtp.control import Control, read
from classroom_media.live.rtp.estimate import EVERY_NS, Counts, Estimate
from classroom_media.live.rtp.extended import Echo, ReceiverTime
from classroom_media.live.rtp.feedback import Link, Nack, PictureLost
from classroom_media.live.rtp.incoming import Incoming
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.packetised import AROUND
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.reports import Description, Goodbye, ReceiverReport, SenderReport
from classroom_media.packets import Coded

ROUND_TRIP_NS: Final = 100_000_000  # until it is measured
SETTLE_NS: Final = 300_000_000  # a first keyframe may still be on its way
SEEKS_NS: Final = (
    1_000_000_000  # nothing has come for so long: the line is cut, and may be back soon
)
SOUGHT_NS: Final = 60 * SEEKS_NS  # then not so often any more: nothing may be sent on purpose
SEEKING_NS: Final = 40_000_000  # between reports then: the first that arrives brings pictures back
AGAIN_NS: Final = 250_000_000  # between two wishes for a keyframe, and never below 1.5 round trips


class Receiver:
    """What comes from one sender. `ssrc` is our own, `name` what we are called in reports."""

    def __init__(
        self,
        ssrc: int,
        name: str,
        *,
        sound: IncomingSound,
        picture: IncomingPicture,
        playout: Playout,
    ) -> None:
        self.round_trip_ns = ROUND_TRIP_NS
        self.link: Link | None = None  # as it was measured last
        self.ended = False  # the sender said goodbye
        self._ssrc, self._name = ssrc, name
        self._sound, self._picture, self._playout = sound, picture, playout
        both: tuple[Incoming, ...] = (sound, picture)
        self._streams = {stream.numbers.ssrc: stream for stream in both}
        repairable = (stream for stream in both if stream.numbers.again is not None)
        self._again = {stream.numbers.again_ssrc: stream for stream in repairable}
        self._estimate = Estimate()
        self._tell_ns = self._seek_ns = 0
        self._came_ns: int | None = None  # a packet, last
        self._wish_ns: int | None = None
        self._asked = False  # for a keyframe, by somebody who has come

    def packet(self, data: bytes, now_ns: int) -> list[Coded]:
        """Take an RTP packet; give what is whole by it. What is foreign is passed over."""
        packet = header.parse(data, self._picture.numbers.sent_id)
        if packet is None:
            return []
        self._came_ns = now_ns
        self._estimate.arrive(len(data) + AROUND, packet.sent, now_ns)
        if stream := self._streams.get(packet.ssrc):
            stream.take(packet, now_ns)
            return stream.ready(now_ns)
        if stream := self._again.get(packet.ssrc):
            stream.take_again(packet, now_ns)
            return stream.ready(now_ns)
        return []

    def control(self, data: bytes, now_ns: int) -> None:
        """Take RTCP from the sender."""
        for said in read(data):
            self._hear(said, now_ns)

    def tick(self, now_ns: int) -> tuple[list[Coded], list[bytes]]:
        """Give what is not waited for any more, and RTCP to send. Call it each 5 ms."""
        coded = self._sound.ready(now_ns) + self._picture.ready(now_ns)
        said = [*self._requests(now_ns), *self._wishes(now_ns)]
        if now_ns >= self._tell_ns:
            self._tell_ns = now_ns + EVERY_NS
            said.append(self._report(now_ns))
        elif self._seeks(now_ns):
            said.append(ReceiverReport(self._ssrc, []).encode())
        return coded, said

    def _seeks(self, now_ns: int) -> bool:
        """Tell whether to say that we are there: the sender may be within reach again."""
        if self._came_ns is None or now_ns < self._seek_ns:
            return False
        if not SEEKS_NS <= now_ns - self._came_ns < SOUGHT_NS:
            return False
        self._seek_ns = now_ns + SEEKING_NS
        return True

    def _hear(self, said: Control, now_ns: int) -> None:
        match said:
            case SenderReport():
                if stream := self._streams.get(said.ssrc):
                    stream.arrivals.hear(said, now_ns)
            case Echo(receiver=self._ssrc):
                trip_ns = rtcp.round_trip_ns(now_ns, said.echoed, said.held)
                self.round_trip_ns = self.round_trip_ns if trip_ns is None else trip_ns
            case Goodbye():
                self.ended |= self._sound.numbers.ssrc in said.ssrcs
            case _:
                pass

    def _requests(self, now_ns: int) -> list[bytes]:
        said = []
        for stream in self._again.values():
            lost = stream.order.repair.due(
                now_ns,
                round_trip_ns=self.round_trip_ns,
                wait_ns=self._playout.delay_ns + stream.patience_ns,
                lost=self.link.lost if self.link else 0.0,
            )
            if lost:
                numbers = [number & 0xFFFF for number in lost]
                said.append(Nack(self._ssrc, stream.numbers.ssrc, numbers).encode())
        return said

    def want_keyframe(self) -> None:
        """Ask the sender for a keyframe: somebody begins to watch."""
        self._asked = True

    def _wishes(self, now_ns: int) -> list[bytes]:
        lacking = self._picture.broken or self._picture.late or self._asked
        if not (lacking and self._picture.arrivals.begun):
            self._wish_ns = None
            return []
        if self._wish_ns is None:
            self._wish_ns = now_ns if self._picture.given else now_ns + SETTLE_NS
        if now_ns < self._wish_ns:
            return []
        self._wish_ns = now_ns + max(AGAIN_NS, self.round_trip_ns * 3 // 2)
        self._asked = False
        return [PictureLost(self._ssrc, self._picture.numbers.ssrc).encode()]

    def _report(self, now_ns: int) -> bytes:
        """Tell how everything arrives, and let the playout follow it."""
        sound, picture = self._sound, self._picture
        total = Counts(
            sound.arrivals.expected + picture.arrivals.expected,
            sound.arrivals.received + picture.arrivals.received,
            sound.given + sound.gone,
            sound.gone,
        )
        self.link = self._estimate.tell(
            total, now_ns, sender=self._ssrc, media=picture.numbers.ssrc
        )
        self._playout.adapt(
            now_ns,
            round_trip_ns=self.round_trip_ns,
            lost=self.link.lost if self.link else 0.0,
            redundancy_ns=sound.redundancy_ns,
        )
        receptions = [
            stream.arrivals.reception(now_ns)
            for stream in self._streams.values()
            if stream.arrivals.begun
        ]
        said = [
            ReceiverReport(self._ssrc, receptions).encode(),
            Description(self._ssrc, self._name).encode(),
            ReceiverTime(self._ssrc, rtcp.ntp(now_ns)).encode(),
        ]
        return b"".join([*said, self.link.encode()] if self.link else said)
