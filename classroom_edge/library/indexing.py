"""From a recording's folder to its line in the catalogue. Reads the disk; changes nothing whole.

A manifest that cannot be understood is set aside, and the recording is told from its journal until
the finisher has made another from that; without a journal it is listed as unreadable.
"""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from classroom_edge.library.card import CARD_FILE, Card, read_card
from classroom_edge.library.entry import UNREADABLE, Entry, fold
from classroom_edge.library.received.arrival import ARRIVAL, as_here, read_arrival
from classroom_media.api import RecordError
from classroom_media.record.aside import laid_aside, put_aside
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    DamagedError,
    Manifest,
    State,
    manifest_of,
    read_manifest,
)
from classroom_media.record.story import tell

ID: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4,16}")  # of a recording, and its folder
EDITS: Final = "edits"  # folder
RECEIPTS_FILE: Final = "deliveries.jsonl"
DAMAGED: Final = "manifest-damaged"  # the problem of one whose manifest was set aside
LOST: Final = "manifest-lost"  # the problem of one that has neither manifest nor journal
PAUSE: Final = "pause"  # the reason of a gap that somebody meant
BYTES_MOST: Final = 2**63 - 1
_SEPARATORS = re.compile(r"[,;、,;\n]+")  # between the names that a person writes in one line

logger = logging.getLogger(__name__)


def stamp_of(folder: Path) -> str:
    """Tell when that of which a line is made was changed last; "" = this is no recording."""
    files = (MANIFEST_FILE, CARD_FILE, EDITS, RECEIPTS_FILE, ARRIVAL)
    stamps = [_stamp(folder / name) for name in files]
    if not stamps[0]:
        stamps.append(_stamp(folder / JOURNAL_FILE))
        if not stamps[-1] and not _has_something(folder):
            return ""
    return ";".join(stamps)


def read(folder: Path, stamp: str) -> Entry:
    """Read a recording's line.

    Raises:
        OSError, RecordError: the disk fails, or the folder is gone.
    """
    manifest, problem = _manifest(folder)
    card, arrival = read_card(folder), read_arrival(folder)
    if arrival is not None and manifest is not None:
        manifest = as_here(manifest, folder)
    bare = Entry(
        id=folder.name,
        stamp=stamp,
        started_at=_began(folder),
        state=UNREADABLE,
        bytes=min(BYTES_MOST, sum(_size(path) for path in folder.rglob("*"))),
        held=card.held,
        consent=card.standing.consent,
        edits=sum(1 for _one in (folder / EDITS).glob("*.json")),
        receipts=_lines(folder / RECEIPTS_FILE),
        problem=problem,
        school=_plain(arrival.school) if arrival else "",
        received_at=arrival.arrived_at.astimezone(UTC) if arrival else None,
    )
    return _told(bare, card, manifest)


def _told(bare: Entry, card: Card, manifest: Manifest | None) -> Entry:
    """Add what the manifest and people say."""
    taught = manifest.taught if manifest else None
    title = card.title or (manifest.title if manifest else "")
    subject = card.subject or (taught.subject if taught else "")
    teachers = named(card.teacher) or (taught.teachers if taught else ())
    classes = named(card.class_name) or (taught.classes if taught else ())
    recorded = _recorded(manifest) if manifest else ()
    said = (bare.id, bare.school, title, subject, *teachers, *classes, card.note, *recorded)
    entry = replace(
        bare,
        title=_plain(title),
        subject=_plain(subject),
        teachers=_names(teachers),
        classes=_names(classes),
        words=fold("\n".join(said)),
    )
    if manifest is None:
        return entry
    return replace(
        entry,
        started_at=manifest.started_at.astimezone(UTC),
        state=str(manifest.state),
        duration_s=manifest.duration_s,
        thumbnail=_plain(manifest.thumbnail),
        filmstrip=_plain(manifest.filmstrip.file) if manifest.filmstrip else "",
        tracks=_names(one.name for one in manifest.tracks),
        sessions=_names(one.session for one in manifest.sessions),
        marks=len(manifest.marks),
        gaps=sum(1 for gap in manifest.gaps if gap.reason != PAUSE),
        problem=bare.problem or _plain(manifest.problem),
    )


def named(line: str) -> tuple[str, ...]:
    """Give the names that a person wrote in one line."""
    return tuple(filter(None, (one.strip() for one in _SEPARATORS.split(line))))


def _recorded(manifest: Manifest) -> tuple[str, ...]:
    """Give what can be searched for and was not written by people afterwards."""
    return (
        manifest.title,
        *(mark.text for mark in manifest.marks),
        *(one.title for one in manifest.sessions),
    )


def _manifest(folder: Path) -> tuple[Manifest | None, str]:
    """Give the manifest and what is wrong; a recording that is not finished has its journal's."""
    problem = DAMAGED if laid_aside(folder / MANIFEST_FILE) else ""
    with suppress(FileNotFoundError):
        try:
            (folder / MANIFEST_FILE).stat()
            return read_manifest(folder), ""
        except DamagedError as error:
            logger.warning("%s is set aside", error)
            problem = DAMAGED
            with suppress(RecordError):  # where nothing can be renamed it stays where it is
                put_aside(folder / MANIFEST_FILE)
    try:
        story = tell(replay(folder / JOURNAL_FILE))
    except RecordError:
        return None, problem or LOST
    return manifest_of(story, State.FINISHING if story.stopped else State.RECORDING), problem


def _began(folder: Path) -> datetime:
    """Tell from its name when a recording began."""
    try:
        return datetime.strptime(folder.name[:15], "%Y%m%d-%H%M%S").astimezone()
    except ValueError:
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC)


def _names(many: Iterable[str]) -> tuple[str, ...]:
    """Give names as they are kept, each once."""
    return tuple(dict.fromkeys(filter(None, map(_plain, many))))


def _plain(text: str) -> str:
    """Give a text as one line that any database keeps."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns:x}.{found.st_size:x}"


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size if path.is_file() else 0
    return 0


def _lines(path: Path) -> int:
    with suppress(OSError):
        return path.read_bytes().count(b"\n")
    return 0


def _has_something(folder: Path) -> bool:
    with suppress(OSError):
        return any(folder.iterdir())
    return False
