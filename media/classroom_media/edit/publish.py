"""Puts a file that was made in its place, with what it is like beside it."""

import hashlib
from pathlib import Path

import msgspec

from classroom_media.api import MediaError
from classroom_media.edit.orders import Made
from classroom_media.record.durable import replace_durably


def publish(aside: Path, into: Path, made: Made) -> Made:
    """Put a file in its place, with what it is like beside it, which is never of another one.

    Raises:
        MediaError: it cannot be read, or put there.
    """
    record = record_of(into)
    try:
        with aside.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        full = msgspec.structs.replace(made, bytes=aside.stat().st_size, sha256=digest)
        record.unlink(missing_ok=True)
        aside.replace(into)
        replace_durably(record, msgspec.json.encode(full))
    except OSError as error:
        raise MediaError(f"{into}: {error.strerror}") from error
    return full


def made_of(file: Path) -> Made | None:
    """Tell what a file that was made is like; None if it is not there, or not whole."""
    try:
        made = msgspec.json.decode(record_of(file).read_bytes(), type=Made)
        return made if file.stat().st_size == made.bytes else None
    except (OSError, msgspec.DecodeError):
        return None


def record_of(file: Path) -> Path:
    """Say where it stands what a file that was made is like."""
    return file.with_name(f"{file.name}.made")
