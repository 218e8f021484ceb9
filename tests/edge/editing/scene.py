"""Real recordings of a few seconds: a programme, a camera of its own, marks and pages of slides."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from classroom_media.record.manifest import (
    Chapter,
    Manifest,
    Mark,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from tests.media import films

SECONDS = 6
CAMERA = 1000  # the number of the camera's first picture


@cache
def _film(first: int) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "film.mp4")
        pictures = [films.numbered(first + n) for n in range(SECONDS * films.FPS)]
        films.write_film(path, pictures, films.tone(SECONDS, 0.1))
        return path.read_bytes()


def record(folder: Path, first: int = 0) -> Manifest:
    """Put a finished recording into a folder of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    tracks = []
    for name, number in (("programme", first), ("camera", first + CAMERA)):
        data = _film(number)
        (folder / f"{name}.mp4").write_bytes(data)
        tracks.append(
            Track(
                name=name,
                source="" if name == "programme" else name,
                kind=name if name == "programme" else "picture",
                file=f"{name}.mp4",
                codec="h264+aac",
                duration_s=float(SECONDS),
                width=films.WIDTH,
                height=films.HEIGHT,
                fps=float(films.FPS),
                sample_rate_hz=films.RATE_HZ,
                channels=1,
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    manifest = Manifest(
        id=folder.name,
        state=State.FINISHED,
        room="room",
        title="分数的意义",
        started_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        duration_s=float(SECONDS),
        tracks=tuple(tracks),
        marks=(Mark(at_s=2.0, text="例题"), Mark(at_s=4.0)),
        chapters=(Chapter(start_s=1.0, page=1, film="camera.mp4", film_s=1.5),),
    )
    write_manifest(folder, manifest)
    return manifest


def untouched(folder: Path) -> bool:
    """Whether every file of a recording is as it was recorded."""
    return all(
        hashlib.sha256((folder / one.file).read_bytes()).hexdigest() == one.sha256
        for one in read_manifest(folder).tracks
    )


def in_state(folder: Path, state: State) -> None:
    """Say that a recording stands elsewhere."""
    write_manifest(folder, msgspec.structs.replace(read_manifest(folder), state=state))
