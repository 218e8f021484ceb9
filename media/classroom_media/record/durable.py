"""A file that says what is on disk: every error kept, every sync counted.

It is handed to the muxer in place of a path. Linux reports a failed write-back once and then
forgets it (a second fsync succeeds and the bytes are gone), so a file whose sync failed is
*poisoned*: nothing beyond the last good sync may be trusted, and nothing more is written.

Source: fsync(2), "EIO"; Rebello et al., "Can Applications Recover from fsync Failures?",
USENIX ATC 2020.
"""

import errno
import os
from pathlib import Path
from typing import Final, Protocol

from classroom_media.api import RecordError

DISK_FULL: Final = "disk-full"
DISK_FAILED: Final = "disk-failed"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Sink(Protocol):
    """What a part is written to, from its beginning to its end."""

    closed: bool
    size: int  # bytes so far
    synced_bytes: int  # how many of them are known to be on disk

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        ...

    def sync(self) -> None:
        """Return once all is on disk."""
        ...

    def close(self) -> None:
        """Close; nothing more is written."""
        ...

    def cut_back(self) -> None:
        """Forget what was written after the last sync."""
        ...


class TrackError(RecordError):
    """A file cannot be written; `problem` is the word the panel is told."""

    def __init__(self, problem: str, text: str) -> None:
        super().__init__(text)
        self.problem = problem


def problem_of(error: OSError) -> str:
    """Name an error of the disk: full, or broken."""
    return DISK_FULL if error.errno in _NO_ROOM else DISK_FAILED


class DurableFile:
    """A new file, written at its end, synced on request.

    Raises:
        FileExistsError: there is such a file; nothing is ever overwritten.
        OSError: as the file system says, from every method.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._path = path
        self._file = os.open(path, flags, 0o644)
        self.closed = False
        self.size = 0
        self.synced_bytes = 0

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        rest = memoryview(data)
        while rest:
            written = os.write(self._file, rest)
            self.size += written
            rest = rest[written:]
        return len(data)

    def sync(self) -> None:
        """Return once every byte is on disk; the name too, the first time."""
        _fdatasync(self._file)
        if not self.synced_bytes:
            sync_folder(self._path.parent)
        self.synced_bytes = self.size

    def cut_back(self) -> None:
        """Forget what was written after the last sync: half a fragment is no use to anybody."""
        os.ftruncate(self._file, self.synced_bytes)
        self.size = self.synced_bytes

    def close(self) -> None:
        """Close the file. The muxer writes nothing more to a closed one."""
        if not self.closed:
            self.closed = True
            os.close(self._file)


def replace_durably(path: Path, content: bytes) -> None:
    """Write a file beside `path`, sync it, and rename it into place.

    Raises:
        OSError: as the file system says; `path` is unchanged.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make what was written to a file durable.

    Raises:
        OSError: as the file system says.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can.

    Raises:
        OSError: as the file system says.
    """
    if os.name == "nt":  # a folder cannot be opened there, and its changes are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_fdatasync: Final = getattr(os, "fdatasync", os.fsync)
