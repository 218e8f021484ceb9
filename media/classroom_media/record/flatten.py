"""Turns a fragmented film into an ordinary MP4 where it lies: nothing is copied.

    before   ftyp moov moof mdat moof mdat ...
    between  ftyp moov moof mdat moof mdat ... moov
    after    ftyp mdat ........................ moov

The complete index is written behind the last fragment and synced. Then 16 bytes go over the
beginning of the first `moov` and turn it, with all fragments, into plain media data. Until then
the film is what it was, from then on the other, and both can be played: it may be killed anywhere
and started again. What needs room is the index: less than 2 MB for an hour of a programme.

Source: ISO/IEC 14496-12, 8.1.1 (`mdat`), 8.8 (movie fragments).
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from classroom_media.api import RecordError
from classroom_media.record.boxes import Box, boxes, large_head
from classroom_media.record.index import TrackIndex, collect
from classroom_media.record.moov import completed


def flatten(path: Path) -> bool:
    """Turn a film into an ordinary MP4; return False for one that is none of fragments.

    What follows the last whole fragment is cut off.

    Raises:
        RecordError: its boxes do not add up, there is no room, or the disk fails; what can be
            played of it is what could be played before.
    """
    try:
        with path.open("r+b", buffering=0) as file:
            found = _read(path)
            if found is None:
                return False
            head, end, moov = found
            file.truncate(end)
            file.seek(end)
            try:
                _write(file, moov)
            except OSError:
                with suppress(OSError):
                    file.truncate(end)
                raise
            file.seek(head.at)
            _write(file, large_head(b"mdat", end - head.at))
            return True
    except OSError as error:
        raise RecordError(f"{path}: {error}") from error


def _read(path: Path) -> tuple[Box, int, bytes] | None:
    """Find the first `moov` and the end of the last fragment, and make the complete `moov`."""
    head: Box | None = None
    moof: Box | None = None
    end = 0
    tracks: dict[int, TrackIndex] = {}
    with path.open("rb") as file:
        for one in boxes(file):
            if one.kind == b"moov" and head is None:
                head = one
            elif one.kind == b"moof":
                moof = one
            elif one.kind == b"mdat" and moof is not None:
                length = collect(_payload(file, moof), moof.at, tracks)
                if length != one.end - one.payload_at:
                    raise RecordError(f"{path}: the fragment at {moof.at} does not add up")
                moof, end = None, one.end
        if head is None or not tracks:
            return None
        return head, end, completed(_payload(file, head), tracks)


def _payload(file: BinaryIO, one: Box) -> bytes:
    file.seek(one.payload_at)
    return file.read(one.end - one.payload_at)


def _write(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())
