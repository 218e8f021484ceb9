"""H.264 in RTP payloads, packetisation mode 1: single units, small ones together, large ones cut.

Parameter sets travel in band, with the picture that needs them: small units in a row share a
packet (STAP-A), a unit beyond the limit goes in fragments (FU-A). Access unit delimiters are left
out; a marker ends the picture anyway.

Source: RFC 6184, 5.6 (single NAL unit), 5.7.1 (STAP-A), 5.8 (FU-A), 5.1 (marker).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from classroom_media.sources.annexb import DELIMITER, SLICE_IDR, SPS, START, kind_of, units

LIMIT: Final = 1200  # bytes of a payload: with all headers below what any path carries (1280)
STAP_A: Final = 24
FU_A: Final = 28
_SINGLE: Final = range(1, 24)
_BEGIN: Final = 0x80
_END: Final = 0x40


def packetise(access_unit: bytes, limit: int = LIMIT) -> tuple[bytes, ...]:
    """Give the payloads of a picture in Annex B, none longer than `limit` bytes."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    room = limit - 1
    for unit in units(access_unit):
        if kind_of(unit) == DELIMITER:
            continue
        if len(unit) + 2 > room and small:
            payloads.append(_together(small))
            small, room = [], limit - 1
        if len(unit) + 2 <= room:
            small.append(unit)
            room -= len(unit) + 2
        elif len(unit) <= limit:
            payloads.append(unit)
        else:
            payloads.extend(_fragments(unit, limit))
    if small:
        payloads.append(_together(small))
    return tuple(payloads)


def _together(small: Sequence[bytes]) -> bytes:
    if len(small) == 1:
        return small[0]
    importance = max(unit[0] & 0x60 for unit in small)
    parts = [len(unit).to_bytes(2) + unit for unit in small]
    return bytes((importance | STAP_A,)) + b"".join(parts)


def _fragments(unit: bytes, limit: int) -> Iterator[bytes]:
    """Cut a unit into pieces of like size: no tail of a few bytes."""
    indicator, kind = unit[0] & 0xE0 | FU_A, unit[0] & 0x1F
    count = -(-(len(unit) - 1) // (limit - 2))
    size = -(-(len(unit) - 1) // count)
    for place in range(count):
        ends = (_BEGIN if place == 0 else 0) | (_END if place == count - 1 else 0)
        begin = 1 + place * size
        yield bytes((indicator, kind | ends)) + unit[begin : begin + size]


def access_unit(payloads: Sequence[bytes]) -> bytes | None:
    """Put a picture together from all its payloads in order, in Annex B; None if it is broken.

    Never raises, whatever the payloads are.
    """
    found: list[bytes] = []
    open_unit: list[bytes] = []
    for payload in payloads:
        kind = payload[0] & 0x1F if payload else 0
        if bool(open_unit) != (kind == FU_A and not payload[1:2] >= bytes((_BEGIN,))):
            return None  # a fragment without its beginning, or a beginning without its end
        if kind == FU_A:
            _gather(payload, open_unit, found)
        elif kind == STAP_A:
            found.extend(_apart(payload))
        elif kind in _SINGLE:
            found.append(payload)
        else:
            return None
    if open_unit or not found:
        return None
    return b"".join(START + unit for unit in found)


def _gather(fragment: bytes, open_unit: list[bytes], found: list[bytes]) -> None:
    head = fragment[1] if len(fragment) > 1 else 0
    if head & _BEGIN:
        open_unit.append(bytes((fragment[0] & 0xE0 | head & 0x1F,)))
    open_unit.append(fragment[2:])
    if head & _END:
        found.append(b"".join(open_unit))
        open_unit.clear()


def _apart(payload: bytes) -> Iterator[bytes]:
    at = 1
    while at + 2 < len(payload):
        size = int.from_bytes(payload[at : at + 2])
        yield payload[at + 2 : at + 2 + size]
        at += 2 + size


def begins_key(payload: bytes) -> bool:
    """Tell whether a payload begins with a sequence parameter set, as that of a keyframe does."""
    first = payload[3:4] if payload[:1] and payload[0] & 0x1F == STAP_A else payload[:1]
    return first != b"" and kind_of(first) == SPS


def is_key(picture: bytes) -> bool:
    """Tell whether a picture in Annex B can be decoded without anything before it."""
    kinds = {kind_of(unit) for unit in units(picture)}
    return SPS in kinds and SLICE_IDR in kinds
