"""Enters a joined film into a recording of this room, or makes it a recording of its own.

At every moment one of both is whole: the film is in its place before the manifest names it, and
what it takes the place of goes away only when the manifest names that no more.
"""

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import NS, Kind, RecordError
from classroom_media.fill.joining import write_whole
from classroom_media.fill.needs import Needs, passages
from classroom_media.fill.outline import Outline
from classroom_media.fill.spool import Spool
from classroom_media.record.durable import sync_folder
from classroom_media.record.manifest import (
    PROGRAMME,
    Manifest,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from classroom_media.record.shared import Anchor, Attended, Joined, film_ns
from classroom_media.record.thumbnail import THUMBNAIL_FILE, write_thumbnail

SPARE_BYTES: Final = 64 << 20  # left free by a join
THUMBNAIL_AT: Final = 0.1  # of the duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A film of another room, and where it belongs here."""

    name: str  # by which it was asked for
    session: str
    title: str
    hub_ns: int  # hub time at its beginning
    room: str
    source: str  # whose track it takes the place of, if the recording has one
    replaces: bool  # what that track received live goes away


def enter(entry: Entry, outline: Outline, needs: Needs, spool: Spool, folder: Path) -> None:
    """Write the film into a recording's folder, which need not be there, and into its manifest.

    Done twice, it is done once. Raises RecordError, OSError.
    """
    folder.mkdir(exist_ok=True)
    before = _manifest(folder)
    if before is not None and any(one.name == entry.name for one in before.joined):
        _clear(folder, entry, before)
        return
    if shutil.disk_usage(folder).free < outline.size + SPARE_BYTES:
        raise RecordError(f"{folder}: no room to join {outline.size >> 20} MiB")
    file = _file(entry, before)
    write_whole(outline, needs, spool, folder / f".joining.{file}")
    (folder / f".joining.{file}").replace(folder / file)
    sync_folder(folder)
    joined = Joined(
        name=entry.name,
        session=entry.session,
        file=file,
        hub_ns=entry.hub_ns,
        passages=passages(outline, needs.here),
    )
    before = _manifest(folder) or _own(entry, outline, folder, file)
    after = _with(before, entry, joined, _track(entry, outline, folder, before, file))
    write_manifest(folder, after)
    _clear(folder, entry, after)


def _manifest(folder: Path) -> Manifest | None:
    with suppress(RecordError):
        return read_manifest(folder)
    return None


def _file(entry: Entry, before: Manifest | None) -> str:
    if before is None:
        return f"{PROGRAMME}.mp4"
    return f"{entry.source}.whole.{len(before.joined) + 1}.mp4"


def _own(entry: Entry, outline: Outline, folder: Path, film: str) -> Manifest:
    """Begin the manifest of a recording that this room did not make itself."""
    duration_s = outline.duration_ns / NS
    with suppress(RecordError):
        write_thumbnail(folder / film, duration_s * THUMBNAIL_AT, folder / THUMBNAIL_FILE)
    anchors = (Anchor(at_s=0.0, hub_ns=entry.hub_ns),)
    return Manifest(
        id=folder.name,
        state=State.FINISHED,
        room=entry.room,
        title=entry.title,
        started_at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=entry.hub_ns // 1000),
        duration_s=duration_s,
        thumbnail=THUMBNAIL_FILE if (folder / THUMBNAIL_FILE).exists() else "",
        sessions=(Attended(session=entry.session, title=entry.title, anchors=anchors),),
    )


def _track(entry: Entry, outline: Outline, folder: Path, manifest: Manifest, film: str) -> Track:
    formats = {form.kind: form for form in outline.formats}
    picture, sound = formats[Kind.PICTURE], formats.get(Kind.SOUND)
    anchors = [one.anchors for one in manifest.sessions if one.session == entry.session]
    is_own = film == f"{PROGRAMME}.mp4"
    with (folder / film).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Track(
        name=PROGRAMME if is_own else entry.source,
        source="" if is_own else entry.source,
        kind=PROGRAMME if is_own else Kind.PICTURE,
        file=film,
        codec="+".join(form.codec for form in formats.values()),
        duration_s=outline.duration_ns / NS,
        start_s=film_ns(anchors[0], entry.hub_ns) / NS if anchors else 0.0,
        width=picture.width,
        height=picture.height,
        fps=round(picture.fps, 3),
        sample_rate_hz=sound.sample_rate_hz if sound else 0,
        channels=sound.channels if sound else 0,
        bytes=(folder / film).stat().st_size,
        sha256=digest,
    )


def _with(before: Manifest, entry: Entry, joined: Joined, track: Track) -> Manifest:
    own = {one.file for one in before.joined}
    replaced = {
        one.name
        for one in before.tracks
        if entry.replaces and one.source == entry.source and one.file not in own
    }
    kept = [one for one in before.tracks if one.name not in replaced or one.file in own]
    return msgspec.structs.replace(
        before,
        tracks=(*kept, track),
        gaps=tuple(gap for gap in before.gaps if gap.track not in replaced),
        joined=(*before.joined, joined),
    )


def _clear(folder: Path, entry: Entry, manifest: Manifest) -> None:
    """Remove the films of the source that the manifest names no more."""
    named = {track.file for track in manifest.tracks}
    for path in folder.glob(f"{entry.source}*.m*"):
        if entry.replaces and path.name not in named:
            path.unlink()
    sync_folder(folder)
