"""Puts a film together: its index first, so that it plays while it is loaded, then its bytes.

What is taken from other films is copied by the kernel, and never looked at.

Source: ISO/IEC 14496-12, 4.3 (`ftyp`), 8.1.1 (`mdat`), 8.3.3 (`tref`), 8.6.6 (edit lists).
"""

import heapq
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, BinaryIO, Final

from classroom_media.api import MediaError
from classroom_media.edit.chapters import listed, text_strip, text_trak
from classroom_media.edit.film import Film
from classroom_media.edit.strip import NEW, Chunk, Strip
from classroom_media.record.boxes import box, children, large_head
from classroom_media.record.durable import sync_folder
from classroom_media.record.moov import LARGE, completed
from classroom_media.record.titled import Titled

FTYP: Final = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
HEAD_BYTES: Final = 16  # of the `mdat`
STEP_BYTES: Final = 1 << 26  # in one call to the kernel
TKHD_NUMBER: Final = slice(12, 16)
MVHD_NEXT: Final = slice(96, 100)  # the number of a track that is added later

Placed = tuple[int, Chunk]  # which lane it belongs to


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """A stream of the film that is written, and the `trak` that described it where it was."""

    trak: bytes  # payload
    strip: Strip


def write_film(
    films: Sequence[Film],
    lanes: Sequence[Lane],
    into: Path,
    chapters: Sequence[Titled] = (),
    copied: Callable[[int], None] = lambda _count: None,
) -> None:
    """Write a film and sync it; its chapters, if there are any, begin with it.

    All lanes share one file of what was made.

    `copied` is told of bytes as they are written.

    Raises:
        MediaError: it cannot be written; nothing is there then, or what was there before.
    """
    fresh = into.with_name(f".{into.name}.new")
    if chapters:
        first = lanes[0].strip
        lanes = [
            *lanes,
            Lane(text_trak(), text_strip(chapters, first.end / first.of.rate, first.made)),
        ]
    chunks = list(_in_order(lanes))
    moov = _moov(films[0], lanes, chunks, chapters)
    try:
        with ExitStack() as files, fresh.open("wb", buffering=0) as file:
            sources = [files.enter_context(one.path.open("rb", buffering=0)) for one in films]
            size = sum(chunk.size for _, chunk in chunks)
            file.write(FTYP + moov + large_head(b"mdat", HEAD_BYTES + size))
            made = lanes[0].strip.made
            made.flush()
            for _number, run in _runs(chunks):
                _copy(run, made if run.film == NEW else sources[run.film], file)
                copied(run.size)
            os.fsync(file.fileno())
        fresh.replace(into)
        sync_folder(into.parent)
    except OSError as error:
        raise MediaError(f"{into}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _in_order(lanes: Sequence[Lane]) -> Iterator[Placed]:
    """Give all chunks in the order of time, so that a player finds them close together."""
    placed = [[(number, one) for one in lane.strip.chunks()] for number, lane in enumerate(lanes)]
    yield from heapq.merge(*placed, key=lambda placed: placed[1].at_s)


def _moov(
    film: Film, lanes: Sequence[Lane], chunks: Sequence[Placed], chapters: Sequence[Titled]
) -> bytes:
    """Make the index; how long it is does not depend on what is in it, but for large files."""
    template = b"".join(_described(film, lanes, has_chapters=bool(chapters)))
    template += listed(chapters) if chapters else b""
    moov = b""
    for _ in range(3):  # offsets of 8 bytes make it longer, which can happen once
        at = len(FTYP) + len(moov) + HEAD_BYTES
        offsets: list[list[int]] = [[] for _ in lanes]
        for number, chunk in chunks:
            offsets[number].append(at)
            at += chunk.size
        tracks = {n: one.strip.index(offsets[n - 1]) for n, one in enumerate(lanes, 1)}
        before, moov = moov, completed(template, tracks)
        if len(moov) == len(before):
            break
    return moov


def _narrow(head: bytes, kept: int) -> bytes:
    """Spell a head (`mvhd`, `tkhd`, `mdhd`) with times of 4 bytes; lengths are put in later."""
    if head[0] == 0:
        return head
    return b"\0" + head[1:4] + bytes(8) + head[20 : 20 + kept] + bytes(4) + head[28 + kept :]


def _described(film: Film, lanes: Sequence[Lane], *, has_chapters: bool) -> Iterator[bytes]:
    """Give what describes the film and its streams, which are numbered from 1 on."""
    mvhd = _narrow(dict(children(film.moov))[b"mvhd"], 4)
    yield box(b"mvhd", _with(mvhd, MVHD_NEXT, len(lanes) + 1))
    for number, lane in enumerate(lanes, 1):
        parts = dict(children(lane.trak))
        heads = {b"mdhd": _narrow(dict(children(parts[b"mdia"]))[b"mdhd"], 4)}
        mdia = [box(k, heads.get(k, data)) for k, data in children(parts[b"mdia"])]
        chap = box(b"chap", struct.pack(">I", len(lanes)))  # chapters are the last stream
        yield box(
            b"trak",
            box(b"tkhd", _with(_narrow(parts[b"tkhd"], 8), TKHD_NUMBER, number)),
            box(b"edts", _begin_at(lane.strip.shown_from)),
            *([box(b"tref", chap)] if has_chapters and number < len(lanes) else []),
            box(b"mdia", *mdia),
        )


def _with(head: bytes, place: slice, number: int) -> bytes:
    return head[: place.start] + struct.pack(">I", number) + head[place.stop :]


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


def _copy(chunk: Chunk, source: IO[bytes], into: BinaryIO) -> None:
    at, end = chunk.offset, chunk.offset + chunk.size
    while at < end:
        done = os.sendfile(into.fileno(), source.fileno(), at, min(end - at, STEP_BYTES))
        if not done:
            raise OSError(0, f"{source.name} ends too early")
        at += done
