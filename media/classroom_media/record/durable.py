"""A file that says what is on disk: every error kept, every sync counted.

It is handed to the muxer in place of a path. It is synced while it is being written: a disk that
takes its time holds back what a power cut would leave, but not what a kill would.

Linux reports a failed write-back once and then forgets it (a second fsync succeeds and the bytes
are gone), so a file whose sync failed is *poisoned*: nothing beyond the last good sync may be
trusted, and nothing more is written.

Source: fsync(2), "EIO"; Rebello et al., "Can Applications Recover from fsync Failures?",
USENIX ATC 2020.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
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

    def begin_sync(self) -> None:
        """Begin to sync; return at once."""
        ...

    def end_sync(self) -> None:
        """Wait for a sync that was begun."""
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


def in_background(work: Callable[[], None]) -> None:
    """Do something on a thread of its own, which nobody waits for at the end of the process."""
    Thread(target=work, name="sync", daemon=True).start()


class DurableFile:
    """A new file, written at its end, synced on request. One thread uses it.

    Raises:
        FileExistsError: there is such a file; nothing is ever overwritten.
        OSError: as the file system says, from every method; of a sync that was begun, from the
            next one.
    """

    def __init__(
        self,
        path: Path,
        *,
        beside: str = "",
        start: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        """Make it; `beside` is the file of its folder that must be on disk for it to be known."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._path = path
        self._file = os.open(path, flags, 0o644)
        self._beside = beside
        self._start = start
        self._rests = Event()  # no sync is under way
        self._rests.set()
        self._failure: OSError | None = None  # of a sync that was begun
        self.closed = False
        self.size = 0
        self.synced_bytes = 0

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        self._raise_failure()
        rest = memoryview(data)
        while rest:
            written = os.write(self._file, rest)
            self.size += written
            rest = rest[written:]
        return len(data)

    def begin_sync(self) -> None:
        """Begin to sync, unless that is under way; return at once."""
        self._raise_failure()
        if self._rests.is_set():
            self._rests.clear()
            self._start(self._sync_behind)

    def end_sync(self) -> None:
        """Wait for a sync that was begun."""
        self._rests.wait()
        self._raise_failure()

    def _sync_behind(self) -> None:
        try:
            self.sync()
        except OSError as error:
            self._failure = error
        finally:
            self._rests.set()

    def sync(self) -> None:
        """Return once every byte is on disk; the first time, what makes it known, too."""
        size = self.size
        _fdatasync(self._file)
        if not self.synced_bytes:
            self._make_known()
        self.synced_bytes = size

    def _make_known(self) -> None:
        sync_folder(self._path.parent)
        if self._beside:
            sync_file(self._path.with_name(self._beside))

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def cut_back(self) -> None:
        """Forget what was written after the last sync: half a fragment is no use to anybody."""
        self._rests.wait()
        os.ftruncate(self._file, self.synced_bytes)
        self.size = self.synced_bytes

    def close(self) -> None:
        """Close the file. The muxer writes nothing more to a closed one."""
        if not self.closed:
            self.closed = True
            self._rests.wait()
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
