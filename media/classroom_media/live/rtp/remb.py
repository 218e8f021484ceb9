"""What a browser believes that its link carries: the receiver's estimated maximum bit rate.

   REMB | count of streams (8) | exponent (6) | mantissa (18) | the streams' SSRCs

Source: draft-alvestrand-rmcat-remb-03, 2.2 and 2.3; RFC 4585, 6.4 (application layer feedback).
"""

from struct import Struct
from typing import Final, NamedTuple

from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.feedback import APPLICATION

_NAME: Final = b"REMB"
_HEAD: Final = Struct("!II4sI")
_MANTISSA: Final = 18  # bits


class Carries(NamedTuple):
    """So many bits a second of all that comes to `sender` get through, as far as it can tell."""

    sender: int
    bps: int
    streams: tuple[int, ...]

    def encode(self) -> bytes:
        """Give the message's bytes; of the rate its highest 18 bits."""
        exponent = max(0, self.bps.bit_length() - _MANTISSA)
        told = len(self.streams) << 24 | exponent << _MANTISSA | self.bps >> exponent
        body = _HEAD.pack(self.sender, 0, _NAME, told)
        body += b"".join(rtcp.WORD.pack(each) for each in self.streams)
        return rtcp.encode(rtcp.PAYLOAD_FEEDBACK, APPLICATION, body)


def carries(body: bytes) -> Carries | None:
    """Read the message; None if it is another's, or broken."""
    if len(body) < _HEAD.size:
        return None
    sender, _, name, told = _HEAD.unpack_from(body)
    if name != _NAME or len(body) != _HEAD.size + 4 * (told >> 24):
        return None
    streams = tuple(word for (word,) in rtcp.WORD.iter_unpack(body[_HEAD.size :]))
    mantissa, exponent = told & (1 << _MANTISSA) - 1, told >> _MANTISSA & 0x3F
    return Carries(sender, mantissa << exponent, streams)
