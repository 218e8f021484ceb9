"""Coded pictures with lengths before their units, and the parameter sets that they need.

Source: ISO/IEC 14496-15, 5.3.3 (length-prefixed NAL units, `avcC`).
"""

from typing import Final

from classroom_media.api import MediaError
from classroom_media.edit.tables import Samples
from classroom_media.record.boxes import children
from classroom_media.sources.annexb import SPS, kind_of, units

ENTRY_BYTES: Final = 8 + 78  # of a visual sample entry, before its boxes


def prefixed(data: bytes) -> bytes:
    """Turn a coded picture of Annex B into length-prefixed units."""
    return b"".join(len(unit).to_bytes(4) + unit for unit in units(data))


def has_parameter_sets(sample: bytes) -> bool:
    """Tell whether a length-prefixed picture brings its parameter sets along."""
    at = 0
    while at + 4 < len(sample):
        if kind_of(sample[at + 4 : at + 5]) == SPS:
            return True
        at += 4 + int.from_bytes(sample[at : at + 4])
    return False


def parameter_sets(samples: Samples) -> bytes:
    """Give a stream's own parameter sets, from its description, length-prefixed.

    Raises:
        MediaError: the description is none of H.264 with lengths of 4 bytes.
    """
    avcc = dict(children(samples.entry[ENTRY_BYTES:])).get(b"avcC", b"")
    if len(avcc) < 7 or avcc[4] & 3 != 3:
        raise MediaError("only H.264 with lengths of 4 bytes is cut")
    found, at = b"", 5
    for mask in (0x1F, 0xFF):  # first how many SPS, then how many PPS
        count, at = avcc[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2])
            found += size.to_bytes(4) + avcc[at + 2 : at + 2 + size]
            at += 2 + size
    return found
