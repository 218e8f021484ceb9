"""H.264 in Annex B: finding parameter sets in an access unit. No I/O, no decoding.

Source: ITU-T H.264, Annex B (byte stream) and table 7-1 (types of NAL units).
"""

from collections.abc import Iterator
from typing import Final

START: Final = b"\0\0\0\1"
SLICE: Final = 1
SLICE_IDR: Final = 5  # and below: pictures
SPS: Final = 7
PPS: Final = 8
DELIMITER: Final = 9


def units(data: bytes) -> Iterator[bytes]:
    """Give the NAL units of an access unit, without their start codes."""
    for part in data.split(START[1:])[1:]:
        if unit := part.rstrip(b"\0"):
            yield unit


def kind_of(unit: bytes) -> int:
    """Give a NAL unit's type."""
    return unit[0] & 0x1F


def parameter_sets(data: bytes) -> bytes:
    """Give the sequence and picture parameter sets found in `data`, in Annex B; may be empty."""
    return b"".join(START + unit for unit in units(data) if kind_of(unit) in {SPS, PPS})


def with_parameter_sets(data: bytes, sets: bytes) -> bytes:
    """Put `sets` in front of an access unit, but after its delimiter if it begins with one."""
    first = next(units(data), b"")
    if first and kind_of(first) == DELIMITER:
        end = data.index(first) + len(first)
        return data[:end] + sets + data[end:]
    return sets + data
