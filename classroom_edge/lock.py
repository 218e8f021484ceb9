"""One daemon for a room: who comes second is told who was first.

The lock belongs to the process: it is free again the moment its owner dies, however it died.

Source: flock(2).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PID_AT = 1  # byte 0 is what is locked; where locks are mandatory, the rest stays readable


class RoomBusyError(Exception):
    """Another process runs this room; `pid` is its process."""

    def __init__(self, room: str, pid: int) -> None:
        self.room = room
        self.pid = pid
        super().__init__(f"room {room} is already run by process {pid}")


@contextmanager
def hold(path: Path, room: str) -> Iterator[None]:
    """Hold the room for as long as the context lasts.

    Raises:
        RoomBusyError: another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            _take(descriptor)
        except OSError as error:
            raise RoomBusyError(room, _owner(descriptor)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), PID_AT)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _owner(descriptor: int) -> int:
    text = os.pread(descriptor, 20, PID_AT)
    return int(text) if text.isdigit() else 0


@contextmanager
def wait_for(path: Path) -> Iterator[None]:
    """Hold a lock for as long as the context lasts; wait while another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
