"""RTCP: a datagram holds several messages, each with its type, a count and a body.

Instants in RTCP are NTP's: 64 bits, 32.32 fixed point seconds. Ours count CLOCK_MONOTONIC, which
is allowed for who does not want to tell the time of day; only differences are ever used.

Source: RFC 3550, 4 (time stamps), 6.1 (compound packets) and 6.4.1 (header); RFC 5761, 4 (how to
tell RTCP from RTP on one port).
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
DESCRIPTION: Final = 202
GOODBYE: Final = 203
TRANSPORT_FEEDBACK: Final = 205
PAYLOAD_FEEDBACK: Final = 206
EXTENDED_REPORT: Final = 207

WORD: Final = Struct("!I")
_HEAD: Final = Struct("!BBH")
_KINDS: Final = range(192, 224)
_VERSION: Final = 2
_NS: Final = 1_000_000_000
_MIDDLE: Final = 0xFFFFFFFF  # the 32 bits in the middle: 16.16 s


class Message(NamedTuple):
    """One message: its type, the five bits of its header, and what follows the header."""

    kind: int
    detail: int  # a count, or the format of feedback
    body: bytes


def is_rtcp(data: bytes) -> bool:
    """Tell RTCP from RTP where both come in at one port."""
    return len(data) >= _HEAD.size and data[1] in _KINDS


def encode(kind: int, detail: int, body: bytes) -> bytes:
    """Give a message's bytes; `body` is a whole number of 32-bit words."""
    return _HEAD.pack(_VERSION << 6 | detail, kind, len(body) // 4) + body


def split(data: bytes) -> Iterator[Message]:
    """Give the messages of a datagram, up to the first broken one. Never raises."""
    at = 0
    while at + _HEAD.size <= len(data):
        first, kind, words = _HEAD.unpack_from(data, at)
        begin, end = at + _HEAD.size, at + _HEAD.size + 4 * words
        if first >> 6 != _VERSION or end > len(data):
            return
        body = data[begin:end]
        if first & 0x20 and body:
            body = body[: max(0, len(body) - body[-1])]
        yield Message(kind, first & 0x1F, body)
        at = end


def ntp(now_ns: int) -> int:
    """Give an instant as 32.32 s."""
    return ((now_ns << 32) + _NS // 2) // _NS & 0xFFFFFFFFFFFFFFFF


def from_ntp(instant: int) -> int:
    """Give the nanoseconds of an instant in 32.32 s."""
    return (instant * _NS + (1 << 31)) >> 32


def middle(instant: int) -> int:
    """Give the 32 bits of an instant that reports echo."""
    return instant >> 16 & _MIDDLE


def round_trip_ns(now_ns: int, echoed: int, held: int) -> int | None:
    """Give the round trip that an echo tells; None if nothing was echoed, or it is nonsense.

    `echoed` is the `middle` of an instant that we sent, `held` how long the other side kept it,
    in 1/65536 s. What is negative by the clocks' own graininess is nothing.
    """
    if echoed == 0:
        return None
    trip = (middle(ntp(now_ns)) - echoed - held) & _MIDDLE
    if trip > _MIDDLE - (1 << 8):
        return 0
    return trip * _NS >> 16 if trip < 1 << 24 else None


def held(since_ns: int, now_ns: int) -> int:
    """Give a stretch of time in 1/65536 s, as reports tell how long they kept an instant."""
    return min(_MIDDLE, max(0, now_ns - since_ns << 16) // _NS)
