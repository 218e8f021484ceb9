"""Bringing a backup back. It is checked whole before anything is touched. Blocks.

the file ──unsealed, unpacked──► staging ──checksums, room.toml──► what is there ──► aside
                                                                   staging ──► its place
"""

import hashlib
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from gzip import BadGzipFile
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge import lock
from classroom_edge.config import Config, load
from classroom_edge.library.backup.contents import (
    BEFORE,
    BESIDE,
    DATA,
    DATABASE,
    RECEIVED,
    RECORDINGS,
    ROOM,
    SECOND,
)
from classroom_edge.library.backup.seal import BackupError, unseal
from classroom_edge.library.backup.writing import SUMS, Sums
from classroom_edge.library.keeping.removals import (
    REMOVALS_FILE,
    add_removal,
    erased,
    read_removals,
)
from classroom_edge.library.roots import roots_of
from classroom_edge.paths import DataFolder, default_data_folder, room_lock, runtime_folder
from classroom_edge.store import Place, place_of
from classroom_edge.store.portable import dump
from classroom_edge.store.portable import load as load_rows
from classroom_media.record.journal import JOURNAL_FILE

ASIDE: Final = BEFORE + "{at:%Y%m%d-%H%M%S}"


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a backup."""

    sums: Sums
    data: Path
    aside: Path  # what was there before
    recordings: int
    left_out: tuple[str, ...]  # recordings that were erased since


def restore(file: Path, room: Path, data: Path | None = None, passphrase: str = "") -> Restored:
    """Bring everything back but the films, which stay as they are where they are.

    Raises:
        BackupError: the file is none, is damaged, or its passphrase is another.
        RoomBusyError: a daemon runs this room.
        ConfigError: its room.toml is none that this version understands.
        OSError, StoreError, SQLAlchemyError: something cannot be written; what was there is aside.
    """
    room.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=room.parent) as made, ExitStack() as s:
        staging = Path(made)
        sums = unpack(file, staging, passphrase)
        config = _config(staging)
        folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
        s.enter_context(lock.hold(room_lock(room, config.room.id), config.room.id))
        runtime = runtime_folder(folder.path, config.room.id)
        s.enter_context(lock.hold(runtime / "lock", config.room.id))
        folder.make()
        return _Restoring(staging, sums, config, room, folder).run()


def unpack(file: Path, staging: Path, passphrase: str) -> Sums:
    """Unpack a backup and check every byte of it. Raises BackupError, OSError."""
    with tempfile.TemporaryFile() as packed:
        with file.open("rb") as source:
            unseal(source, packed, passphrase)
        packed.seek(0)
        try:
            with tarfile.open(fileobj=packed, mode="r:gz") as archive:
                archive.extractall(staging, filter="data")
        except (tarfile.TarError, EOFError, zlib.error, BadGzipFile) as error:
            raise BackupError("damaged", str(error)) from error
    try:
        sums = msgspec.json.decode((staging / SUMS).read_bytes(), type=Sums)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError("damaged", "it was cut short") from error
    for name, sha256 in sums.files.items():
        path = staging / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise BackupError("damaged", name)
    return sums


def _config(staging: Path) -> Config:
    """Read the room.toml of a backup, with the files that it names beside it."""
    trial = staging / "trial"
    shutil.copytree(staging / BESIDE, trial) if (staging / BESIDE).is_dir() else trial.mkdir()
    shutil.copy(staging / ROOM, trial / ROOM)
    return load(trial / ROOM)


class _Restoring:
    """One backup on its way back."""

    def __init__(
        self, staging: Path, sums: Sums, config: Config, room: Path, folder: DataFolder
    ) -> None:
        self._staging, self._sums, self._room, self._folder = staging, sums, room, folder
        self._place = place_of(config.store, folder)
        roots = roots_of(config, folder)
        self._recordings = {
            RECORDINGS: roots.own,
            RECEIVED: roots.received,
            SECOND: _made(roots.second) or roots.own,
        }
        self._aside = folder.path / ASIDE.format(at=datetime.now(UTC))
        self._removals = folder.path / REMOVALS_FILE
        apart = {name.split("/")[1] for name in sums.files if name.startswith(f"{SECOND}/")}
        self._home = {one for one in apart if roots.has_at_home(one)}

    def run(self) -> Restored:
        """Put everything in its place."""
        self._aside.mkdir(mode=0o700)
        gone = self._all_removals()
        for name in self._sums.files:
            if (target := self._target(name, gone)) is not None:
                self._put(self._staging / name, target, name)
        self._put_database(self._place)
        parts = [name.split("/") for name in self._sums.files]
        there = {part[1] for part in parts if part[0] in self._recordings}
        left_out = tuple(sorted(there & gone))
        return Restored(
            self._sums, self._folder.path, self._aside, len(there) - len(left_out), left_out
        )

    def _all_removals(self) -> set[str]:
        """Join the records of what was deleted; give what must not come back."""
        kept = self._staging / DATA / REMOVALS_FILE
        for one in read_removals(kept) if kept.is_file() else ():
            add_removal(self._removals, one)
        return set(erased(read_removals(self._removals)))

    def _target(self, name: str, gone: set[str]) -> Path | None:
        """Say where a file belongs; nowhere if it is no file, of what was erased, or not as new."""
        top, _, rest = name.partition("/")
        if top == ROOM:
            return self._room
        if top == BESIDE:
            return self._room.parent / rest
        if top == DATA and rest != REMOVALS_FILE:
            return self._folder.path / rest
        root, recording = self._recordings.get(top), rest.partition("/")[0]
        if root is None or recording in gone:
            return None
        target = root / rest
        is_older = recording in self._home or (target.name == JOURNAL_FILE and target.exists())
        return None if top == SECOND and is_older else target

    def _put(self, source: Path, target: Path, name: str) -> None:
        if target.exists():
            if target.read_bytes() == source.read_bytes():
                return
            (self._aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(target, self._aside / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.restored")
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        fresh.replace(target)

    def _put_database(self, place: Place) -> None:
        with (self._staging / DATABASE).open(encoding="utf-8") as lines:
            if isinstance(place, Path):
                fresh = place.with_name(f".{place.name}.restored")
                for path in _with_journal(fresh):
                    path.unlink(missing_ok=True)
                load_rows(fresh, lines)
                for path in _with_journal(place):
                    if path.exists():
                        path.replace(self._aside / path.name)
                fresh.replace(place)
            else:
                kept = "".join(f"{one}\n" for one in dump(place))
                (self._aside / DATABASE).write_text(kept, encoding="utf-8")
                load_rows(place, lines)


def _made(second: Path | None) -> Path | None:
    """Make the second folder where it can be; its disk may not be there."""
    if second is not None:
        with suppress(OSError):
            second.mkdir(parents=True, exist_ok=True)
            return second
    return None


def _with_journal(file: Path) -> Iterator[Path]:
    for end in ("", "-wal", "-shm"):
        yield file.with_name(file.name + end)
