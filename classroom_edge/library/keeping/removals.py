"""The record of what was deleted: ``deletions.jsonl`` in the data folder, only ever added to.

It outlives the recordings: what, when, why, on whose word, with the checksums of the files, and
where else it had arrived, so that somebody can ask there. It has neither title nor names: whoever
has a recording erased does not want to be read of in a list of erased recordings.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.receipts import read_receipts
from classroom_media.api import RecordError
from classroom_media.record.durable import sync_file, sync_folder
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.manifest import Manifest, State, manifest_of, read_manifest
from classroom_media.record.story import tell

REMOVALS_FILE: Final = "deletions.jsonl"
ERASURE: Final = "erasure"  # why: a person asked for it
SESSION: Final = "session"  # elsewhere: in the rooms that were in it

logger = logging.getLogger(__name__)


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was deleted."""

    name: str
    bytes: int
    sha256: str = ""  # "" = it was never finished


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recording, or a part of it, is still to be found."""

    target: str  # its id in room.toml; or "session", whose rooms may have recorded it, too
    what: str  # that was delivered; or the session's id
    at: datetime | None = None
    where: tuple[str, ...] = ()  # addresses, if the target told them


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that was deleted here."""

    recording: str
    at: datetime  # aware
    why: str  # a rule: "delivered" | "age" | "space", or ERASURE
    by: str = ""  # "" = the rule
    reason: str = ""  # what the person gave for one
    began_at: datetime | None = None
    duration_s: float = 0.0
    files: tuple[Gone, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


_decoder: Final = msgspec.json.Decoder(Removal)


def described(removal: Removal, folder: Path) -> Removal:
    """Add what the folder still tells of its recording; what cannot be read is left out."""
    manifest = _manifest(folder)
    if manifest is None:
        return removal
    arrived = tuple(
        Elsewhere(
            target=one.target,
            what=one.what,
            at=one.at,
            where=tuple(dict.fromkeys(file.where for file in one.files if file.where)),
        )
        for one in read_receipts(folder)
    )
    shared = tuple(Elsewhere(target=SESSION, what=one.session) for one in manifest.sessions)
    return msgspec.structs.replace(
        removal,
        began_at=manifest.started_at,
        duration_s=manifest.duration_s,
        files=tuple(
            Gone(name=one.file, bytes=one.bytes, sha256=one.sha256) for one in manifest.tracks
        ),
        elsewhere=(*arrived, *shared),
    )


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except RecordError:
        pass
    try:
        return manifest_of(tell(replay(folder / JOURNAL_FILE)), State.INCOMPLETE)
    except RecordError:
        return None


def add_removal(file: Path, removal: Removal) -> None:
    """Add a line, durably; one that is there already is not added again.

    Raises:
        OSError: as the file system says; what is there stays.
    """
    known = {(one.recording, one.at) for one in read_removals(file)}
    if (removal.recording, removal.at) in known:
        return
    is_new = not file.exists()
    with file.open("ab+") as opened:
        size = opened.seek(0, 2)
        if size:
            opened.seek(size - 1)
        torn = size and opened.read(1) != b"\n"
        try:
            opened.write((b"\n" if torn else b"") + msgspec.json.encode(removal) + b"\n")
            opened.flush()
        except OSError:
            opened.truncate(size)
            raise
    sync_file(file)
    if is_new:
        sync_folder(file.parent)


def read_removals(file: Path) -> tuple[Removal, ...]:
    """Read what was deleted, the oldest first; a line that says nothing is left out.

    Raises:
        OSError: as the file system says.
    """
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    found = (_read(line, file) for line in lines if line.strip())
    return tuple(one for one in found if one is not None)


def _read(line: bytes, file: Path) -> Removal | None:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("%s has a line that says nothing: %s", file, error)
        return None


def erased_sessions(removals: Iterable[Removal]) -> frozenset[str]:
    """Give the sessions of which a recording was erased: no film of those either."""
    places = (one for removal in removals if removal.why == ERASURE for one in removal.elsewhere)
    return frozenset(one.what for one in places if one.target == SESSION)


def erased(removals: tuple[Removal, ...]) -> dict[str, Removal]:
    """Give what was erased for good, by id: it must not come back, from wherever."""
    return {one.recording: one for one in removals if one.why == ERASURE}
