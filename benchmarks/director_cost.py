"""What the director's eyes and ears cost: CPU of every watch at five looks a second.

    python benchmarks/director_cost.py [--seconds 30] [--json]

A made-up lesson is decoded and brought to 1080p beforehand, as the frames of a director that
composes them anyway; measured is what comes on top, in CPU time of this process: the small luma,
the watches of each role, the voices, the floor and the decisions. The peer is OpenCV's own way to
the same question, cv2.resize and BackgroundSubtractorMOG2, on the same pictures.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import cv2

from classroom_media.direct.engine import Director
from classroom_media.direct.floor import Floor
from classroom_media.direct.footage import blocks_of
from classroom_media.direct.lesson_film import FPS, play
from classroom_media.direct.lesson_script import script
from classroom_media.direct.luma import HEIGHT, WIDTH, small_luma
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Sign, Source
from classroom_media.direct.voice import VoiceWatch
from classroom_media.direct.watches import watch_for

ROLES = {"screen": Role.SCREEN, "teacher": Role.TEACHER, "pupils": Role.PUPILS}


def core_percent(job: Callable[[], None], looks: int) -> float:
    """Run a job of so many looks; give what it takes of one core at five looks a second."""
    began = time.process_time()
    job()
    return 100 * LOOKS_A_SECOND * (time.process_time() - began) / looks


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        lesson = Path(folder)
        play(script(given.seconds, 1), lesson, seed=1)
        found = {name: camera(lesson / f"{name}.mp4", role) for name, role in ROLES.items()}
        found["voice"] = microphone(lesson / "teacher-sound.m4a")
        found["mog2_peer"] = peer(frames(lesson / "teacher.mp4"))
    found["decisions"] = decisions()
    dearest = max(found[name] for name in ROLES)
    result = {f"{name}_core_percent": round(value, 3) for name, value in found.items()}
    result["dearest_camera_ratio"] = round(dearest / found["mog2_peer"], 3)
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:28} {value:8.3f}")


def frames(path: Path) -> list[av.VideoFrame]:
    """Decode five pictures a second, in 1080p."""
    with av.open(str(path)) as film:
        wanted = [f for n, f in enumerate(film.decode(video=0)) if n % (FPS // LOOKS_A_SECOND) == 0]
    return [frame.reformat(1920, 1080) for frame in wanted[: 30 * LOOKS_A_SECOND]]


def camera(path: Path, role: Role) -> float:
    """Measure what looking at one camera takes."""
    pictures, watch = frames(path), watch_for(role)

    def look() -> None:
        for frame in pictures:
            watch.look(small_luma(frame))

    return core_percent(look, len(pictures))


def microphone(path: Path) -> float:
    """Measure what listening to one microphone takes."""
    blocks, voice = list(blocks_of(path)), VoiceWatch()

    def listen() -> None:
        for block in blocks:
            voice.look(block)

    return core_percent(listen, len(blocks))


def decisions() -> float:
    """Measure the floor and the engine, with six sources."""
    sources = [Source(f"{role}-{n}", role) for role in ROLES.values() for n in range(2)]
    director, floor, looks = Director(sources), Floor(), 3000

    def decide() -> None:
        for look in range(looks):
            floor.decide({})
            signs = frozenset({list(Sign)[look // 50 % len(Sign)]})
            director.decide(look / LOOKS_A_SECOND, {source.id: signs for source in sources})

    return core_percent(decide, looks)


def peer(pictures: Sequence[av.VideoFrame]) -> float:
    """Measure the usual way: scale the grey picture, subtract the background."""
    subtractor = cv2.createBackgroundSubtractorMOG2(history=500, detectShadows=False)

    def subtract() -> None:
        for frame in pictures:
            grey = frame.to_ndarray(format="gray")
            subtractor.apply(cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))

    return core_percent(subtract, len(pictures))


if __name__ == "__main__":
    main()
