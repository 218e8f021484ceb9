"""What a shelf writes down of itself, so that it can be found again: one JSON line per piece.

A line is written after the bytes that it tells of. Of the last ones, a power cut may leave only
one or the other: reading ends at the first that does not fit.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

LOG_FILE: Final = "shelf.jsonl"


class HeadPut(msgspec.Struct, frozen=True, array_like=True, tag="head"):
    """A head was written: a file of its own."""

    codecs: str
    width: int  # pixels
    height: int


class PartPut(msgspec.Struct, frozen=True, array_like=True, tag="part"):
    """A part was written to the end of its segment's file; `at` is where it begins there."""

    segment: int
    number: int  # of the part
    at: int  # bytes
    size: int
    begin_ns: int
    duration_ns: int
    independent: bool


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """Nothing follows."""


Line = HeadPut | PartPut | Ended

_spell = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(Line).decode


class ShelfLog:
    """The file; each line is one write to its end."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG_FILE

    def lines(self) -> Iterator[Line]:
        """Give what was written, up to a line that is torn."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                try:
                    yield _read(line)
                except msgspec.DecodeError:
                    return

    def cut(self, lines: int) -> None:
        """Keep the first lines only: what follows is torn, or tells of bytes that are lost."""
        with self._path.open("rb+") as file:
            for _ in range(lines):
                file.readline()
            file.truncate(file.tell())

    def write(self, line: Line) -> None:
        """Add a line.

        Raises:
            OSError: the disk is full, or fails.
        """
        data = _spell(line) + b"\n"
        with self._path.open("ab", buffering=0) as file:
            at = file.seek(0, os.SEEK_END)
            if file.write(data) < len(data):
                file.truncate(at)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
