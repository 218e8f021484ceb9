"""Sends one room's pictures and sound to one peer, and hears what the peer says of them.

Sound goes at once, before everything, and so do reports; pictures leave at a pace (`pacer`).

Source: RFC 3550, 6.2 and 6.3 (when to report), 6.4.1 (round trip); RFC 4585, 6.2 and 6.3; RFC
4588 (retransmission); RFC 5104, 4.3.1.
"""

from itertools import chain
from typing import Final

from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.control import Control, read
from classroom_media.live.rtp.extended import Echo, ReceiverTime
from classroom_media.live.rtp.feedback import FullIntra, Link, Nack, PictureLost
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.pacer import Pacer
from classroom_media.live.rtp.packetised import Packetised, SoundPacketiser
from classroom_media.live.rtp.red import PLAIN
from classroom_media.live.rtp.remb import Carries
from classroom_media.live.rtp.reported import Reported
from classroom_media.live.rtp.reports import (
    Description,
    Goodbye,
    ReceiverReport,
    Reception,
    SenderReport,
)

REPORT_NS: Final = 1_000_000_000
EAGER_NS: Final = 100_000_000  # between the first reports: nothing is played without one
EAGER: Final = 5  # such reports


class Sender:
    """A peer's sound and picture. What its methods give is to be sent at once, in that order.

    `red_type` is the payload type of redundant sound; None = the peer does not understand it.
    """

    def __init__(
        self, name: str, *, sound: Outgoing, picture: Outgoing, red_type: int | None = None
    ) -> None:
        self.redundancy: tuple[int, ...] = PLAIN  # which packets of sound go along once more
        self.round_trip_ns: int | None = None
        self.jitter_ns = 0  # of the picture, as the peer tells
        self.report_at_ns = 0  # when `tick` has something to say
        self.pacer = Pacer(picture, sound)
        self._name = name
        self._sound, self._picture = sound, picture
        self._red_type = red_type
        self._link: Link | None = None
        both = (sound.numbers, picture.numbers)
        self._reported = {one.ssrc: Reported(one.ssrc, one.clock_hz) for one in both}
        self._tells = False  # it knows our own message
        self._carries_bps: int | None = None  # what a browser believes of its link
        self._key_wanted = False
        self._reports = 0
        self._peer_time: tuple[ReceiverTime, int] | None = None

    def sound(self, sound: SoundPacketiser, now_ns: int) -> list[bytes]:
        """Send the newest packet of sound."""
        plain = sound.form(PLAIN)
        redundant = self._red_type is not None and bool(self.redundancy)
        form = sound.form(self.redundancy) if redundant else plain
        self.pacer.count(form.size)
        return self._sound.send(
            form.payloads,
            form.timestamp,
            now_ns,
            payload_type=self._red_type if redundant else None,
            plain=plain.payloads,
        )

    def picture(self, picture: Packetised, now_ns: int) -> list[bytes]:
        """Send a picture, or as much of it as may leave now; `tick` gives the rest."""
        return self.pacer.send(picture, now_ns)

    def tick(self, now_ns: int) -> list[bytes]:
        """Give what was to wait until now: the rest of pictures, reports. Call it each 5 ms."""
        if now_ns < self.report_at_ns:
            return self.pacer.tick(now_ns)
        return [*self._report(now_ns), *self.pacer.tick(now_ns)]

    def control(self, data: bytes, now_ns: int) -> list[bytes]:
        """Take RTCP from the peer; give the sound that it lacks. Pictures follow with `tick`."""
        packets: list[bytes] = []
        for said in read(data):
            if isinstance(said, Nack):
                packets += self._repeat(said, now_ns)
            else:
                self._hear(said, now_ns)
        return packets

    def take_link(self) -> Link | None:
        """Give how the peer says that everything arrives, once."""
        link, self._link = self._link, None
        return link

    def take_key_wanted(self) -> bool:
        """Tell whether the peer wants a keyframe, once."""
        wanted, self._key_wanted = self._key_wanted, False
        return wanted

    def goodbye(self) -> bytes:
        """Tell the peer that the streams end."""
        return Goodbye((self._sound.numbers.ssrc, self._picture.numbers.ssrc)).encode()

    def _hear(self, said: Control, now_ns: int) -> None:
        match said:
            case PictureLost(media=media) | FullIntra(media=media):
                self._key_wanted |= media == self._picture.numbers.ssrc
            case Link():
                self._link, self._tells = said, True
            case Carries(bps=bps):
                self._carries_bps = bps
            case ReceiverTime():
                self._peer_time = (said, now_ns)
            case SenderReport() | ReceiverReport():
                for reception in said.receptions:
                    self._note(reception, now_ns)
            case _:
                pass  # who it is, and that it goes, is known by other means

    def _note(self, reception: Reception, now_ns: int) -> None:
        trip_ns = rtcp.round_trip_ns(now_ns, reception.last_report, reception.held)
        self.round_trip_ns = self.round_trip_ns if trip_ns is None else trip_ns
        if (reported := self._reported.get(reception.ssrc)) is None:
            return
        link = reported.hear(reception, sent=self.pacer.sent, trip_ns=trip_ns, now_ns=now_ns)
        self.jitter_ns = reported.jitter_ns
        if link and not self._tells:
            self._link = link.at_most(self._carries_bps)

    def _repeat(self, nack: Nack, now_ns: int) -> list[bytes]:
        if nack.media == self._sound.numbers.ssrc:
            again = (self.pacer.again(self._sound, each, now_ns) for each in nack.lost)
            return list(chain.from_iterable(again))
        if nack.media == self._picture.numbers.ssrc:
            self.pacer.ask(nack.lost)
        return []

    def _report(self, now_ns: int) -> list[bytes]:
        self._reports += 1
        self.report_at_ns = now_ns + (EAGER_NS if self._reports <= EAGER else REPORT_NS)
        ssrc = self._sound.numbers.ssrc
        said: list[bytes] = [
            self._sound.report(now_ns).encode(),
            self._picture.report(now_ns).encode(),
            Description(ssrc, self._name).encode(),
        ]
        if self._peer_time is not None:
            time, since_ns = self._peer_time
            kept = rtcp.held(since_ns, now_ns)
            said.append(Echo(ssrc, time.ssrc, rtcp.middle(time.instant), kept).encode())
        return [b"".join(said)]
