"""RTCP extended reports: so that one who sends nothing learns the round trip, too.

A receiver tells its time; a sender gives it back with how long it was kept.

Source: RFC 3611, 2 (header), 3 (blocks), 4.4 (receiver reference time), 4.5 (DLRR).
"""

from struct import Struct
from typing import Final, NamedTuple

from classroom_media.live.rtp import rtcp

_TIME: Final = 4
_ECHO: Final = 5
_BLOCK: Final = Struct("!BxH")
_NTP: Final = Struct("!Q")
_KEPT: Final = Struct("!III")


class ReceiverTime(NamedTuple):
    """A receiver's time, as NTP."""

    ssrc: int
    instant: int

    def encode(self) -> bytes:
        """Give the message's bytes."""
        body = rtcp.WORD.pack(self.ssrc) + _BLOCK.pack(_TIME, 2) + _NTP.pack(self.instant)
        return rtcp.encode(rtcp.EXTENDED_REPORT, 0, body)


class Echo(NamedTuple):
    """The time of `receiver`, given back: its middle bits, and how long it was kept (1/65536 s)."""

    ssrc: int
    receiver: int
    echoed: int
    held: int

    def encode(self) -> bytes:
        """Give the message's bytes."""
        body = rtcp.WORD.pack(self.ssrc) + _BLOCK.pack(_ECHO, 3)
        return rtcp.encode(
            rtcp.EXTENDED_REPORT, 0, body + _KEPT.pack(self.receiver, self.echoed, self.held)
        )


def extended(body: bytes) -> list[ReceiverTime | Echo]:
    """Read the blocks of an extended report that we know; the others are passed over."""
    found: list[ReceiverTime | Echo] = []
    if len(body) < 4:
        return found
    (ssrc,) = rtcp.WORD.unpack_from(body)
    at = 4
    while at + _BLOCK.size <= len(body):
        kind, words = _BLOCK.unpack_from(body, at)
        block = body[at + _BLOCK.size : at + _BLOCK.size + 4 * words]
        at += _BLOCK.size + 4 * words
        if kind == _TIME and len(block) == _NTP.size:
            found.append(ReceiverTime(ssrc, *_NTP.unpack(block)))
        elif kind == _ECHO:
            whole = block[: len(block) - len(block) % _KEPT.size]
            found += [Echo(ssrc, *kept) for kept in _KEPT.iter_unpack(whole)]
    return found
