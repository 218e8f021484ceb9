"""Where every sample of an ordinary MP4 lies: its sample tables, as arrays. Pure.

Source: ISO/IEC 14496-12, 8.4.2 (`mdhd`), 8.6.1 (`stts`, `ctts`), 8.6.2 (`stss`), 8.6.6 (`elst`),
8.7.3 to 8.7.5 (`stsz`, `stsc`, `stco`).
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.api import MediaError
from classroom_media.record.boxes import children

Numbers = NDArray[np.int64]
Seconds = NDArray[np.float64]

_NUMBER: Final = np.dtype(">u4")


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One stream of a film: its samples in order of decoding, times in ticks of `rate` a second.

    `shown` is when a sample is shown after the beginning of the film, edit list included; what
    is negative is hidden. `lag` is from decoding to showing, `steps` how long until the next one
    is decoded; `offset` and `size` are bytes.
    """

    number: int  # of the track
    rate: int
    shown: Numbers
    lag: Numbers
    steps: Numbers
    offset: Numbers
    size: Numbers
    key: NDArray[np.bool_]
    entry: bytes  # how it is coded: the `stsd`'s only entry

    @property
    def codec(self) -> bytes:
        """The four letters of the codec: ``avc1``, ``avc3``, ``mp4a``."""
        return self.entry[4:8]


def tables(moov: bytes) -> list[Samples]:
    """Read the streams of pictures and sound from the payload of a `moov`.

    Raises:
        MediaError: it is damaged, or of a kind that is not cut.
    """
    try:
        mvhd = _only(moov, b"mvhd")
        (movie_rate,) = struct.unpack_from(">I", mvhd, 20 if mvhd[0] else 12)
        traks = [data for kind, data in children(moov) if kind == b"trak"]
        return [
            _samples(trak, movie_rate) for trak in traks if _handler(trak) in {b"vide", b"soun"}
        ]
    except (struct.error, KeyError, ValueError, IndexError) as error:
        raise MediaError(f"the index of the film cannot be read: {error}") from error


def _handler(trak: bytes) -> bytes:
    return _only(_only(trak, b"mdia"), b"hdlr")[8:12]


def _samples(trak: bytes, movie_rate: int) -> Samples:
    mdia = _only(trak, b"mdia")
    mdhd = _only(mdia, b"mdhd")
    (rate,) = struct.unpack_from(">I", mdhd, 20 if mdhd[0] else 12)
    stbl = dict(children(_only(_only(mdia, b"minf"), b"stbl")))
    size = _sizes(stbl[b"stsz"])
    steps = _runs(stbl[b"stts"], ">u4")
    lag = _runs(stbl[b"ctts"], ">i4") if b"ctts" in stbl else np.zeros_like(steps)
    decoded = np.cumsum(steps) - steps
    key = np.full(len(size), b"stss" not in stbl)
    if b"stss" in stbl:
        key[np.frombuffer(stbl[b"stss"], _NUMBER, offset=8).astype(np.int64) - 1] = True
    return Samples(
        number=number_of(_only(trak, b"tkhd")),
        rate=rate,
        shown=decoded + lag - _shown_from(dict(children(trak)).get(b"edts", b""), movie_rate, rate),
        lag=lag,
        steps=steps,
        offset=_offsets(stbl, size),
        size=size,
        key=key,
        entry=_entry(stbl[b"stsd"]),
    )


def number_of(tkhd: bytes) -> int:
    """Give the number of a track from its head."""
    (number,) = struct.unpack_from(">I", tkhd, 20 if tkhd[0] else 12)
    return int(number)


def _only(payload: bytes, kind: bytes) -> bytes:
    return dict(children(payload))[kind]


def _entry(stsd: bytes) -> bytes:
    (count,) = struct.unpack_from(">I", stsd, 4)
    if count != 1:
        raise ValueError(f"a stream is coded in {count} ways")
    return stsd[8:]


def _sizes(stsz: bytes) -> Numbers:
    each, count = struct.unpack_from(">II", stsz, 4)
    if each:
        return np.full(count, each, np.int64)
    return np.frombuffer(stsz, _NUMBER, count, offset=12).astype(np.int64)


def _runs(table: bytes, form: str) -> Numbers:
    """Give the values of a table of (how many, value)."""
    rows = np.frombuffer(table, _NUMBER, offset=8).reshape(-1, 2)
    values: Numbers = np.ascontiguousarray(rows[:, 1]).view(form).astype(np.int64)
    return np.repeat(values, rows[:, 0].astype(np.int64))


def _offsets(stbl: dict[bytes, bytes], size: Numbers) -> Numbers:
    """Say where each sample lies: in its chunk, after those before it."""
    large = b"co64" in stbl
    table = stbl[b"co64" if large else b"stco"]
    chunks = np.frombuffer(table, ">u8" if large else ">u4", offset=8).astype(np.int64)
    rows = np.frombuffer(stbl[b"stsc"], _NUMBER, offset=8).reshape(-1, 3).astype(np.int64)
    counts = np.repeat(rows[:, 1], np.diff(rows[:, 0], append=len(chunks) + 1))
    firsts = np.cumsum(counts) - counts
    before: Numbers = np.cumsum(size) - size
    bases: Numbers = np.repeat(chunks - before[firsts], counts)
    return bases + before


def _shown_from(edts: bytes, movie_rate: int, rate: int) -> int:
    """Say which instant of a stream is shown when the film begins, from its edit list."""
    if not edts:
        return 0
    elst = _only(edts, b"elst")
    form = struct.Struct(">Qqi" if elst[0] else ">Iii")
    delay = Fraction(0)
    for length, start, _speed in form.iter_unpack(elst[8:]):
        if start >= 0:
            return int(start) - round(delay)
        delay += Fraction(length * rate, movie_rate)
    return -round(delay)
