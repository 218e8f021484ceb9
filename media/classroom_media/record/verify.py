"""Holds a finished recording against its manifest: is every file still what it was?"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from classroom_media.record.manifest import Lesson, Track, read_manifest


class Verified(StrEnum):
    """What became of a file."""

    GOOD = "good"
    MISSING = "missing"
    CHANGED = "changed"  # not the bytes that were finished
    UNREADABLE = "unreadable"  # the disk does not give them back
    UNKNOWN = "unknown"  # the manifest has no checksum: it is not finished


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of a recording."""

    file: str
    bytes: int
    verified: Verified


def verify(folder: Path) -> Iterator[Checked]:
    """Read each file that the manifest names, and say what became of it.

    Raises:
        RecordError: there is no manifest.
    """
    manifest = read_manifest(folder)
    for track in manifest.tracks:
        yield Checked(track.file, track.bytes, _verified(folder, track))
    if manifest.lesson is not None and manifest.lesson.file:
        yield Checked(
            manifest.lesson.file, manifest.lesson.bytes, _verified(folder, manifest.lesson)
        )


def _verified(folder: Path, stated: Track | Lesson) -> Verified:
    if not stated.sha256:
        return Verified.UNKNOWN
    try:
        with (folder / stated.file).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return Verified.MISSING
    except OSError:
        return Verified.UNREADABLE
    return Verified.GOOD if digest == stated.sha256 else Verified.CHANGED
