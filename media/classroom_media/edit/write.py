"""Puts a film together: its index first, so that it plays while it is loaded, then its bytes.

What is taken from other films is copied by the kernel, and never looked at.

Source: ISO/IEC 14496-12, 4.3 (`ftyp`), 8.1.1 (`mdat`), 8.6.6 (edit lists).
"""

import heapq
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

from classroom_media.api import MediaError
from classroom_media.edit.film import Film
from classroom_media.edit.strip import NEW, Chunk, Strip
from classroom_media.edit.tables import number_of
from classroom_media.record.boxes import box, children, large_head
from classroom_media.record.durable import sync_folder
from classroom_media.record.moov import LARGE, completed

FTYP: Final = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
HEAD_BYTES: Final = 16  # of the `mdat`
STEP_BYTES: Final = 1 << 26  # in one call to the kernel

Placed = tuple[int, Chunk]  # which strip it belongs to


def write_film(films: Sequence[Film], strips: Mapping[int, Strip], into: Path) -> None:
    """Write a film of `strips` (by number of the track in the first film) and sync it.

    Raises:
        MediaError: it cannot be written; nothing is there then, or what was there before.
    """
    fresh = into.with_name(f".{into.name}.new")
    chunks = list(_in_order(strips))
    moov = _moov(films[0], strips, chunks)
    try:
        with ExitStack() as files, fresh.open("wb", buffering=0) as file:
            sources = [files.enter_context(one.path.open("rb", buffering=0)) for one in films]
            size = sum(chunk.size for _, chunk in chunks)
            file.write(FTYP + moov + large_head(b"mdat", HEAD_BYTES + size))
            for number, run in _runs(chunks):
                _copy(run, sources, strips[number].made, file)
            os.fsync(file.fileno())
        fresh.replace(into)
        sync_folder(into.parent)
    except OSError as error:
        raise MediaError(f"{into}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _in_order(strips: Mapping[int, Strip]) -> Iterator[Placed]:
    """Give all chunks in the order of time, so that a player finds them close together."""
    lanes = [[(number, chunk) for chunk in strip.chunks()] for number, strip in strips.items()]
    yield from heapq.merge(*lanes, key=lambda placed: placed[1].at_s)


def _moov(film: Film, strips: Mapping[int, Strip], chunks: Sequence[Placed]) -> bytes:
    """Make the index; how long it is does not depend on what is in it, but for large files."""
    template = b"".join(_described(film, strips))
    moov = b""
    for _ in range(3):  # offsets of 8 bytes make it longer, which can happen once
        at = len(FTYP) + len(moov) + HEAD_BYTES
        offsets: dict[int, list[int]] = {number: [] for number in strips}
        for number, chunk in chunks:
            offsets[number].append(at)
            at += chunk.size
        tracks = {number: strip.index(offsets[number]) for number, strip in strips.items()}
        before, moov = moov, completed(template, tracks)
        if len(moov) == len(before):
            break
    return moov


def _narrow(head: bytes, kept: int) -> bytes:
    """Spell a head (`mvhd`, `tkhd`, `mdhd`) with times of 4 bytes; lengths are put in later."""
    if head[0] == 0:
        return head
    return b"\0" + head[1:4] + bytes(8) + head[20 : 20 + kept] + bytes(4) + head[28 + kept :]


def _described(film: Film, strips: Mapping[int, Strip]) -> Iterator[bytes]:
    """Give what describes the film and the streams that it has."""
    for kind, payload in children(film.moov):
        if kind == b"mvhd":
            yield box(kind, _narrow(payload, 4))
        elif kind == b"trak":
            parts = dict(children(payload))
            if (strip := strips.get(number_of(parts[b"tkhd"]))) is not None:
                heads = {b"mdhd": _narrow(dict(children(parts[b"mdia"]))[b"mdhd"], 4)}
                mdia = [box(k, heads.get(k, data)) for k, data in children(parts[b"mdia"])]
                yield box(
                    b"trak",
                    box(b"tkhd", _narrow(parts[b"tkhd"], 8)),
                    box(b"edts", _begin_at(strip.shown_from)),
                    box(b"mdia", *mdia),
                )


def _begin_at(tick: int) -> bytes:
    """Spell an edit list of one edit; its length is put in with the other lengths."""
    return box(b"elst", LARGE, struct.pack(">IQqi", 1, 0, tick, 0x10000))


def _runs(chunks: Sequence[Placed]) -> Iterator[Placed]:
    """Give chunks that lie one behind the other in their film as one."""
    if not chunks:
        return
    held = chunks[0]
    for before, after in pairwise(chunks):
        one, other = before[1], after[1]
        follows = one.film == other.film != NEW and one.offset + one.size == other.offset
        if follows:
            size = held[1].size + other.size
            held = (held[0], Chunk(held[1].at_s, one.film, held[1].offset, size, 0))
        else:
            yield held
            held = after
    yield held


def _copy(chunk: Chunk, sources: Sequence[BinaryIO], made: bytearray, into: BinaryIO) -> None:
    if chunk.film == NEW:
        into.write(made[chunk.offset : chunk.offset + chunk.size])
        return
    source, at, end = sources[chunk.film], chunk.offset, chunk.offset + chunk.size
    while at < end:
        done = os.sendfile(into.fileno(), source.fileno(), at, min(end - at, STEP_BYTES))
        if not done:
            raise OSError(0, f"{source.name} ends too early")
        at += done
