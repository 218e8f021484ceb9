"""An RTP packet and its bytes.

    0                   1                   2                   3
    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
   |                           timestamp                           |
   |                             SSRC                              |
   |  profile of the extension     |  its length in words          |
   |  ID  | len-1 |            time of sending, 6.18 s             |
   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

Each of our packets tells when it was sent: a receiver sees queues grow by it, whatever pacing
did to the packets before. What arrives is read in any form, with CSRCs, padding and elements
that are not known; what is no RTP is nothing.

Source: RFC 3550, 5.1 and 5.3.1; RFC 8285, 4.2 and 4.3 (one-byte and two-byte elements);
http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time (24 bits, 6.18 fixed point).
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Final, NamedTuple

FIXED: Final = Struct("!BBHII")
STAMPED: Final = Struct("!BBHIIII")  # with the one element that we send
VERSION: Final = 2 << 6
PADDED: Final = 0x20
EXTENDED: Final = 0x10
MARKER: Final = 0x80
ONE_BYTE: Final = 0xBEDE
TWO_BYTE: Final = 0x100  # the upper twelve bits; the lower four are free
SENT_ID: Final = 3  # abs-send-time, as we offer it; whoever offers sets the number
STAMP_SIZE: Final = STAMPED.size

_FIRST: Final = VERSION | EXTENDED
_ONE_WORD: Final = ONE_BYTE << 16 | 1
_NS: Final = 1_000_000_000


class Packet(NamedTuple):
    """A packet as it arrived; `sent` is its time of sending in 6.18 s (24 bits), if it tells."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    sent: int | None = None


def send_time(now_ns: int) -> int:
    """Give an instant in 6.18 fixed point seconds, which wrap after 64 s."""
    return (now_ns << 18) // _NS & 0xFFFFFF


def stamped(
    payloads: Sequence[bytes],
    *,
    kind: int,
    last_kind: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    now_ns: int,
    sent_id: int = SENT_ID,
) -> list[bytes]:
    """Put headers before payloads that share a time stamp: numbered on, stamped as sent now.

    `kind` is the second byte (payload type, and `MARKER`), `last_kind` that of the last packet.
    """
    pack, sent = STAMPED.pack, (sent_id << 4 | 2) << 24 | send_time(now_ns)
    last = len(payloads) - 1
    return [
        pack(
            _FIRST,
            last_kind if place == last else kind,
            sequence + place & 0xFFFF,
            timestamp,
            ssrc,
            _ONE_WORD,
            sent,
        )
        + payload
        for place, payload in enumerate(payloads)
    ]


def parse(data: bytes, sent_id: int = SENT_ID) -> Packet | None:
    """Read a packet; None for anything that is none. Never raises."""
    if len(data) < FIXED.size or data[0] & 0xC0 != VERSION:
        return None
    first, kind, sequence, timestamp, ssrc = FIXED.unpack_from(data)
    begin, end, sent = FIXED.size + 4 * (first & 0x0F), len(data), None
    if first & EXTENDED:
        if len(data) < begin + 4:
            return None
        profile, size = data[begin] << 8 | data[begin + 1], data[begin + 2] << 8 | data[begin + 3]
        block, begin = data[begin + 4 : begin + 4 + 4 * size], begin + 4 + 4 * size
        sent = _sent(profile, block, sent_id)
    if first & PADDED:
        end -= data[-1]
    if begin > end or (first & PADDED and data[-1] == 0):
        return None
    return Packet(
        kind & 0x7F, bool(kind & MARKER), sequence, timestamp, ssrc, data[begin:end], sent
    )


def _sent(profile: int, block: bytes, sent_id: int) -> int | None:
    for element, value in elements(profile, block):
        if element == sent_id and len(value) == 3:
            return int.from_bytes(value)
    return None


def elements(profile: int, block: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the elements of a header extension of either form, up to a broken one."""
    short = profile == ONE_BYTE
    if not short and profile >> 4 != TWO_BYTE:
        return
    at = 0
    while at < len(block):
        if block[at] == 0:  # padding between elements
            at += 1
            continue
        if short:
            element, size, begin = block[at] >> 4, (block[at] & 0x0F) + 1, at + 1
        else:
            element, size, begin = block[at], block[at + 1] if at + 1 < len(block) else 0, at + 2
        if begin + size > len(block) or (short and element == 15):  # 15: stop
            return
        yield element, block[begin : begin + size]
        at = begin + size
