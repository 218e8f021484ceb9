"""The boxes that an MP4 file consists of: found in a file, taken apart, put together.

Source: ISO/IEC 14496-12, 4.2.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_HEAD: Final = struct.Struct(">I4s")
_LARGE: Final = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies in its file, in bytes."""

    kind: bytes
    at: int
    payload_at: int
    end: int


def boxes(file: BinaryIO) -> Iterator[Box]:
    """Give the boxes at the top of a file, up to one that is cut short.

    Raises:
        OSError: as the file system says.
    """
    size = file.seek(0, os.SEEK_END)
    at = 0
    while at + _HEAD.size <= size:
        file.seek(at)
        length, kind = _HEAD.unpack(file.read(_HEAD.size))
        payload_at = at + _HEAD.size
        if length == 1 and payload_at + _LARGE.size <= size:
            (length,) = _LARGE.unpack(file.read(_LARGE.size))
            payload_at += _LARGE.size
        if at + length < payload_at or at + length > size:
            return
        yield Box(kind, at, payload_at, at + length)
        at += length


def children(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give kind and payload of each box in a box."""
    at = 0
    while at + _HEAD.size <= len(payload):
        length, kind = _HEAD.unpack_from(payload, at)
        if length < _HEAD.size:
            return
        yield kind, payload[at + _HEAD.size : at + length]
        at += length


def box(kind: bytes, *payload: bytes) -> bytes:
    """Put a box together."""
    length = _HEAD.size + sum(map(len, payload))
    return b"".join((_HEAD.pack(length, kind), *payload))


def large_head(kind: bytes, length: int) -> bytes:
    """Spell the head of a box of any length, which counts these 16 bytes, too."""
    return _HEAD.pack(1, kind) + _LARGE.pack(length)
