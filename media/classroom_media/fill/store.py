"""The files of a film that is offered or fetched, each in the folder of that film.

outline    what is in it (both ends)
places     where its bytes lie, by digest (who offers it)
needs      what is to be fetched (who fetches it)
fetched    what was fetched so far
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from classroom_media.api import RecordError
from classroom_media.fill.needs import Needs
from classroom_media.fill.outline import Outline, decoded
from classroom_media.record.durable import replace_durably

T = TypeVar("T")

OUTLINE: Final = "outline"
PLACES: Final = "places"
NEEDS: Final = "needs"
FETCHED: Final = "fetched"

Spans = tuple[tuple[int, int], ...]
Stamp = tuple[int, int]  # bytes, and when it was changed


class Places(msgspec.Struct, frozen=True):
    """A film that is offered: where what has which digest lies in it."""

    film: str
    stamp: Stamp  # of the film when it was outlined
    spans: dict[bytes, Spans]

    @property
    def is_true(self) -> bool:
        """Whether the film is still what was outlined."""
        try:
            return stamp_of(Path(self.film)) == self.stamp
        except OSError:
            return False

    def read(self, digest: bytes, offset: int, most: int) -> bytes:
        """Give some of what has that digest, from a byte of it on; b"" beyond its end.

        Raises:
            KeyError: there is nothing of that digest.
            OSError: the film is gone, or its disk fails.
        """
        data = bytearray()
        film = os.open(self.film, os.O_RDONLY)
        try:
            for at, size in self.spans[digest]:
                skipped = min(offset, size)
                offset -= skipped
                wanted = min(size - skipped, most - len(data))
                data += os.pread(film, wanted, at + skipped)
        finally:
            os.close(film)
        return bytes(data)


def stamp_of(path: Path) -> Stamp:
    """Give what tells whether a file was changed. Raises OSError."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True, slots=True)
class FilmFolder:
    """The folder of one film. Blocks."""

    path: Path

    @property
    def fetched(self) -> Path:
        """The file of what was fetched."""
        return self.path / FETCHED

    def outline(self) -> Outline:
        """Give its outline. Raises RecordError."""
        return decoded(self._bytes(OUTLINE))

    def places(self) -> Places:
        """Say where it lies. Raises RecordError."""
        return self._read(PLACES, Places)

    def needs(self) -> Needs:
        """Say what is to be fetched. Raises RecordError."""
        return self._read(NEEDS, Needs)

    def has(self, name: str) -> bool:
        """Tell whether one of the files is there."""
        return (self.path / name).exists()

    def put(self, name: str, value: bytes | Places | Needs) -> None:
        """Keep one of them, durably. Raises OSError."""
        data = value if isinstance(value, bytes) else msgspec.msgpack.encode(value)
        replace_durably(self.path / name, data)

    def _read(self, name: str, kind: type[T]) -> T:
        try:
            return msgspec.msgpack.decode(self._bytes(name), type=kind)
        except msgspec.DecodeError as error:
            raise RecordError(f"{self.path / name}: {error}") from error

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise RecordError(f"{self.path / name}: {error.strerror}") from error
