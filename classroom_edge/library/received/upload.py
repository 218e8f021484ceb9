"""One content that comes in: bytes on disk, and beside them how many of them are safe.

The count is written after the bytes were synced. What a power cut leaves beyond it is cut off.
"""

import errno
import hashlib
import os
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

from classroom_edge.library.received.parcel import Content
from classroom_edge.library.received.tus import CHECKSUM_MISMATCH, Checksum, TusError
from classroom_media.record.durable import replace_durably

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Upload:
    """An upload in a folder of its parcel; there is none until it was created. Its calls block."""

    folder: Path
    content: Content

    @property
    def part(self) -> Path:
        """Where its bytes are."""
        return self.folder / f"{self.content.key}.part"

    @property
    def is_open(self) -> bool:
        """Whether it was created, and not terminated since."""
        return self._count.is_file()

    @property
    def offset(self) -> int:
        """How many bytes are safe."""
        try:
            return int(self._count.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.is_open and self.offset == self.content.bytes

    @property
    def _count(self) -> Path:
        return self.folder / f"{self.content.key}.count"

    def create(self) -> None:
        """Begin, from nothing. Raises OSError."""
        with self.part.open("wb"):
            pass
        self.keep(0)

    def terminate(self) -> None:
        """Forget it. Raises OSError."""
        self._count.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)

    def keep(self, offset: int) -> None:
        """Note how many bytes are safe. Raises OSError."""
        replace_durably(self._count, str(offset).encode("ascii"))

    def verify(self) -> None:
        """Read all of it back from disk.

        Raises:
            TusError: it is not what was announced; it begins again.
            OSError: it cannot be read.
        """
        if sha256_of(self.part) != self.content.sha256:
            self.create()
            raise TusError(CHECKSUM_MISMATCH, f"{self.content.name} is not what was announced")


@dataclass
class Appending:
    """The bytes of one request, appended to an upload. Its calls block.

    With a checksum they count all or not at all; without one, what came before a line broke
    counts, too.
    """

    upload: Upload
    offset: int  # where the client thinks that they belong
    checksum: Checksum | None
    _file: BinaryIO = field(init=False)
    _end: int = field(init=False)
    _hasher: "hashlib._Hash | None" = field(init=False)

    def __post_init__(self) -> None:
        if not self.upload.is_open:
            raise TusError(HTTPStatus.NOT_FOUND, "no such upload")
        if self.offset != self.upload.offset:
            raise TusError(HTTPStatus.CONFLICT, f"the offset is {self.upload.offset}")
        self._file = self.upload.part.open("r+b")
        self._file.truncate(self.offset)
        self._file.seek(self.offset)
        self._end = self.offset
        self._hasher = self.checksum.hasher() if self.checksum else None

    def write(self, data: bytes) -> None:
        """Take bytes as they come. Raises TusError: too many; OSError."""
        if self._end + len(data) > self.upload.content.bytes:
            raise TusError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "more than was announced")
        self._file.write(data)
        self._end += len(data)
        if self._hasher:
            self._hasher.update(data)

    def end(self, *, is_cut: bool) -> int:
        """Make safe what came; give the new offset. Raises TusError, OSError.

        `is_cut`: the line broke before the end of the request.
        """
        if self._is_other(is_cut=is_cut):
            self.give_up()
            raise TusError(CHECKSUM_MISMATCH, "checksum mismatch: nothing of it was kept")
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        self.upload.keep(self._end)
        if self.upload.is_whole:
            self.upload.verify()
        return self._end

    def give_up(self) -> None:
        """Keep nothing of this request."""
        with self._file:
            self._file.truncate(self.offset)

    def _is_other(self, *, is_cut: bool) -> bool:
        if self.checksum is None or self._hasher is None:
            return False
        return is_cut or self._hasher.digest() != self.checksum.digest


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal; blocks. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_disk(error: OSError) -> TusError:
    """Translate an error of the disk: full, or broken."""
    if error.errno in _NO_ROOM:
        return TusError(HTTPStatus.INSUFFICIENT_STORAGE, "no space left here")
    return TusError(HTTPStatus.INTERNAL_SERVER_ERROR, f"the disk: {error.strerror}")
