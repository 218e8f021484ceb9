"""Tells from H.264 pictures' numbers whether one that others lean on is missing. No decoding.

Every picture says how many before it, since the keyframe, others lean on (`frame_num`). A camera
that was too busy to film leaves no gap in that; one whose pictures got lost on their way does,
and what comes then, up to the next keyframe, is built on pictures that nobody has.

Source: ITU-T H.264 (08/2021), 7.3.3 (slice header), 7.4.3 (frame_num).
"""

from typing import Final

from classroom_media.sources import sps
from classroom_media.sources.annexb import SLICE, SLICE_IDR, SPS, kind_of, units

HEAD: Final = 16  # bytes: more than the numbers before and in frame_num take


def follows(before: bytes, after: bytes, sets: bytes) -> bool:
    """Tell whether nothing is missing between two pictures, as far as can be known.

    `sets` are the parameter sets that hold for both.
    """
    told = next((sps.read(unit) for unit in units(sets) if kind_of(unit) == SPS), None)
    if told is None:
        return True
    first, second = _number(before, told.number_bits), _number(after, told.number_bits)
    if first is None or second is None:
        return True
    return (second - first) % (1 << told.number_bits) <= 1


def _number(data: bytes, number_bits: int) -> int | None:
    for unit in units(data):
        if kind_of(unit) == SLICE_IDR:
            return 0
        if kind_of(unit) == SLICE:
            return _in_header(unit[1:HEAD], number_bits)
    return None


def _in_header(header: bytes, number_bits: int) -> int | None:
    bits = sps.Bits.of(header)
    try:
        for _ in ("first_mb_in_slice", "slice_type", "pic_parameter_set_id"):
            bits.number()
        return bits.take(number_bits)
    except ValueError:
        return None
