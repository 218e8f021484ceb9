"""A folder as a target: a network share or a second disk that is mounted on this machine.

A share that is not mounted leaves an empty folder, and a recording written there would fill this
machine's own disk. So the folder must have a file in it that says that it is the right one.

Source: fsync(2), rename(2): a new file is durable once its folder is synced, too.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_edge.library.deliver.files import Files, partial_name
from classroom_edge.library.deliver.pieces import PIECE, pieces
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    Item,
    MisconfiguredError,
    Proof,
    Receipt,
    Target,
    TransientError,
    receipt_of,
)
from classroom_media.record.durable import sync_folder

MARKER: Final = ".classroom-edge-target"
SYNC_EVERY: Final = 32 << 20  # bytes; what a kill leaves is there up to the last of them
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Folder:
    """A place in a folder of this machine."""

    folder: Path

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Read what lies there; None = it is not the item."""
        with self._at(where) as path:
            if not path.is_file() or path.stat().st_size != item.size:
                return None
            lies = _digest(path, item, course) == item.sha256
            return self._receipt(where, item, sent=False) if lies else None

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Write it beside, read it back from the disk, rename it into place."""
        with self._at(where) as path:
            self._make(path.parent)
            beside = path.with_name(partial_name(path.name, item))
            _write(beside, item, course)
            if _digest(beside, item, course) != item.sha256:
                beside.unlink()
                raise TransientError("other-there", where)
            beside.replace(path)
            sync_folder(path.parent)
        return self._receipt(where, item, sent=True)

    def remove(self, where: str) -> bool:
        """Remove a file, and its folder if that is empty now."""
        with self._at(where) as path:
            path.unlink()
            with suppress(OSError):
                path.parent.rmdir()
        return True

    def close(self) -> None:
        """Nothing is open."""

    @contextmanager
    def _at(self, where: str) -> Iterator[Path]:
        """Give the path of a file of a folder that is the right one. Raises DeliveryError."""
        try:
            if not (self.folder / MARKER).is_file():
                text = str(self.folder / MARKER)
                raise TransientError("not-mounted", text)
            yield self.folder / where
        except PermissionError as error:
            raise MisconfiguredError("not-writable", str(error)) from error
        except OSError as error:
            code = "full-there" if error.errno in _NO_ROOM else "disk-there"
            raise TransientError(code, str(error)) from error

    def _make(self, folder: Path) -> None:
        """Make a folder below ours, durably; never ours itself."""
        if folder != self.folder and not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            sync_folder(folder.parent)

    def _receipt(self, where: str, item: Item, *, sent: bool) -> Receipt:
        return receipt_of(item, Proof.READ_BACK, str(self.folder / where), sent=sent)


def made(spec: TargetSpec, _about: About | None) -> Target:
    """Make the target."""
    return Files(Folder(Path(spec.url)))


def _write(beside: Path, item: Item, course: Course) -> None:
    """Write the rest of an item to what an earlier try left of it, and sync it."""
    with beside.open("ab") as file:
        at = file.tell()
        if at > item.size:
            file.truncate(0)
            at = 0
        if at:
            course.resumed(item, at)
        unsynced = 0
        for piece in pieces(item, at):
            file.write(piece)
            course.sent(item, len(piece))
            unsynced += len(piece)
            if unsynced >= SYNC_EVERY:
                unsynced = 0
                _sync(file.fileno())
        file.flush()
        _sync(file.fileno())


def _sync(file: int) -> None:
    """Bring what was written to the disk, and forget it here, so that it is read from there."""
    os.fsync(file)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def _digest(path: Path, item: Item, course: Course) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            course.read(item, len(piece))
    return digest.hexdigest()
