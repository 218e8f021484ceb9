"""A disk that remembers every write and every flush: one file, served to the kernel by FUSE.

Under a loop device it carries a real file system; what it wrote down says what a power cut at
any moment would have left. The kernel's protocol is spoken here directly, since one file needs
little of it. The log has one record for each operation: its instant, then what it was.

    python -m tests.faults.blockfile IMAGE FILE LOG

It serves IMAGE as FILE until FILE is unmounted. Needs root.

Source: Linux, Documentation/filesystems/fuse.rst and include/uapi/linux/fuse.h, version 7.31.
"""

import ctypes
import os
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

FORGET, GETATTR, SETATTR, OPEN, READ, WRITE = 2, 3, 4, 14, 15, 16
RELEASE, FSYNC, FLUSH, INIT, INTERRUPT, DESTROY, BATCH_FORGET = 18, 20, 25, 26, 36, 38, 42
UNANSWERED: Final = {FORGET, INTERRUPT, BATCH_FORGET}
BIG_WRITES, MAX_PAGES = 1 << 5, 1 << 22  # flags of INIT
WRITE_MAX: Final = 1 << 20
NOT_KNOWN: Final = 38  # ENOSYS
FOREVER_S: Final = 1 << 30

_ASKED: Final = struct.Struct("<IIQQ16x")  # length, operation, number, node
_ANSWER: Final = struct.Struct("<IiQ")  # length, error, number
_PLACE: Final = struct.Struct("<8xQI")  # offset and length, of a read or write
_WRITE_HEAD: Final = _ASKED.size + 40
_RECORD: Final = struct.Struct("<QQI")  # CLOCK_MONOTONIC, offset, length; length 0 = flush


@dataclass(frozen=True, slots=True)
class Operation:
    """A write that reached the disk, or a flush (without data) that was answered."""

    at_ns: int
    offset: int
    data: bytes

    @property
    def is_flush(self) -> bool:
        """Whether all that was written before is safe from here on."""
        return not self.data


class BlockFile:
    """The serving end."""

    def __init__(self, image: Path, log: Path) -> None:
        self._image = os.open(image, os.O_RDWR)
        self._size = image.stat().st_size
        self._log = log.open("ab", buffering=0)
        self._answers: dict[int, Callable[[bytes], bytes]] = {
            INIT: self._init,
            GETATTR: self._attributes,
            SETATTR: self._attributes,
            OPEN: lambda _asked: bytes(16),
            READ: self._read,
            WRITE: self._write,
            FSYNC: self._flush,
            RELEASE: lambda _asked: b"",
            FLUSH: lambda _asked: b"",
            DESTROY: lambda _asked: b"",
        }

    def serve(self, place: Path) -> None:
        """Mount at a file, and answer until it is unmounted."""
        place.touch()
        device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={device},rootmode={stat.S_IFREG | 0o600:o},user_id=0,group_id=0"
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"blocks", bytes(place), b"fuse", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "mount", str(place))
        while True:
            try:
                asked = os.read(device, WRITE_MAX + 4096)
            except OSError:  # ENODEV: unmounted
                return
            self._answer(device, asked)

    def _answer(self, device: int, asked: bytes) -> None:
        _length, operation, number, _node = _ASKED.unpack_from(asked)
        if operation in UNANSWERED:
            return
        known = self._answers.get(operation)
        said = known(asked) if known else b""
        error = 0 if known else -NOT_KNOWN
        os.write(device, _ANSWER.pack(_ANSWER.size + len(said), error, number) + said)

    def _init(self, asked: bytes) -> bytes:
        (offered,) = struct.unpack_from("<I", asked, _ASKED.size + 12)
        flags = offered & (BIG_WRITES | MAX_PAGES)
        return struct.pack(
            "<4IHHIIHHII24x", 7, 31, 0, flags, 12, 10, WRITE_MAX, 1, WRITE_MAX // 4096, 0, 0, 0
        )

    def _attributes(self, _asked: bytes) -> bytes:
        blocks = self._size // 512
        return struct.pack(
            "<Q8x6Q12x7I",
            FOREVER_S,
            *(1, self._size, blocks, 0, 0, 0),
            *(stat.S_IFREG | 0o600, 1, 0, 0, 0, 4096, 0),
        )

    def _read(self, asked: bytes) -> bytes:
        offset, length = _PLACE.unpack_from(asked, _ASKED.size)
        return os.pread(self._image, length, offset)

    def _write(self, asked: bytes) -> bytes:
        offset, length = _PLACE.unpack_from(asked, _ASKED.size)
        data = asked[_WRITE_HEAD : _WRITE_HEAD + length]
        os.pwrite(self._image, data, offset)
        self._note(offset, data)
        return struct.pack("<I4x", length)

    def _flush(self, _asked: bytes) -> bytes:
        self._note(0, b"")
        return b""

    def _note(self, offset: int, data: bytes) -> None:
        self._log.write(_RECORD.pack(time.monotonic_ns(), offset, len(data)) + data)


def operations(log: BinaryIO) -> Iterator[Operation]:
    """Read a log back."""
    while head := log.read(_RECORD.size):
        at_ns, offset, length = _RECORD.unpack(head)
        yield Operation(at_ns, offset, log.read(length))


if __name__ == "__main__":
    _image, _place, _log = map(Path, sys.argv[1:])
    BlockFile(_image, _log).serve(_place)
