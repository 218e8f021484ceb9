"""The room's database before an update: rehearsed on a copy, and kept for the way back."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from classroom_edge.store.database import StoreError, is_up_to_date, opened
from classroom_edge.store.place import Place, Server
from classroom_media.record.durable import sync_file, sync_folder

SIDES: Final = ("-wal", "-shm")  # what belongs to a SQLite file and holds part of it


def rehearse(place: Place) -> None:
    """Bring a copy of the database up to this version, and throw it away; blocks.

    A server is not copied. So it must be up to date already: from there no way would lead back.

    Raises:
        StoreError: it cannot be brought up to date, or only on the server itself.
    """
    if isinstance(place, Server):
        if not is_up_to_date(place):
            raise StoreError(f"{place}: its tables would change, and could not be changed back")
    elif place.exists():
        with tempfile.TemporaryDirectory() as folder:
            opened(_copied(place, Path(folder) / place.name)).dispose()


def keep(place: Place) -> None:
    """Keep a copy of the database of a room that is stopped. Raises StoreError."""
    if isinstance(place, Path) and place.exists():
        kept = kept_of(place)
        kept.unlink(missing_ok=True)
        _copied(place, kept)
        sync_file(kept)
        sync_folder(kept.parent)


def put_back(place: Place) -> None:
    """Let a room that is stopped have the copy back. Raises OSError."""
    if isinstance(place, Path) and kept_of(place).exists():
        for side in SIDES:
            place.with_name(place.name + side).unlink(missing_ok=True)
        shutil.copyfile(kept_of(place), place)
        sync_file(place)


def kept_of(place: Path) -> Path:
    """Name the copy: as it was before the last update."""
    return place.with_name(f"{place.name}.before-update")


def _copied(source: Path, into: Path) -> Path:
    try:
        into.touch(mode=0o600)
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(into)) as other:
            one.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{source}: {error}") from error
    return into
