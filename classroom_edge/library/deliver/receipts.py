"""What arrived elsewhere: the ``deliveries.jsonl`` beside a recording's files.

One line for each parcel that arrived whole. It is what keeps a recording from being sent again
when the database is lost, and what lets it be deleted here.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.target import Receipt
from classroom_media.api import RecordError
from classroom_media.record.durable import replace_durably

RECEIPTS_FILE: Final = "deliveries.jsonl"

logger = logging.getLogger(__name__)


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel that arrived."""

    target: str
    what: str  # programme | tracks | all | edit:ID
    at: datetime  # aware
    files: tuple[Receipt, ...]


_decoder: Final = msgspec.json.Decoder(Delivered)


def read_receipts(folder: Path) -> tuple[Delivered, ...]:
    """Read what arrived of a recording, the oldest first; lines that say nothing are left out.

    Raises:
        RecordError: the disk fails.
    """
    try:
        lines = (folder / RECEIPTS_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise RecordError(f"{folder / RECEIPTS_FILE}: {error.strerror}") from error
    found = (_read(line, folder) for line in lines if line.strip())
    return tuple(one for one in found if one is not None)


def _read(line: bytes, folder: Path) -> Delivered | None:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("%s has a line that says nothing: %s", folder / RECEIPTS_FILE, error)
        return None


def receipt_of(folder: Path, target: str, what: str) -> Delivered | None:
    """Give the newest receipt of a parcel; None = it never arrived. Raises RecordError."""
    found = (one for one in read_receipts(folder) if (one.target, one.what) == (target, what))
    return max(found, key=lambda one: one.at, default=None)


def add_receipt(folder: Path, delivered: Delivered) -> None:
    """Note what arrived, durably. A parcel that arrived with the same content is noted once.

    Raises:
        RecordError: it cannot be written; what was noted before is still there.
    """
    path = folder / RECEIPTS_FILE
    if any(_same(one, delivered) for one in read_receipts(folder)):
        return
    try:
        before = path.read_bytes() if path.exists() else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        replace_durably(path, before + msgspec.json.encode(delivered) + b"\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def _same(one: Delivered, other: Delivered) -> bool:
    return (one.target, one.what, _contents(one)) == (other.target, other.what, _contents(other))


def _contents(delivered: Delivered) -> set[tuple[str, str]]:
    return {(file.name, file.sha256) for file in delivered.files}
