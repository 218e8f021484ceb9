"""What was fetched so far: one file, the blobs in it in the order in which they are asked for.

How far it has come is the file's length, so a fetch goes on after any cut and any kill. A blob is
compared with its digest when it is complete; a wrong one is cut off and asked for again.
"""

import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from classroom_media.api import RecordError
from classroom_media.fill.needs import Blob
from classroom_media.fill.outline import digest_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be asked for next: a blob, from a byte of it on."""

    blob: Blob
    offset: int


class Spool:
    """The file of what was fetched. Blocks; one thread at a time.

    Raises:
        OSError: from all its methods, as the file system says.
    """

    def __init__(self, path: Path, blobs: Sequence[Blob]) -> None:
        self._path = path
        self._blobs = blobs
        self._begins = list(accumulate((blob.size for blob in blobs), initial=0))
        self._places = {
            blob.digest: (begin, blob.size)
            for blob, begin in zip(blobs, self._begins, strict=False)
        }
        path.touch()
        self.size = min(path.stat().st_size, self.total)

    @property
    def total(self) -> int:
        """Bytes of everything."""
        return self._begins[-1]

    @property
    def wanted(self) -> Wanted | None:
        """What is to be asked for next; None = all is there."""
        if self.size >= self.total:
            return None
        number = bisect_right(self._begins, self.size) - 1
        return Wanted(self._blobs[number], self.size - self._begins[number])

    def add(self, wanted: Wanted, data: bytes) -> bool:
        """Append what came for what was wanted; tell whether it was right, as far as one sees."""
        if wanted != self.wanted or not data or wanted.offset + len(data) > wanted.blob.size:
            return False
        with self._path.open("r+b") as file:
            file.seek(self.size)
            file.write(data)
            file.truncate()
            file.flush()
            if wanted.offset + len(data) < wanted.blob.size:
                self.size += len(data)
                return True
            begin = self.size - wanted.offset
            file.seek(begin)
            if digest_of(file.read(wanted.blob.size)) != wanted.blob.digest:
                self.size = begin
                file.truncate(begin)
                return False
            os.fsync(file.fileno())
        self.size += len(data)
        return True

    def read(self, digest: bytes) -> bytes:
        """Give a blob that is there.

        Raises:
            RecordError: it is not what was fetched any more; it and what follows is forgotten.
        """
        if digest not in self._places:
            raise RecordError(f"{self._path}: nothing of that digest")
        begin, size = self._places[digest]
        with self._path.open("r+b") as file:
            file.seek(begin)
            data = file.read(size)
            if digest_of(data) != digest:
                file.truncate(begin)
                self.size = begin
                raise RecordError(f"{self._path}: damaged at {begin}")
        return data
