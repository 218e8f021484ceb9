"""A lesson that was recorded: real H.264, with a number in every picture that tells its instant."""

from pathlib import Path

import msgspec

from classroom_media.record.filmstrip import adorn
from classroom_media.record.manifest import Gap, Manifest, Mark, State, Track, write_manifest
from tests.edge.browser import states
from tests.media.films import FPS, numbered, tone, write_film

LENGTH_S = 8
ANGLES = ("programme", "teacher", "pupils", "slides")
HEARD = ("programme", "teacher")


def record(folder: Path) -> Manifest:
    """Write a recording's files and its manifest; the same number is the same instant."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [numbered(n) for n in range(LENGTH_S * FPS)]
    write_film(folder / "programme.mp4", pictures, tone(LENGTH_S), bframes=2)
    write_film(folder / "teacher.mp4", pictures, tone(LENGTH_S))
    write_film(folder / "pupils.mp4", pictures)
    (folder / "slides.mp4").write_bytes((folder / "pupils.mp4").read_bytes())
    write_manifest(folder, manifest(folder))
    return adorn(folder)


def manifest(folder: Path) -> Manifest:
    """Give what is told of it."""
    return Manifest(
        id=folder.name,
        state=State.FINISHED,
        room="demo",
        title="分数的初步认识",
        started_at=states.now(),
        duration_s=float(LENGTH_S),
        tracks=tuple(_track(folder, name) for name in ANGLES),
        marks=(Mark(at_s=2.0, text="提问"), Mark(at_s=5.0, text="小结")),
    )


def broken(whole: Manifest) -> Manifest:
    """Give it as it would be told of if a camera had been lost for a while."""
    gap = Gap(track="pupils", from_s=3.0, to_s=5.0, length_s=2.0, reason="lost")
    return msgspec.structs.replace(whole, state=State.INCOMPLETE, gaps=(gap,))


def blank(number: int) -> Manifest:
    """Give one of many recordings of which nothing is seen."""
    month, day = number // 800 + 1, number // 40 % 20 + 1
    return Manifest(
        id=f"2025{month:02}{day:02}-08{number % 40:02}00-{number:04x}",
        state=State.FINISHED,
        room="demo",
        title=f"第 {number} 课",
        started_at=states.now(),
        duration_s=2400.0,
    )


def _track(folder: Path, name: str) -> Track:
    path = folder / f"{name}.mp4"
    return Track(
        name=name,
        source="" if name == "programme" else name,
        kind="programme" if name == "programme" else "picture",
        file=path.name,
        codec="h264+aac" if name in HEARD else "h264",
        channels=1 if name in HEARD else 0,
        duration_s=float(LENGTH_S),
        width=320,
        height=180,
        fps=float(FPS),
        bytes=path.stat().st_size,
    )
