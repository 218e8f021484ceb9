"""The `moov` of an ordinary MP4, made of a fragmented film's own `moov` and its index. Pure.

What describes the streams (`stsd`, edit lists, names) is taken over; lengths and sample tables
are put in. Arrays do it, which take about 60 bytes a sample for a moment.

Source: ISO/IEC 14496-12, 8.2 to 8.7, 8.9 and 10.1 (roll groups).
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classroom_media.api import RecordError
from classroom_media.record.boxes import box, children
from classroom_media.record.index import TrackIndex

_Numbers = NDArray[np.int64]
_Changes = Mapping[bytes, Callable[[bytes], bytes]]

PLAIN: Final = b"\0\0\0\0"  # version 0, no flags
LARGE: Final = b"\1\0\0\0"  # version 1, no flags: wider or signed numbers
LARGEST: Final = (1 << 32) - 1
ROLL: Final = box(b"sgpd", LARGE, b"roll", struct.pack(">IIh", 2, 1, -1))  # a block warms up


def completed(moov: bytes, tracks: Mapping[int, TrackIndex]) -> bytes:
    """Give the whole box; `moov` is the payload of the one with which the fragments began.

    Raises:
        RecordError: it is not what our muxer writes.
    """
    try:
        return box(b"moov", _completed(moov, tracks))
    except (struct.error, KeyError, ValueError) as error:
        raise RecordError(f"the head cannot be completed: {error}") from error


def _completed(moov: bytes, tracks: Mapping[int, TrackIndex]) -> bytes:
    found = [
        (kind, data)
        for kind, data in children(moov)
        if kind != b"mvex" and (kind != b"trak" or _number(data) in tracks)  # else it is empty
    ]
    (rate,) = struct.unpack_from(">I", dict(found)[b"mvhd"], 12)
    traks = [_trak(data, tracks[_number(data)], rate) for k, data in found if k == b"trak"]
    length = max(length for _data, length in traks)
    done = iter(traks)
    changes: _Changes = {
        b"mvhd": lambda mvhd: mvhd[:16] + _u32(length) + mvhd[20:],
        b"trak": lambda _trak: next(done)[0],
    }
    return _spelled(found, changes)


def _changed(payload: bytes, changes: _Changes) -> bytes:
    """Spell the boxes in a box again, some of them with another payload."""
    return _spelled(children(payload), changes)


def _spelled(found: Iterable[tuple[bytes, bytes]], changes: _Changes) -> bytes:
    return b"".join(box(kind, changes.get(kind, bytes)(data)) for kind, data in found)


def _number(trak: bytes) -> int:
    (number,) = struct.unpack_from(">I", dict(children(trak))[b"tkhd"], 12)
    return int(number)


def _trak(trak: bytes, track: TrackIndex, movie_rate: int) -> tuple[bytes, int]:
    """Complete a track; give it with its length in the film's ticks."""
    parts = dict(children(trak))
    (rate,) = struct.unpack_from(">I", dict(children(parts[b"mdia"]))[b"mdhd"], 12)
    steps = _steps(track)
    end = int(np.max(np.cumsum(steps) + np.array(track.lags, np.int64)))
    elst, length = _edits(dict(children(parts[b"edts"]))[b"elst"], end, Fraction(movie_rate, rate))
    stbl = {b"stbl": partial(_tables, track=track, steps=steps)}
    mdia: _Changes = {
        b"mdhd": lambda mdhd: LARGE + struct.pack(">QQIQ", 0, 0, rate, end) + mdhd[20:],
        b"minf": partial(_changed, changes=stbl),
    }
    changes: _Changes = {
        b"tkhd": lambda tkhd: tkhd[:20] + _u32(length) + tkhd[24:],
        b"edts": lambda _edts: box(b"elst", elst),
        b"mdia": partial(_changed, changes=mdia),
    }
    return _changed(trak, changes), length


def _edits(elst: bytes, end: int, scale: Fraction) -> tuple[bytes, int]:
    """Give edits their lengths, which were not known when they were written."""
    form = struct.Struct(">Qqi" if elst[0] else ">Iii")
    edits = [
        (length if start < 0 else max(ceil((end - start) * scale), 0), start, speed)
        for length, start, speed in form.iter_unpack(elst[8:])
    ]
    return elst[:8] + b"".join(form.pack(*one) for one in edits), sum(one[0] for one in edits)


def _steps(track: TrackIndex) -> _Numbers:
    """How long each sample lasts: until the next one is decoded."""
    steps = np.array(track.durations, np.int64)
    samples, times = np.array(track.chunk_samples, np.int64), np.array(track.chunk_times, np.int64)
    lasts = np.cumsum(samples) - 1
    ends = times + np.add.reduceat(steps, lasts - samples + 1)
    steps[lasts[:-1]] += times[1:] - ends[:-1]
    if np.any(steps < 0):
        raise ValueError("time goes back")
    return steps


def _tables(stbl: bytes, track: TrackIndex, steps: _Numbers) -> bytes:
    """Spell the sample tables; one that would say nothing is left out."""
    lags, samples = np.array(track.lags, np.int64), np.array(track.chunk_samples, np.int64)
    stsd = dict(children(stbl))[b"stsd"]
    tables = [box(b"stsd", stsd), _table(b"stts", *_runs(steps)[1:])]
    if not all(track.keys):
        tables.append(_table(b"stss", np.flatnonzero(np.frombuffer(track.keys, np.uint8)) + 1))
    if np.any(lags):
        tables.append(_table(b"ctts", *_runs(lags)[1:], head=LARGE if np.any(lags < 0) else PLAIN))
    firsts, _counts, each = _runs(samples)
    tables.append(_table(b"stsc", firsts + 1, each, np.ones_like(each)))
    tables.append(box(b"stsz", PLAIN, _u32(0), _u32(len(track.sizes)), _numbers(track.sizes)))
    large = max(track.chunk_offsets) > LARGEST
    offsets = _numbers(track.chunk_offsets, ">u8" if large else ">u4")
    tables.append(box(b"co64" if large else b"stco", PLAIN, _u32(len(samples)), offsets))
    if stsd[12:16] == b"mp4a":
        tables += [ROLL, box(b"sbgp", PLAIN, b"roll", struct.pack(">III", 1, len(steps), 1))]
    return b"".join(tables)


def _runs(values: _Numbers) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Say where equal values begin, how many they are, and what they are."""
    firsts = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    return firsts, np.diff(firsts, append=len(values)), values[firsts]


def _table(kind: bytes, *columns: _Numbers, head: bytes = PLAIN) -> bytes:
    rows = np.column_stack(columns)
    return box(kind, head, _u32(len(rows)), _numbers(rows))


def _numbers(values: ArrayLike, form: str = ">u4") -> bytes:
    return np.asarray(values).astype(form).tobytes()


def _u32(value: int) -> bytes:
    return struct.pack(">I", value)
