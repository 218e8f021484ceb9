"""Making a backup, while the room is at work. Blocks."""

import hashlib
import os
import tarfile
import tempfile
import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from classroom_edge.config.models import Config
from classroom_edge.library.backup.contents import DATABASE, contents
from classroom_edge.library.backup.seal import BackupError, seal
from classroom_edge.library.roots import Roots, roots_of
from classroom_edge.paths import DataFolder
from classroom_edge.store import Place, place_of
from classroom_edge.store.portable import dump
from classroom_media.record.durable import sync_folder

SUMS: Final = "checksums.json"  # the last file
NIGHTLY: Final = "classroom-edge-{room}-{at:%Y%m%d-%H%M%S}.backup"


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup, in its last file: one that was cut short has none."""

    room: str  # id
    at: datetime  # aware
    files: dict[str, str]  # name -> SHA-256, hexadecimal
    version: int = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a backup is made of."""

    room: Path  # room.toml
    config: Config
    folder: DataFolder

    @property
    def roots(self) -> Roots:
        """Where its recordings lie."""
        return roots_of(self.config, self.folder)

    @property
    def place(self) -> Place:
        """The database."""
        return place_of(self.config.store, self.folder)


def back_up(subject: Subject, file: Path, passphrase: str = "") -> Sums:
    """Write everything of a room but its films into a file, in one step; give what is in it.

    It holds passwords and keys: only its owner can read it. Where that cannot be had, because of
    the file system, there must be a passphrase.

    Raises:
        BackupError: "open-to-all".
        OSError, StoreError, SQLAlchemyError: something cannot be read or written; `file` is as it
            was.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryFile() as packed, _private(fresh, passphrase) as out:
            with tarfile.open(fileobj=packed, mode="w:gz") as archive:
                files = contents(subject.room, subject.folder, subject.roots)
                sums = _pack(archive, subject.config.room.id, files, dump(subject.place))
            packed.seek(0)
            seal(packed, out, passphrase)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(file.parent)
    return sums


def back_up_nightly(subject: Subject, now: datetime) -> Path:
    """Write a backup into the folder of room.toml, and let the oldest go. Raises as `back_up`."""
    wanted, room = subject.config.backup, subject.config.room
    if wanted is None:
        raise BackupError("no-folder")
    here = now.astimezone(zoneinfo.ZoneInfo(room.timezone))
    file = wanted.folder / NIGHTLY.format(room=room.id, at=here)
    passphrase = wanted.passphrase.get_secret_value() if wanted.passphrase else ""
    back_up(subject, file, passphrase)
    made = sorted(wanted.folder.glob(f"classroom-edge-{room.id}-*.backup"))
    for old in made[: -wanted.keep]:
        old.unlink()
    return file


def _private(path: Path, passphrase: str) -> BinaryIO:
    """Make a file for its owner's eyes only. Raises BackupError, OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    if not passphrase and os.name != "nt" and os.fstat(descriptor).st_mode & 0o077:
        os.close(descriptor)
        raise BackupError("open-to-all")
    return os.fdopen(descriptor, "wb")


def _pack(
    archive: tarfile.TarFile, room: str, files: Iterable[tuple[str, Path]], lines: Iterator[str]
) -> Sums:
    sums: dict[str, str] = {}
    for name, path in files:
        with suppress(FileNotFoundError):  # it went meanwhile
            sums[name] = _add(archive, name, path.read_bytes())
    sums[DATABASE] = _add(archive, DATABASE, "".join(f"{one}\n" for one in lines).encode())
    told = Sums(room=room, at=datetime.now(UTC), files=sums)
    _add(archive, SUMS, msgspec.json.encode(told))
    return told


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> str:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, BytesIO(data))
    return hashlib.sha256(data).hexdigest()
