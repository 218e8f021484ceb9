"""A site at the other end of a link that is not there: it notes what it would have shown."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import ClassVar, Final

from classroom_media.emulate.link import Link
from classroom_media.live.rtp import numbering, rtcp
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.opus import CLOCK_HZ
from classroom_media.live.rtp.outgoing import Numbers
from classroom_media.live.rtp.packetised import PICTURE_HZ
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.receiver import Receiver
from classroom_media.packets import Coded

ELSEWHERE_NS: Final = 7_777_000_000_000  # the site's clock, before the hub's
FRAME_NS: Final = 40_000_000
FROZEN_NS: Final = 200_000_000  # a picture that stands longer than that is frozen
ON_TIME_NS: Final = 20_000_000  # what a decoder of sound keeps in hand
_NS: Final = 1_000_000_000


def numbers(place: int) -> tuple[Numbers, Numbers]:
    """Give the numbers of a site's sound and picture; the counters wrap soon."""
    sound = Numbers(
        ssrc=place << 8 | 1,
        payload_type=numbering.SOUND,
        clock_hz=CLOCK_HZ,
        again=numbering.SOUND_AGAIN,
        again_ssrc=place << 8 | 2,
        sequence=65_000,
        timestamp=0xFFFFF000,
    )
    picture = Numbers(
        ssrc=place << 8 | 3,
        payload_type=numbering.PICTURE,
        clock_hz=PICTURE_HZ,
        again=numbering.PICTURE_AGAIN,
        again_ssrc=place << 8 | 4,
        sequence=65_300,
        timestamp=0xFFFFF000,
    )
    return sound, picture


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or packet of sound: when it was taken, and shown; both by the hub's clock."""

    taken_ns: int
    at_ns: int


class Site:
    """One who receives, and what became of the lesson there."""

    RED_TYPE: ClassVar = numbering.REDUNDANT

    def __init__(self, place: int, *, down: Link, up: Link, playout: Playout) -> None:
        sound, picture = numbers(place)
        self.down, self.up = down, up
        self.playout = playout
        self.picture = IncomingPicture("picture", picture, playout)
        self.sound = IncomingSound("sound", sound, playout, red_type=self.RED_TYPE)
        self.receiver = Receiver(
            place << 8, f"site {place}", sound=self.sound, picture=self.picture, playout=playout
        )
        self.pictures: list[Shown] = []
        self.sounds: list[Shown] = []
        self.sent: list[int] = []  # when packets of sound were sent
        self.rungs: list[tuple[int, str]] = []  # since when it stood where

    def arrive(self, packet: bytes, now_ns: int) -> None:
        """Take a packet from the link."""
        if rtcp.is_rtcp(packet):
            self.receiver.control(packet, now_ns + ELSEWHERE_NS)
        else:
            self._show(self.receiver.packet(packet, now_ns + ELSEWHERE_NS), now_ns)

    def tick(self, now_ns: int) -> list[bytes]:
        """Let time pass; give what is said to the hub."""
        coded, packets = self.receiver.tick(now_ns + ELSEWHERE_NS)
        self._show(coded, now_ns)
        return packets

    def sound_sent(self, now_ns: int) -> None:
        """Note that the hub sent a packet of sound."""
        self.sent.append(now_ns)

    def note_rung(self, now_ns: int, name: str) -> None:
        """Note where the site stands."""
        if not self.rungs or self.rungs[-1][1] != name:
            self.rungs.append((now_ns, name))

    def _show(self, coded: list[Coded], now_ns: int) -> None:
        for each in coded:
            at_ns = max(each.pts_ns - ELSEWHERE_NS, now_ns)
            if each.stream == "sound":
                taken_ns = int(each.data[1:17], 16)
                if at_ns - (each.pts_ns - ELSEWHERE_NS) <= ON_TIME_NS:
                    self.sounds.append(Shown(taken_ns, at_ns))
            else:
                self.pictures.append(Shown(int(each.data[-16:], 16), at_ns))

    def frozen_s(self, from_ns: int, until_ns: int) -> float:
        """Give how long the picture stood still in a stretch of time, beyond its own duration."""
        return sum(gap - FRAME_NS for gap in self.freezes(from_ns, until_ns)) / _NS

    def freezes(self, from_ns: int, until_ns: int) -> list[int]:
        """Give the gaps between pictures that somebody notices, in ns."""
        shown = [each.at_ns for each in self.pictures if from_ns <= each.at_ns <= until_ns]
        marks = [from_ns, *sorted(shown), until_ns]
        return [after - before for before, after in pairwise(marks) if after - before > FROZEN_NS]

    def sound_share(self, from_ns: int, until_ns: int) -> float:
        """Give the share of the sound sent in a stretch of time that was heard."""
        sent = {at_ns for at_ns in self.sent if from_ns <= at_ns <= until_ns}
        heard = {each.taken_ns for each in self.sounds}
        return len(sent & heard) / len(sent) if sent else 0.0

    def delay_ms(self, from_ns: int) -> float:
        """Give how old pictures were when they were shown, at the median, in ms."""
        ages = [each.at_ns - each.taken_ns for each in self.pictures if each.taken_ns >= from_ns]
        return median(ages) / 1e6 if ages else 0.0
