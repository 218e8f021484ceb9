"""Chapters of a film, in the two ways that players know: a list, and a track of text.

The list (`chpl`) is Nero's, which VLC and FFmpeg read; the track is QuickTime's, which Apple's
players read. FFmpeg reads both, and takes chapters of one number for the same.

Source: QuickTime File Format, "Text Media", "Chapter Lists"; ISO/IEC 14496-12, 8.3 and 8.4.
"""

import struct
from collections.abc import Sequence
from typing import IO, Final

import numpy as np

from classroom_media.edit.strip import Strip
from classroom_media.edit.tables import Samples
from classroom_media.record.boxes import box
from classroom_media.record.titled import Titled

MOST: Final = 255  # the list counts them in one byte
TITLE_BYTES: Final = 255
TICKS: Final = 1000  # of the track of text, a second
LIST_TICKS: Final = 10_000_000  # of the list, a second
MATRIX: Final = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
PLAIN: Final = bytes(4)  # version 0, no flags
UTF_8: Final = box(b"encd", struct.pack(">I", 0x100))


def listed(chapters: Sequence[Titled]) -> bytes:
    """Spell the list, in the box of user data in which players look for it."""
    rows = [
        struct.pack(">QB", round(one.at_s * LIST_TICKS), len(title)) + title
        for one in chapters[:MOST]
        for title in [_cut(one.title)]
    ]
    chpl = box(b"chpl", struct.pack(">IIB", 1 << 24, 0, len(rows)), *rows)
    return box(b"udta", chpl)


def text_strip(chapters: Sequence[Titled], end_s: float, made: IO[bytes]) -> Strip:
    """Give the track's samples; the first chapter begins with the film."""
    nothing = np.zeros(0, np.int64)
    of = Samples(
        number=0,
        rate=TICKS,
        shown=nothing,
        lag=nothing,
        steps=nothing,
        offset=nothing,
        size=nothing,
        key=np.zeros(0, np.bool_),
        entry=b"",
    )
    strip = Strip(of, made, end=round(end_s * TICKS))
    titles = [_cut(one.title) for one in chapters[:MOST]]
    samples = [(struct.pack(">H", len(title)) + title + UTF_8, True) for title in titles]
    starts = [round(one.at_s * TICKS) for one in chapters[:MOST]]
    strip.add(samples, np.array(starts, np.int64))
    return strip


def text_trak() -> bytes:
    """Describe the track: the payload of its `trak`; lengths and samples are put in later."""
    tkhd = struct.pack(">IIIIII", 2, 0, 0, 0, 0, 0) + bytes(8 + 8) + MATRIX + bytes(8)
    mdhd = struct.pack(">IIIIIHH", 0, 0, 0, TICKS, 0, 0x55C4, 0)  # "und"
    hdlr = PLAIN + bytes(4) + b"text" + bytes(12) + b"\0"
    gmin = PLAIN + struct.pack(">HHHHHH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0)
    dref = PLAIN + struct.pack(">I", 1) + box(b"url ", struct.pack(">I", 1))  # in this file
    entry = box(b"text", struct.pack(">6xHIi", 1, 0, 1), bytes(36))
    minf = (
        box(b"gmhd", box(b"gmin", gmin), box(b"text", MATRIX)),
        box(b"dinf", box(b"dref", dref)),
        box(b"stbl", box(b"stsd", PLAIN, struct.pack(">I", 1), entry)),
    )
    mdia = box(b"mdhd", mdhd) + box(b"hdlr", hdlr) + box(b"minf", *minf)
    return box(b"tkhd", tkhd) + box(b"mdia", mdia)


def _cut(title: str) -> bytes:
    """Spell a title, no longer than the list allows, and no character in halves."""
    return title.encode()[:TITLE_BYTES].decode(errors="ignore").encode()
