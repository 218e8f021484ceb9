"""What a recording's folder holds: its manifest, or else its journal, or else its bare files."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.journal import JOURNAL_FILE, AnyJournalEvent, replay
from classroom_media.record.manifest import (
    PROGRAMME,
    Manifest,
    State,
    Track,
    kind_of,
    manifest_of,
    read_manifest,
)
from classroom_media.record.reading import content_of
from classroom_media.record.story import Story, tell

FILMS: Final = (".mp4", ".m4a")
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)  # stands for a time that nobody noted


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is to be reported on."""

    folder: Path
    manifest: Manifest
    events: tuple[AnyJournalEvent, ...]
    story: Story | None  # None: there is no journal that says anything
    told: bool  # the manifest is one, and not guessed from the files


def holdings_of(folder: Path) -> Holdings:
    """Read what a folder says of itself.

    Raises:
        RecordError: there is nothing of a recording in it.
    """
    events: tuple[AnyJournalEvent, ...] = ()
    story: Story | None = None
    with suppress(RecordError):
        events = replay(folder / JOURNAL_FILE)
        story = tell(events)
    manifest: Manifest | None = None
    with suppress(RecordError):
        manifest = read_manifest(folder)
    told = manifest is not None
    if manifest is None and story is not None:
        manifest = manifest_of(story, State.FINISHING if story.stopped else State.RECORDING)
    return Holdings(folder, manifest or _guessed(folder), events, story, told)


def _guessed(folder: Path) -> Manifest:
    """Make a manifest of the files alone."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in FILMS)
    except OSError as error:
        raise RecordError(f"{folder}: {error.strerror}") from error
    if not paths:
        raise RecordError(f"{folder}: neither manifest nor journal nor a film")
    tracks = tuple(_track(path) for path in paths)
    return Manifest(
        id=folder.name,
        state=State.INCOMPLETE,
        room="",
        title="",
        started_at=NEVER,
        duration_s=max(track.duration_s for track in tracks),
        tracks=tracks,
        problem="no-manifest",
    )


def _track(path: Path) -> Track:
    content = content_of(path)
    return Track(
        name=path.stem,
        source="" if path.stem == PROGRAMME else path.stem.removesuffix("-sound"),
        kind=kind_of(path.stem, picture=path.suffix == ".mp4"),
        file=path.name,
        codec="+".join(content[kind].format.codec for kind in Kind if kind in content),
        duration_s=max((lane.end_ns for lane in content.values()), default=0) / NS,
    )
