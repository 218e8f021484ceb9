"""``classroom-edge backup`` and ``restore``: everything of a room but its films, in one file."""

import os
import sys
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from classroom_edge.config import load
from classroom_edge.library.backup.restoring import restore as bring_back
from classroom_edge.library.backup.seal import BackupError
from classroom_edge.library.backup.service import said
from classroom_edge.library.backup.writing import Subject, back_up
from classroom_edge.lock import RoomBusyError
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.store import StoreError
from classroom_edge.words import words

GOOD: Final = 0
FAILED: Final = 1
PASSPHRASE: Final = "CLASSROOM_EDGE_PASSPHRASE"  # noqa: S105 - a variable's name
LEAST: Final = 8  # characters
FAULTS: Final = (BackupError, StoreError, SQLAlchemyError, OSError)


def backup(
    file: Path, room: Path, data: Path | None, passphrase_file: Path | None, *, language: str
) -> int:
    """Write a backup of a room, which may be at work; give 1 if it could not be written.

    The passphrase is read from a file or the environment; else it is that of [backup], or none.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    of_room = config.backup.passphrase if config.backup else None
    try:
        passphrase = _passphrase(passphrase_file)
        passphrase = passphrase or (of_room.get_secret_value() if of_room else "")
        sums = back_up(Subject(room, config, folder), file.absolute(), passphrase)
    except FAULTS as error:
        _tell("failed", language, text=said(error, language))
        return FAILED
    kilobytes = max(1, round(file.stat().st_size / 1000))
    _tell("made", language, file=file, files=len(sums.files), room=sums.room, kilobytes=kilobytes)
    _tell("sealed" if passphrase else "open", language)
    return GOOD


def restore(
    file: Path, room: Path, data: Path | None, passphrase_file: Path | None, *, language: str
) -> int:
    """Bring a backup back; give 1 if it is damaged, or a daemon runs the room.

    Raises:
        ConfigError: its room.toml is none that this version understands.
    """
    try:
        done = bring_back(file, room.absolute(), data, _passphrase(passphrase_file))
    except RoomBusyError as error:
        _tell("busy", language, room=error.room, pid=error.pid)
        return FAILED
    except FAULTS as error:
        _tell("failed", language, text=said(error, language))
        return FAILED
    at = f"{done.sums.at.astimezone():%Y-%m-%d %H:%M}"
    _tell("restored", language, room=done.sums.room, at=at, recordings=done.recordings)
    _tell("aside", language, folder=done.aside)
    if done.left_out:
        _tell("left-out", language, number=len(done.left_out))
    _tell("next", language)
    return GOOD


def _passphrase(file: Path | None) -> str:
    """Read the passphrase. Raises BackupError, OSError."""
    text = (
        file.read_text(encoding="utf-8").strip("\r\n") if file else os.environ.get(PASSPHRASE, "")
    )
    if (file or text) and len(text) < LEAST:
        raise BackupError("passphrase-short")
    return text


def _tell(key: str, language: str, **values: object) -> None:
    sys.stderr.write(words("backup").say(key, language, **values) + "\n")
