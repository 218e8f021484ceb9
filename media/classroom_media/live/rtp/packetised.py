"""Pictures and sound packetised once, whoever they are sent to.

A time stamp here counts the stream's clock from the zero of the room's timeline; every peer adds
an offset of its own, and lets it wrap.

Source: RFC 3550, 5.1 (timestamp); RFC 6184, 5.1 (90 kHz); RFC 7587, 4.1 (48 kHz).
"""

from dataclasses import dataclass
from typing import Final

from classroom_media.live.rtp import h264, opus, red
from classroom_media.live.rtp.header import STAMP_SIZE
from classroom_media.packets import Coded

PICTURE_HZ: Final = 90_000
AROUND: Final = 38  # bytes around a packet of ours: IPv4 and UDP 28, the tag of SRTP 10
_NS: Final = 1_000_000_000


def ticks(instant_ns: int, clock_hz: int) -> int:
    """Give an instant of the timeline in a stream's clock, rounded."""
    return (instant_ns * clock_hz + _NS // 2) // _NS


def size_of(payload: bytes) -> int:
    """Give the bytes that a payload takes on the link, with all that is around it."""
    return len(payload) + STAMP_SIZE + AROUND


@dataclass(frozen=True, slots=True)
class Packetised:
    """The payloads of one picture or block of sound, shared by all who send them."""

    timestamp: int
    key: bool
    payloads: tuple[bytes, ...]
    size: int  # bytes on the link, with all headers


def picture(packet: Coded) -> Packetised:
    """Packetise a picture in H.264."""
    return _packetised(packet.pts_ns, PICTURE_HZ, h264.packetise(packet.data), key=packet.key)


class SoundPacketiser:
    """Packetises Opus, plain and with copies of earlier packets: each form once, if it is wanted.

    `payload_type` is the plain sound's, as it is told within redundant packets.
    """

    def __init__(self, payload_type: int) -> None:
        self._redundancy = red.Redundancy(payload_type)
        self._newest: dict[tuple[int, ...], Packetised] = {}
        self._pts_ns = 0
        self._data = b""

    def take(self, packet: Coded) -> None:
        """Take the newest packet."""
        self._pts_ns, self._data = packet.pts_ns, packet.data
        self._redundancy.add(ticks(packet.pts_ns, opus.CLOCK_HZ), packet.data)
        self._newest = {}

    def form(self, distances: tuple[int, ...]) -> Packetised:
        """Give the newest packet with copies of those so many packets ago; plain for none."""
        if distances not in self._newest:
            payload = self._redundancy.payload(distances) if distances else self._data
            self._newest[distances] = _packetised(self._pts_ns, opus.CLOCK_HZ, (payload,), key=True)
        return self._newest[distances]


def _packetised(
    pts_ns: int, clock_hz: int, payloads: tuple[bytes, ...], *, key: bool
) -> Packetised:
    size = sum(map(size_of, payloads))
    return Packetised(ticks(pts_ns, clock_hz), key, payloads, size)
