"""The head of a film that is sent in fragments: what its one or two streams are. Pure.

Source: ISO/IEC 14496-12, 8.2 to 8.8 (`moov`); 14496-14, 5.6 (`esds`); 14496-15, 5.3.3 (`avcC`).
"""

import struct
from typing import Final

from classroom_media.api import Kind, StreamFormat
from classroom_media.record.boxes import box
from classroom_media.sources.annexb import PPS, SPS, kind_of, units
from classroom_media.sources.sps import HIGH, read

PICTURE_RATE: Final = 90_000  # ticks in a second
NUMBERS: Final = {Kind.PICTURE: 1, Kind.SOUND: 2}  # of the tracks
_MOVIE_RATE: Final = 1000
_PLAIN: Final = bytes(4)  # version 0, no flags
_UNITY: Final = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)  # a matrix
_SHOWN: Final = struct.pack(">I", 3)  # version 0; enabled, in the film
_HANDLERS: Final = {Kind.PICTURE: b"vide", Kind.SOUND: b"soun"}
_AAC: Final = 0x40  # object type: ISO/IEC 14496-3
_AUDIO_STREAM: Final = 0x15


def rate_of(form: StreamFormat) -> int:
    """Give the ticks in a second of a stream."""
    return PICTURE_RATE if form.kind is Kind.PICTURE else form.sample_rate_hz


def head(streams: dict[Kind, StreamFormat], keyframe: bytes = b"") -> bytes:
    """Give `ftyp` and `moov`; `keyframe` is a picture in Annex B with its parameter sets.

    Raises:
        ValueError: there is a picture to be described, and the keyframe has no parameter sets.
    """
    traks = [_trak(kind, form, keyframe) for kind, form in streams.items()]
    trexs = [box(b"trex", _PLAIN, _u32(NUMBERS[kind], 1, 0, 0, 0)) for kind in streams]
    return box(b"ftyp", b"iso6", _u32(0), b"iso6cmfcmp41") + box(
        b"moov",
        box(
            b"mvhd",
            *(_PLAIN, _u32(0, 0, _MOVIE_RATE, 0, 1 << 16), struct.pack(">H", 1 << 8), bytes(10)),
            *(_UNITY, bytes(24), _u32(len(NUMBERS) + 1)),
        ),
        *traks,
        box(b"mvex", *trexs),
    )


def codecs(streams: dict[Kind, StreamFormat], keyframe: bytes = b"") -> str:
    """Name the codecs as a playlist does, for instance ``avc1.64001f,mp4a.40.2``.

    Source: RFC 6381, 3.3 and 3.4.
    """
    names = {
        Kind.PICTURE: lambda: f"avc1.{_sets(keyframe)[0][0][1:4].hex()}",
        Kind.SOUND: lambda: f"mp4a.40.{streams[Kind.SOUND].extradata[0] >> 3}",
    }
    return ",".join(names[kind]() for kind in streams)


def _trak(kind: Kind, form: StreamFormat, keyframe: bytes) -> bytes:
    is_sound = kind is Kind.SOUND
    entry = _sound_entry(form) if is_sound else _picture_entry(form, keyframe)
    media_head = (
        box(b"smhd", _PLAIN, bytes(4)) if is_sound else box(b"vmhd", struct.pack(">I", 1), bytes(8))
    )
    empty = (box(name, _PLAIN, _u32(0)) for name in (b"stts", b"stsc", b"stco"))
    stbl = box(
        b"stbl",
        box(b"stsd", _PLAIN, _u32(1), entry),
        *empty,
        box(b"stsz", _PLAIN, _u32(0, 0)),
    )
    here = box(b"url ", struct.pack(">I", 1))
    dinf = box(b"dinf", box(b"dref", _PLAIN, _u32(1), here))
    mdia = box(
        b"mdia",
        box(b"mdhd", _PLAIN, _u32(0, 0, rate_of(form), 0), struct.pack(">HH", 0x55C4, 0)),
        box(b"hdlr", _PLAIN, bytes(4), _HANDLERS[kind], bytes(12), b"Classroom Edge\0"),
        box(b"minf", media_head, dinf, stbl),
    )
    return box(b"trak", _tkhd(kind, form), mdia)


def _tkhd(kind: Kind, form: StreamFormat) -> bytes:
    volume = 1 << 8 if kind is Kind.SOUND else 0
    size = _u32(form.width << 16, form.height << 16)
    middle = struct.pack(">hhHH", 0, 0, volume, 0)
    return box(b"tkhd", _SHOWN, _u32(0, 0, NUMBERS[kind], 0, 0), bytes(8), middle, _UNITY, size)


def _picture_entry(form: StreamFormat, keyframe: bytes) -> bytes:
    return box(
        b"avc1",
        *(bytes(6), struct.pack(">H", 1), bytes(16), struct.pack(">HH", form.width, form.height)),
        *(_u32(72 << 16, 72 << 16, 0), struct.pack(">H", 1), bytes(32)),
        *(struct.pack(">Hh", 24, -1), box(b"avcC", avcc(keyframe))),
    )


def avcc(keyframe: bytes) -> bytes:
    """Give a keyframe's decoder configuration record (14496-15, 5.3.3.1). Raises ValueError."""
    sps, pps = _sets(keyframe)
    return b"".join(
        (
            bytes((1, *sps[0][1:4], 0xFF, 0xE0 | len(sps))),  # lengths of four bytes
            *(struct.pack(">H", len(unit)) + unit for unit in sps),
            bytes((len(pps),)),
            *(struct.pack(">H", len(unit)) + unit for unit in pps),
            _high(sps[0]),
        )
    )


def _high(sps: bytes) -> bytes:
    """Tell of the pictures' depth, as a set of the high profiles does."""
    told = read(sps)
    if told is None or told.profile not in HIGH:
        return b""
    depth = 0xF8 | told.bit_depth - 8
    return bytes((0xFC | told.chroma_format, depth, depth, 0))


def _sets(keyframe: bytes) -> tuple[list[bytes], list[bytes]]:
    found = list(units(keyframe))
    sps = [unit for unit in found if kind_of(unit) == SPS]
    pps = [unit for unit in found if kind_of(unit) == PPS]
    if not sps or not pps:
        raise ValueError("a keyframe without parameter sets describes no pictures")
    return sps, pps


def _sound_entry(form: StreamFormat) -> bytes:
    return box(
        b"mp4a",
        *(bytes(6), struct.pack(">H", 1), bytes(8), struct.pack(">HHI", form.channels, 16, 0)),
        *(_u32(form.sample_rate_hz << 16), box(b"esds", _PLAIN, _es(form.extradata))),
    )


def _es(config: bytes) -> bytes:
    """Spell an elementary stream's descriptor around an AudioSpecificConfig (14496-1, 7.2.6)."""
    decoder = bytes((_AAC, _AUDIO_STREAM)) + bytes(11) + _descriptor(5, config)
    return _descriptor(3, struct.pack(">HB", 0, 0) + _descriptor(4, decoder) + b"\x06\x01\x02")


def _descriptor(tag: int, payload: bytes) -> bytes:
    return bytes((tag, len(payload))) + payload


def _u32(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)
