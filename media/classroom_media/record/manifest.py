"""What a recording consists of: the `manifest.json` beside its files.

It is derived from the journal while the recording runs, and from the finished files at the
end. Times (`*_s`) are file times: the same instant in every track, pauses cut out.
"""

from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.durable import replace_durably
from classroom_media.record.journal import Taught
from classroom_media.record.shared import Attended, Joined, attended
from classroom_media.record.story import Part, Story

MANIFEST_FILE: Final = "manifest.json"
PROGRAMME: Final = "programme"  # the name of the director's track
ELSEWHERE: Final = "elsewhere"  # problem of a track: its file is still in the second folder
VERSION: Final = 1


class State(StrEnum):
    """Where a recording stands."""

    RECORDING = "recording"
    FINISHING = "finishing"
    FINISHED = "finished"
    INCOMPLETE = "incomplete"  # over, but not all of it could be brought into its final form


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One file. A track in several files (not joined) has several entries of one name."""

    name: str
    source: str  # "" for the programme
    kind: str  # "picture", "sound" or "programme"
    file: str
    codec: str  # "h264", "aac" or "h264+aac"
    duration_s: float = 0.0
    start_s: float = 0.0  # where the file's time 0 lies in the recording
    width: int = 0
    height: int = 0
    fps: float = 0.0
    sample_rate_hz: int = 0
    channels: int = 0
    bytes: int = 0
    sha256: str = ""  # empty until the recording is finished
    problem: str = ""  # what is wrong with the file, if anything


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not there. A pause takes no file time: `from_s` equals `to_s`."""

    track: str  # "" = all
    from_s: float
    to_s: float
    length_s: float  # of what is missing, in real time; 0 = unknown
    reason: str  # "pause", "outage", "lost", "disk-full", "format", "crash" ...


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """An instant that somebody marked."""

    at_s: float
    text: str = ""


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A page of slides that stood for a while."""

    start_s: float
    page: int  # 1, 2 ... in the order in which they came; one that comes back keeps its number
    picture: str = ""  # file
    film: str = ""  # file in which the page is seen; "" = an older recording did not tell
    film_s: float = 0.0  # of that file: when the page had stood longest, with everything on it


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """A micro-lesson without its silent ends, and the file in which it stands by itself."""

    from_s: float
    to_s: float
    file: str = ""  # "" = there is none
    bytes: int = 0
    sha256: str = ""
    problem: str = ""  # why nothing is trimmed: "no-speech", "mostly-silent", "not-made"


class Filmstrip(msgspec.Struct, frozen=True, kw_only=True):
    """Small pictures of the programme on one sheet, row by row from the top left.

    Picture `n` (from 0 on) shows the recording at file time `n * every_s`, or a little before.
    """

    file: str = ""  # "" = there is nothing to be seen in the recording
    columns: int = 0
    rows: int = 0
    width: int = 0  # of one picture, in pixels
    height: int = 0
    every_s: float = 0.0
    count: int = 0  # of pictures; the last row may have room for more


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A recording, as listed and as stored."""

    id: str
    state: State
    room: str
    title: str
    started_at: datetime  # wall clock at file time 0; aware
    duration_s: float
    tracks: tuple[Track, ...] = ()
    gaps: tuple[Gap, ...] = ()
    marks: tuple[Mark, ...] = ()
    thumbnail: str = ""
    filmstrip: Filmstrip | None = None  # None: it is not made yet
    problem: str = ""  # why the state is "incomplete"
    micro: bool = False
    chapters: tuple[Chapter, ...] = ()
    lesson: Lesson | None = None  # of a micro-lesson that is finished
    taught: Taught | None = None  # the lesson of the timetable that it is a recording of
    sessions: tuple[Attended, ...] = ()  # that it was recorded in
    joined: tuple[Joined, ...] = ()  # films of other rooms in it
    looked_through: bool = True  # False: finished, but chapters and ends are still to be found
    version: int = VERSION


class DamagedError(RecordError):
    """What is there is no manifest: garbled, cut short, or somebody else's."""


_decoder: Final = msgspec.json.Decoder(Manifest)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a recording's folder.

    Raises:
        DamagedError: it is not one of ours.
        RecordError: there is none, or the disk fails.
    """
    path = folder / MANIFEST_FILE
    try:
        manifest = _decoder.decode(path.read_bytes())
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path}: {error}") from error
    if manifest.started_at.tzinfo is None or not manifest.id:
        raise DamagedError(f"{path}: it does not say when or what it is")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest at once and durably: a reader sees the old one or the new one.

    Raises:
        RecordError: it cannot be written; the old one is still there.
    """
    path = folder / MANIFEST_FILE
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    try:
        replace_durably(path, text + b"\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def manifest_of(story: Story, state: State) -> Manifest:
    """Derive the manifest of a recording that is not finished: no sizes, no checksums."""
    return Manifest(
        id=story.id,
        state=state,
        room=story.room,
        title=story.title,
        started_at=story.started_at,
        duration_s=story.duration_s,
        tracks=tuple(_unfinished(story, part) for part in story.parts),
        gaps=pauses(story),
        marks=marks(story),
        micro=story.micro,
        taught=story.taught,
        sessions=attended(story),
    )


def pauses(story: Story) -> tuple[Gap, ...]:
    """List what lies between takes: pauses and outages, which take no file time."""
    found: list[Gap] = []
    for before, after in pairwise(story.takes):
        at_s = story.offset_of(after.number) / NS
        length_ns = after.from_ns - story.end_of(before) if before.boot == after.boot else 0
        reason = after.reason or "pause"
        found.append(Gap(track="", from_s=at_s, to_s=at_s, length_s=length_ns / NS, reason=reason))
    return tuple(found)


def marks(story: Story) -> tuple[Mark, ...]:
    """List the marks at their file times."""
    return tuple(Mark(at_s=story.file_s(m.take, m.at_ns), text=m.text) for m in story.marks)


def _unfinished(story: Story, part: Part) -> Track:
    expected = {track.name: track for track in story.tracks}.get(part.track)
    picture = part.file.endswith(".mp4")
    codec = ("h264+aac" if part.track == PROGRAMME else "h264") if picture else "aac"
    return Track(
        name=part.track,
        source=expected.source if expected else part.track.removesuffix("-sound"),
        kind=kind_of(part.track, picture=picture),
        file=part.file,
        codec=codec,
        duration_s=(part.known_ns - part.zero_ns) / NS,
        start_s=story.file_s(part.take, part.zero_ns),
    )


def kind_of(track: str, *, picture: bool) -> str:
    """Name what a track is to its viewers."""
    if track == PROGRAMME:
        return PROGRAMME
    return Kind.PICTURE if picture else Kind.SOUND
