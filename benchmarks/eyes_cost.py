"""What looking at every source costs: small pictures, frozen and black, and the multiview.

    python benchmarks/eyes_cost.py [--seconds 20] [--json]

Three cameras that were coded beforehand (a teacher, pupils, slides, with a sensor's noise), 1080p
with a keyframe every 2 s, and a small stream of 640x360 at 15 a second and 512 kbit/s. Measured is
the CPU time of the thread that looks, five times for every second of media, by where the pictures
come from; and what the multiview adds while somebody watches it. The peer is ffmpeg decoding the
same small streams, and doing nothing with the pictures.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from classroom_media.api import NS
from classroom_media.compose.canvas import planes
from classroom_media.compose.pictures import Picture
from classroom_media.direct.signs import LOOKS_A_SECOND, Role
from classroom_media.emulate.scenes import PupilsScene, Scene, SlidesScene, TeacherScene
from classroom_media.monitor.condition import Conditions
from classroom_media.monitor.eyes import Eyes
from classroom_media.monitor.supply import Glimpse
from classroom_media.monitor.wall import Standing, Wall
from classroom_media.packets import Coded, small_of

SCENES: Final[dict[str, tuple[type[TeacherScene | PupilsScene | SlidesScene], Role]]] = {
    "teacher": (TeacherScene, Role.TEACHER),
    "pupils": (PupilsScene, Role.PUPILS),
    "slides": (SlidesScene, Role.SCREEN),
}
SMALL, SMALL_FPS, SMALL_KBPS = (640, 360), 15, 512
LARGE, LARGE_FPS, LARGE_KBPS = (1920, 1080), 25, 4000
GOP_S: Final = 2
NOISE: Final = 1.5  # levels
LOOK_NS: Final = NS // LOOKS_A_SECOND


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=20)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("no peer: install Debian's ffmpeg", file=sys.stderr)
        sys.exit(2)
    small = {name: coded(scene, small_of(name), given.seconds) for name, scene in scenes().items()}
    found = {
        "small": looked([packet for film in small.values() for packet in film]),
        "keyframes": looked(list(keyframes(given.seconds))),
        "decoded": looked([], shown=list(decoded())),
    }
    found["multiview"] = looked([], shown=list(decoded()), watched=True) - found["decoded"]
    found["ffmpeg_peer"] = peer(ffmpeg, small)
    result = {f"{name}_core_percent": round(value, 3) for name, value in found.items()}
    result["small_ratio"] = round(found["small"] / found["ffmpeg_peer"], 3)
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:28} {value:8.3f}")


def scenes() -> dict[str, Scene]:
    """Give what the cameras look at."""
    return {name: kind(lambda: datetime.now(UTC)) for name, (kind, _) in SCENES.items()}


def looked(
    packets: Sequence[Coded], *, shown: Sequence[Picture] = (), watched: bool = False
) -> float:
    """Look at the films, or at pictures that are decoded anyway; give percent of a core."""
    now_ns, seen = 0, [0]
    conditions = Conditions({name: role for name, (_, role) in SCENES.items()})
    wall = Wall({name: name for name in SCENES}, language="en")

    def count(_glimpse: Glimpse) -> None:
        seen[0] += 1

    eyes = Eyes(SCENES, (count, conditions.see, wall.see), clock=lambda: now_ns)
    eyes.colour(on=watched)
    waiting = sorted(packets, key=lambda packet: packet.dts_ns)
    end_ns = waiting[-1].dts_ns if waiting else 20 * NS
    standings = {name: Standing(live=True, on_air=name == "teacher") for name in SCENES}
    began = time.thread_time()
    at = 0
    while now_ns < end_ns:
        now_ns += LOOK_NS
        while at < len(waiting) and waiting[at].dts_ns <= now_ns:
            eyes.feed(waiting[at], now_ns)
            at += 1
        for name, picture in zip(SCENES, shown, strict=False):
            eyes.hand(name, Picture(now_ns, picture.frame, picture.aspect))
        eyes.look()
        if watched:
            wall.jpeg(standings)
    took = time.thread_time() - began
    expected = 3 * end_ns // (LOOK_NS if shown or packets[0].stream not in SCENES else GOP_S * NS)
    if seen[0] < 0.8 * expected:
        raise SystemExit(f"looked {seen[0]} times instead of {expected}")
    return 100 * took * NS / end_ns


def coded(scene: Scene, stream: str, seconds: int) -> list[Coded]:
    """Code what a camera's small stream would be."""
    encoder = coder(SMALL, SMALL_FPS, SMALL_KBPS, GOP_S * SMALL_FPS)
    packets: list[Coded] = []
    for number in range(seconds * SMALL_FPS):
        frame = noisy(scene.paint(number * 25 // SMALL_FPS).frame, SMALL, number)
        frame.pts = number
        for packet in encoder.encode(frame):
            packets += [told(packet, stream, SMALL_FPS)]
    return packets


def keyframes(seconds: int) -> Iterator[Coded]:
    """Code the keyframes of large streams; the rest of them is not looked at."""
    for name, scene in scenes().items():
        encoder = coder(LARGE, LARGE_FPS, LARGE_KBPS, 1)
        for key in range(seconds // GOP_S):
            number = key * GOP_S * LARGE_FPS
            frame = noisy(scene.paint(number).frame, LARGE, number)
            frame.pts = number
            for packet in encoder.encode(frame):
                yield told(packet, name, LARGE_FPS)


def decoded() -> Iterator[Picture]:
    """Give a large picture of each camera, as the vision mixer has it."""
    for scene in scenes().values():
        yield Picture(0, noisy(scene.paint(50).frame, LARGE, 1), 16 / 9)


def noisy(frame: av.VideoFrame, size: tuple[int, int], seed: int) -> av.VideoFrame:
    """Give a picture as a sensor of that size sees it."""
    seen = frame.reformat(*size, "yuv420p")
    luma = planes(seen)[0]
    noise = np.random.default_rng(seed).standard_normal(luma.shape, np.float32) * NOISE
    luma[:] = np.clip(luma + noise, 0, 255).astype(np.uint8)
    return seen


def coder(size: tuple[int, int], fps: int, kbps: int, gop: int) -> av.VideoCodecContext:
    """Open an encoder as cameras have it."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.bit_rate, context.gop_size = kbps * 1000, gop
    context.options = {"preset": "veryfast", "tune": "zerolatency"}
    return context


def told(packet: "av.Packet[av.VideoStream]", stream: str, fps: int) -> Coded:
    """Give a packet as it comes from a source worker."""
    at_ns = (packet.pts or 0) * NS // fps
    return Coded(
        stream=stream,
        pts_ns=at_ns,
        dts_ns=at_ns,
        duration_ns=NS // fps,
        key=packet.is_keyframe,
        data=bytes(packet),
    )


def peer(ffmpeg: str, films: dict[str, list[Coded]]) -> float:
    """Let ffmpeg decode the small streams; give percent of a core for all of them."""
    seconds = len(next(iter(films.values()))) / SMALL_FPS
    took = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, packets in films.items():
            film = Path(folder) / f"{name}.h264"
            film.write_bytes(b"".join(packet.data for packet in packets))
            before = _children_s()
            command = [ffmpeg, "-v", "error", "-threads", "1", "-i", str(film), "-f", "null", "-"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took += _children_s() - before
    return 100 * took / seconds


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
