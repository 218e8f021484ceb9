"""A database file that is damaged or gone: set aside, and put back from yesterday's copy.

The index of recordings is made again from their folders. Accounts, paired panels, enrolled sites,
the timetable's memory and the queue of deliveries stand nowhere else: so a copy of the file is
made once a day and proved, and what is damaged is replaced by it. Nothing is thrown away: a
damaged file stays beside the new one, with its journal.
"""

import logging
import os
import pkgutil
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from classroom_edge.store.database import StoreError
from classroom_edge.store.migrations import versions
from classroom_edge.store.tables import Table
from classroom_media.record.durable import sync_folder

COPY_EVERY_S: Final = 24 * 3600.0
_SIDES: Final = ("-wal", "-shm")  # what belongs to a SQLite file and holds part of it

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done. Everything that was changed after `copied_at` is lost with the file."""

    problem: str  # what was wrong with it; "" = it was gone
    aside: Path | None  # where the damaged file is now
    copied_at: datetime | None  # of the copy that took its place; None: there was none


def copy_of(file: Path) -> Path:
    """Name the copy of a database file."""
    return file.with_name(f"{file.name}.copy")


def mend(file: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Mended | None:
    """See whether a database file is sound before it is opened; blocks. None: it is, or is new.

    Raises:
        StoreError: it can be neither read nor renamed.
    """
    copy = copy_of(file)
    try:
        problem = _flaw(file) if file.exists() else ""
        if not problem and (file.exists() or not copy.exists()):
            return None
        aside = _set_aside(file, now()) if problem else None
        copied_at = _put_back(copy, file)
    except OSError as error:
        raise StoreError(f"{file}: {error}") from error
    mended = Mended(problem, aside, copied_at)
    kept = aside.name if aside else "nothing"
    instead = f"its copy of {copied_at:%Y-%m-%d %H:%M} UTC" if copied_at else "an empty one"
    logger.warning("%s: %s; kept: %s; now: %s", file, problem or "gone", kept, instead)
    return mended


def keep_copy(file: Path) -> bool:
    """Copy a database file that others work on, unless that was done today; blocks.

    A copy takes the place of the last one only once it has proved sound.

    Raises:
        StoreError: the file is damaged, or there is no room for a copy.
    """
    copy = copy_of(file)
    with suppress(OSError):
        if 0 <= time.time() - copy.stat().st_mtime < COPY_EVERY_S:
            return False
    fresh = copy.with_name(f".{copy.name}")
    try:
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(fresh)) as into:
            source.backup(into)
            into.execute("PRAGMA journal_mode=DELETE")
        if flaw := _flaw(fresh):
            raise StoreError(f"{file}: {flaw}")
        fresh.replace(copy)
        sync_folder(copy.parent)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{file}: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _flaw(file: Path) -> str:
    """Say what is wrong with a SQLite file; an empty one is none yet."""
    try:
        with closing(sqlite3.connect(file, timeout=5.0)) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if not tables:
                return "empty" if copy_of(file).exists() else ""
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            return _lacking(connection) if found == "ok" else found
    except sqlite3.OperationalError as error:  # locked, or the disk fails: that is not the file
        logger.warning("%s cannot be looked at: %s", file, error)
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)


def _lacking(connection: sqlite3.Connection) -> str:
    """Say what a database of this version should have, and has not."""
    try:
        revision = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.OperationalError, TypeError) as error:
        return f"no version: {error}"
    if not re.fullmatch(r"[0-9]{4}", revision):
        return f"version {revision!r}"
    if revision != _newest():
        return ""  # older tables are brought up to date, newer ones are not ours to judge
    for table in Table.metadata.sorted_tables:
        columns = ", ".join(f'"{table.name}"."{column.name}"' for column in table.columns)
        try:
            connection.execute(f'SELECT {columns} FROM "{table.name}" LIMIT 0')  # noqa: S608 - ours
        except sqlite3.OperationalError as error:
            return str(error)
    return ""


def _newest() -> str:
    """Give the newest version of the tables."""
    return max(module.name[1:5] for module in pkgutil.iter_modules(versions.__path__))


def _set_aside(file: Path, at: datetime) -> Path:
    aside = file.with_name(f"{file.name}.damaged-{at:%Y%m%d-%H%M%S-%f}")
    for side in _SIDES:
        with suppress(FileNotFoundError):
            file.with_name(file.name + side).rename(aside.with_name(aside.name + side))
    file.rename(aside)
    return aside


def _put_back(copy: Path, file: Path) -> datetime | None:
    """Put the copy in a file's place, if there is one that is sound."""
    for side in _SIDES:  # of a file that is gone: they would be taken for the copy's
        file.with_name(file.name + side).unlink(missing_ok=True)
    if not copy.exists() or _flaw(copy):
        return None
    fresh = file.with_name(f".{file.name}")
    shutil.copyfile(copy, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(file)
    sync_folder(file.parent)
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)
