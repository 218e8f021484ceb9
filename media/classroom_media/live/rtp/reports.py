"""RTCP reports: what was sent, what arrived, who it is, and goodbye.

Source: RFC 3550, 6.4.1 (SR), 6.4.2 (RR), 6.5 (SDES), 6.6 (BYE).
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from classroom_media.live.rtp import rtcp

_SENT: Final = Struct("!IQIII")
_BLOCK: Final = Struct("!IIIIII")
_BLOCKS_MAX: Final = 31
_CNAME: Final = 1
_LOST_MAX: Final = 0x7FFFFF


class Reception(NamedTuple):
    """How one stream arrives (a report block); intervals in 1/65536 s, jitter in its clock."""

    ssrc: int
    fraction: int  # of 256, since the last report
    lost: int  # in all; negative where packets came twice
    highest: int  # sequence number, unwrapped to 32 bits
    jitter: int
    last_report: int  # the middle bits of the last SR's instant; 0 = none came yet
    held: int  # since then

    def encode(self) -> bytes:
        """Give the block's bytes."""
        lost = max(-_LOST_MAX, min(_LOST_MAX, self.lost)) & 0xFFFFFF
        return _BLOCK.pack(
            self.ssrc,
            self.fraction << 24 | lost,
            self.highest & 0xFFFFFFFF,
            self.jitter & 0xFFFFFFFF,
            self.last_report,
            self.held,
        )


class SenderReport(NamedTuple):
    """What was sent so far; `instant` (NTP) and `timestamp` (RTP) are the same moment."""

    ssrc: int
    instant: int
    timestamp: int
    packets: int
    octets: int
    receptions: Sequence[Reception] = ()

    def encode(self) -> bytes:
        """Give the message's bytes."""
        sent = _SENT.pack(
            self.ssrc,
            self.instant,
            self.timestamp,
            self.packets & 0xFFFFFFFF,
            self.octets & 0xFFFFFFFF,
        )
        blocks = b"".join(each.encode() for each in self.receptions)
        return rtcp.encode(rtcp.SENDER_REPORT, len(self.receptions), sent + blocks)


class ReceiverReport(NamedTuple):
    """What arrived, from one who sends nothing."""

    ssrc: int
    receptions: Sequence[Reception] = ()

    def encode(self) -> bytes:
        """Give the message's bytes."""
        blocks = b"".join(each.encode() for each in self.receptions)
        return rtcp.encode(
            rtcp.RECEIVER_REPORT, len(self.receptions), rtcp.WORD.pack(self.ssrc) + blocks
        )


class Description(NamedTuple):
    """The lasting name of a participant, whose streams belong together by it."""

    ssrc: int
    name: str

    def encode(self) -> bytes:
        """Give the message's bytes; a name is cut at 255 bytes."""
        text = self.name.encode()[:255]
        chunk = rtcp.WORD.pack(self.ssrc) + bytes((_CNAME, len(text))) + text
        return rtcp.encode(rtcp.DESCRIPTION, 1, chunk + bytes(4 - len(chunk) % 4))


class Goodbye(NamedTuple):
    """These streams have ended."""

    ssrcs: Sequence[int]

    def encode(self) -> bytes:
        """Give the message's bytes."""
        body = b"".join(rtcp.WORD.pack(ssrc) for ssrc in self.ssrcs[:_BLOCKS_MAX])
        return rtcp.encode(rtcp.GOODBYE, len(body) // 4, body)


def sender_report(count: int, body: bytes) -> SenderReport | None:
    """Read an SR; None if it is broken."""
    if len(body) < _SENT.size:
        return None
    ssrc, instant, timestamp, packets, octets = _SENT.unpack_from(body)
    receptions = _receptions(count, body[_SENT.size :])
    return SenderReport(ssrc, instant, timestamp, packets, octets, receptions)


def receiver_report(count: int, body: bytes) -> ReceiverReport | None:
    """Read an RR; None if it is broken."""
    if len(body) < 4:
        return None
    (ssrc,) = rtcp.WORD.unpack_from(body)
    return ReceiverReport(ssrc, _receptions(count, body[4:]))


def description(_count: int, body: bytes) -> Description | None:
    """Read the first name of an SDES; None if it begins with none."""
    if len(body) < 6 or body[4] != _CNAME:
        return None
    (ssrc,) = rtcp.WORD.unpack_from(body)
    return Description(ssrc, body[6 : 6 + body[5]].decode(errors="replace"))


def goodbye(count: int, body: bytes) -> Goodbye:
    """Read a BYE."""
    whole = body[: 4 * min(count, len(body) // 4)]
    return Goodbye(tuple(ssrc for (ssrc,) in rtcp.WORD.iter_unpack(whole)))


def _receptions(count: int, body: bytes) -> tuple[Reception, ...]:
    whole = body[: _BLOCK.size * min(count, len(body) // _BLOCK.size)]
    return tuple(
        Reception(ssrc, word >> 24, _signed(word & 0xFFFFFF), *rest)
        for ssrc, word, *rest in _BLOCK.iter_unpack(whole)
    )


def _signed(lost: int) -> int:
    return lost - (1 << 24) if lost > _LOST_MAX else lost
