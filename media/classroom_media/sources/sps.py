"""Reads an H.264 sequence parameter set, and gives it the label of the programme. No I/O.

A label is what a set says of the looks and the order of pictures beside their coding: square
pixels, BT.709 in limited range, shown in the order of decoding. Where it changes within a file
a player builds its window anew and drops what it has decoded ahead (VLC: up to a second), so
all sets of a programme say the same in the same words. The pictures' own bits stay as they are.

Source: ITU-T H.264 (08/2021), 7.3.1 (emulation prevention), 7.3.2.1.1 (sequence parameter
set), 9.1 (Exp-Golomb codes), E.1.1 and E.2.1 (video usability information).
"""

import re
from dataclasses import dataclass
from typing import Final

BASELINE: Final = 66  # the profile without B pictures
HIGH: Final = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
SQUARE: Final = frozenset({0, 1})  # aspect_ratio_idc: not told, and 1:1
OTHER_SHAPE: Final = 255  # aspect_ratio_idc: width and height follow
BT709: Final = 1  # as primaries, transfer and matrix alike
UNTOLD: Final = 2  # of these, likewise
OFFSETS_MAX: Final = 255  # num_ref_frames_in_pic_order_cnt_cycle

_SHAPE: Final = "0"  # not told, as libx264 does where pixels are square
_COLOURS: Final = f"110101{BT709:08b}{BT709:08b}{BT709:08b}"  # any format, limited range
_SILENT: Final = "00000"  # no chroma location, timing, NAL HRD, VCL HRD, picture structure
_USUAL: Final = (2, 1, 16, 16)  # of a restriction: what holds where there is none


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What a set says of the pictures after it."""

    profile: int
    width: int  # pixels that are shown
    height: int  # pixels that are shown
    chroma_format: int  # 1 = 4:2:0
    bit_depth: int  # of luma or chroma, the deeper one
    progressive: bool
    references: int  # pictures that a decoder keeps
    square: bool  # its pixels
    full_range: bool
    colours: int  # matrix_coefficients
    reorder: int | None  # pictures that are shown after one that is decoded later; None = untold
    number_bits: int = 4  # of frame_num, which stands in every picture


def read(unit: bytes) -> SequenceParameters | None:
    """Read a set, a NAL unit without its start code; None where it cannot be read."""
    try:
        return _parse(unit).parameters
    except ValueError:
        return None


def labelled(unit: bytes) -> bytes:
    """Give a set the programme's label in place of its own.

    Raises:
        ValueError: it cannot be read.
    """
    parsed = _parse(unit)
    order = parsed.restriction or _in_order(parsed.parameters.references)
    bits = f"{parsed.coding}1{_SHAPE}{parsed.overscan}{_COLOURS}{parsed.timing}{order}1"
    payload = int(bits.ljust(-len(bits) // 8 * -8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return unit[:1] + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", payload)


def _in_order(references: int) -> str:
    """Spell a restriction: pictures are shown as they are decoded."""
    return "11" + "".join(map(_exp_golomb, (*_USUAL, 0, references)))


def _exp_golomb(number: int) -> str:
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


@dataclass(slots=True)
class Bits:
    """The bits of a set, as text, and how far it was read.

    Raises:
        ValueError: they end too early.
    """

    text: str
    at: int = 0

    @classmethod
    def of(cls, unit: bytes) -> "Bits":
        """Take a unit's bytes, without its header, as bits."""
        payload = unit.replace(b"\0\0\3", b"\0\0")
        return cls(f"{int.from_bytes(payload, 'big'):0{8 * len(payload)}b}")

    def take(self, count: int) -> int:
        """Read a number of so many bits."""
        taken = self.text[self.at : self.at + count]
        if len(taken) < count:
            raise ValueError("the set ends too early")
        self.at += count
        return int(taken, 2)

    def flag(self) -> bool:
        """Read one bit."""
        return self.take(1) == 1

    def number(self) -> int:
        """Read an Exp-Golomb code; a signed one counts twice as far."""
        zeros = self.text.find("1", self.at) - self.at
        if not 0 <= zeros <= 32:
            raise ValueError("no Exp-Golomb code")
        self.at += zeros
        return self.take(zeros + 1) - 1

    def signed(self) -> int:
        """Read a signed Exp-Golomb code."""
        number = self.number()
        return (number + 1) // 2 if number % 2 else -number // 2


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A set, and the pieces of it that stay when it is labelled, as bits."""

    parameters: SequenceParameters
    coding: str  # up to the usability information
    overscan: str = "0"
    timing: str = _SILENT
    restriction: str = ""


def _parse(unit: bytes) -> _Parsed:
    bits = Bits.of(unit[1:])
    bits.text = bits.text[: bits.text.rfind("1")]  # the last one only marks the end
    profile = bits.take(24) >> 16
    bits.number()
    chroma_format, depth = _format(bits) if profile in HIGH else (1, 8)
    number_bits = bits.number() + 4
    _skip_order(bits)
    references = bits.number()
    bits.take(1)
    width, height, progressive = _size(bits, chroma_format)
    coding, reorder = bits.text[: bits.at], 0 if profile == BASELINE else None
    told = _usability(bits) if bits.flag() else _Usability()
    return _Parsed(
        SequenceParameters(
            profile=profile,
            width=width,
            height=height,
            chroma_format=chroma_format,
            bit_depth=depth,
            progressive=progressive,
            references=references,
            square=told.square,
            full_range=told.full_range,
            colours=told.colours,
            reorder=reorder if told.reorder is None else told.reorder,
            number_bits=number_bits,
        ),
        coding,
        told.overscan,
        told.timing,
        told.restriction,
    )


def _format(bits: Bits) -> tuple[int, int]:
    """Read what only the high profiles tell: chroma format and bit depth."""
    chroma_format = bits.number()
    if chroma_format == 3:
        bits.take(1)
    depth = 8 + max(bits.number(), bits.number())
    bits.take(1)
    if bits.flag():
        for index in range(12 if chroma_format == 3 else 8):
            if bits.flag():
                _skip_scaling(bits, 16 if index < 6 else 64)
    return chroma_format, depth


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    kind = bits.number()
    if kind == 0:
        bits.number()
    elif kind == 1:
        bits.take(1)
        bits.number()
        bits.number()
        for _ in range(min(bits.number(), OFFSETS_MAX)):
            bits.number()


def _size(bits: Bits, chroma_format: int) -> tuple[int, int, bool]:
    width, units = 16 * (bits.number() + 1), 16 * (bits.number() + 1)
    progressive = bits.flag()
    height = units if progressive else 2 * units
    if not progressive:
        bits.take(1)
    bits.take(1)
    if bits.flag():
        step_x = 2 if chroma_format in {1, 2} else 1
        step_y = (2 if chroma_format == 1 else 1) * (1 if progressive else 2)
        width -= step_x * (bits.number() + bits.number())
        height -= step_y * (bits.number() + bits.number())
    return width, height, progressive


@dataclass(frozen=True, slots=True)
class _Usability:
    """What a set says beside the coding; the texts are bits."""

    square: bool = True
    full_range: bool = False
    colours: int = UNTOLD
    overscan: str = "0"
    timing: str = _SILENT
    restriction: str = ""
    reorder: int | None = None


def _usability(bits: Bits) -> _Usability:
    square = _is_square(bits) if bits.flag() else True
    overscan = "0"
    if bits.flag():
        overscan = f"1{bits.take(1)}"
    full_range, colours = _signal(bits) if bits.flag() else (False, UNTOLD)
    start = bits.at
    _skip_timing(bits)
    timing, start, reorder = bits.text[start : bits.at], bits.at, None
    if bits.flag():
        bits.take(1)
        *_, reorder, _kept = (bits.number() for _ in range(6))
    restriction = "" if reorder is None else bits.text[start : bits.at]
    return _Usability(square, full_range, colours, overscan, timing, restriction, reorder)


def _is_square(bits: Bits) -> bool:
    shape = bits.take(8)
    if shape == OTHER_SHAPE:
        return bits.take(16) == bits.take(16)
    return shape in SQUARE


def _signal(bits: Bits) -> tuple[bool, int]:
    bits.take(3)
    full_range = bits.flag()
    return full_range, bits.take(24) & 0xFF if bits.flag() else UNTOLD


def _skip_timing(bits: Bits) -> None:
    """Pass over chroma location, timing, both HRDs and whether pictures tell their structure."""
    if bits.flag():
        bits.number()
        bits.number()
    if bits.flag():
        bits.take(65)
    rated = False
    for _ in range(2):
        if bits.flag():
            rated = True
            count = bits.number() + 1
            bits.take(8)
            for _each in range(min(count, 32)):
                bits.number()
                bits.number()
                bits.take(1)
            bits.take(20)
    if rated:
        bits.take(1)
    bits.take(1)
