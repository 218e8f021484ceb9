"""What the manifest tells of a final file: its length, its form, its checksum."""

import hashlib
from pathlib import Path
from statistics import median

from classroom_media.api import NS, Kind
from classroom_media.record.assembly import Result
from classroom_media.record.manifest import Track, kind_of
from classroom_media.record.samples import Content
from classroom_media.record.story import Story


def measured(path: Path, result: Result, story: Story) -> Track:
    """Measure a file.

    Raises:
        OSError: as the file system says.
    """
    picture = result.content.get(Kind.PICTURE)
    sound = result.content.get(Kind.SOUND)
    lanes = result.content.values()
    expected = {track.name: track for track in story.tracks}.get(result.track)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Track(
        name=result.track,
        source=expected.source if expected else result.track.removesuffix("-sound"),
        kind=kind_of(result.track, picture=picture is not None),
        file=result.file,
        codec="+".join(
            result.content[kind].format.codec for kind in Kind if kind in result.content
        ),
        duration_s=max((lane.end_ns for lane in lanes), default=0) / NS,
        start_s=result.start_ns / NS,
        width=picture.format.width if picture else 0,
        height=picture.format.height if picture else 0,
        fps=_fps(result.content),
        sample_rate_hz=sound.format.sample_rate_hz if sound else 0,
        channels=sound.format.channels if sound else 0,
        bytes=path.stat().st_size,
        sha256=digest,
        problem=result.problem,
    )


def _fps(content: Content) -> float:
    lane = content.get(Kind.PICTURE)
    if lane is None:
        return 0.0
    return round(NS / max(median(sample.duration_ns for sample in lane.samples), 1), 3)
