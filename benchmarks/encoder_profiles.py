"""What each profile of [recording] costs and looks like: CPU, bit rate, PSNR of slides and cameras.

    .venv/bin/python benchmarks/encoder_profiles.py [--pictures N] [--json]

A composed lesson of drawn cameras with a sensor's noise, and slides that turn: slides alone,
slides with a small teacher, the teacher, both side by side, the pupils. Every programme is coded
by us, once for each profile and for each step of a machine that is too slow; then by x264 as
others use it: an average bit rate without delay, as in a live studio, and a rate factor with all
of x264's lookahead, as for a file. `alone` is the CPU of the same x264 settings in a bare loop.
Decibels are of the luma; `worst` is the one picture that is furthest off.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from classroom_media.api import Layout
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas, planes
from classroom_media.compose.layouts import arrangement
from classroom_media.compose.load import Step, preset_at
from classroom_media.compose.pictures import Picture
from classroom_media.emulate.scenes import PupilsScene, Scene, SlidesScene, TeacherScene
from classroom_media.encode.form import PROFILES, PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.rungs import x264_options

FPS: Final = 25
PASSAGES: Final = (
    Layout("single", ("slides",)),
    Layout("picture-in-picture", ("slides", "teacher")),
    Layout("single", ("teacher",)),
    Layout("side-by-side", ("teacher", "slides")),
    Layout("single", ("pupils",)),
)
SLIDES: Final = (0, 1)  # passages in which words must be crisp
FIRST: Final = 180  # number of the first picture; a page turns at 200
NOISE: Final = 2.2  # of 255, standard deviation
PEER: Final = {"preset": "veryfast", "bufsize": "8M"}
PEERS: Final = {
    "veryfast zerolatency 4 Mbit/s": {"tune": "zerolatency", "b": "4M", "maxrate": "6M"},
    "veryfast crf 23, all lookahead": {"crf": "23", "maxrate": "4M"},
}

Coder = Callable[[av.VideoFrame | None, int], list[bytes]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one coder made of the lesson."""

    cpu: float  # seconds for a media second
    kbps: float
    slides_db: float
    cameras_db: float
    worst_db: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=40, help="of each passage (40)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found: dict[str, Figures] = {}
    alone: dict[str, float] = {}
    for height in (1080, 720):
        frames = list(lesson(height * 16 // 9, height, asked.pictures))
        forms = {name: form for name, form in PROFILES.items() if form.height == height}
        for name, form in forms.items():
            found[name] = measured(ours(form), frames, asked.pictures)
            alone[name] = measured(bare(form, x264_options(form)), frames, asked.pictures).cpu
        if height == 1080:
            everyday = PROFILES["everyday"]
            for step in (Step.QUICKER, Step.QUICKEST):
                form = replace(everyday, preset=preset_at(step, everyday.preset))
                found[f"everyday, {step.word}"] = measured(ours(form), frames, asked.pictures)
            for name, options in PEERS.items():
                found[name] = measured(bare(everyday, PEER | options), frames, asked.pictures)
    report(found, alone, as_json=asked.json)


def report(found: dict[str, Figures], alone: dict[str, float], *, as_json: bool) -> None:
    """Print a table, or one JSON object."""
    if as_json:
        plain = {
            name: {key: round(getattr(one, key), 3) for key in Figures.__dataclass_fields__}
            | ({"alone_ratio": round(one.cpu / alone[name], 3)} if name in alone else {})
            for name, one in found.items()
        }
        print(json.dumps(plain))
        return
    print(f"{'':32}  CPU  of x264  kbit/s  slides  cameras  worst (dB)")
    for name, one in found.items():
        ratio = f"{one.cpu / alone[name]:6.2f}" if name in alone else f"{'':6}"
        print(
            f"{name:32} {one.cpu:5.3f} {ratio} {one.kbps:8.0f} {one.slides_db:7.1f}"
            f" {one.cameras_db:8.1f} {one.worst_db:6.1f}"
        )


# -- the lesson ---------------------------------------------------------------------------------


def lesson(width: int, height: int, each: int) -> Iterator[av.VideoFrame]:
    """Give the programme, picture by picture, each in memory of its own."""
    scenes: dict[str, Scene] = {
        "teacher": TeacherScene(_now),
        "pupils": PupilsScene(_now),
        "slides": SlidesScene(_now),
    }
    random = np.random.default_rng(1)
    noise = [random.normal(0, NOISE, (height, width)).round().astype(np.int16) for _ in range(5)]
    scaler, backgrounds = VideoReformatter(), Backgrounds(width, height)
    for layout in PASSAGES:
        found = arrangement(layout)
        canvas = Canvas(found.slots, backgrounds.behind(found))
        for number in range(FIRST, FIRST + each):
            shown = []
            for source in layout.sources:
                drawn = scenes[source].paint(number).frame
                frame = copy(scaler.reformat(drawn, width, height, interpolation="BICUBIC"))
                if source != "slides":
                    luma = planes(frame)[0]
                    luma[:] = np.clip(luma + noise[number % len(noise)], 16, 235)
                shown.append(Picture(number, frame, 16 / 9))
            yield copy(canvas.paint(shown))


def copy(frame: av.VideoFrame) -> av.VideoFrame:
    """Give the same picture in other memory."""
    other = av.VideoFrame(frame.width, frame.height, "yuv420p")
    for target, plane in zip(planes(other), planes(frame), strict=True):
        target[:] = plane
    return other


def _now() -> datetime:
    return datetime(2026, 11, 23, 10, 24, 35, tzinfo=UTC)


# -- coding it ----------------------------------------------------------------------------------


def ours(form: PictureForm) -> Coder:
    """Give our encoder."""
    encoder = PictureEncoder("programme", form)

    def code(frame: av.VideoFrame | None, index: int) -> list[bytes]:
        packets = encoder.flush() if frame is None else encoder.encode(frame, index)
        return [packet.data for packet in packets]

    return code


def bare(form: PictureForm, options: dict[str, str]) -> Coder:
    """Give x264 with options, and nothing around it."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = form.width, form.height, "yuv420p"
    context.framerate, context.time_base = Fraction(FPS), Fraction(1, FPS)
    context.gop_size = round(form.gop_s * FPS)
    context.thread_count = form.threads
    context.options = options
    context.open()

    def code(frame: av.VideoFrame | None, index: int) -> list[bytes]:
        if frame is not None:
            frame.pts, frame.time_base, frame.pict_type = index, Fraction(1, FPS), PictureType.NONE
        return [bytes(packet) for packet in context.encode(frame)]

    return code


def measured(code: Coder, frames: list[av.VideoFrame], each: int) -> Figures:
    """Code the lesson; give what it took, and how far what comes back is off."""
    began = time.process_time()
    packets: list[bytes] = []
    for index, frame in enumerate(frames):
        packets += code(frame, index)
    packets += code(None, 0)
    cpu = (time.process_time() - began) * FPS / len(frames)
    errors = squared_errors(frames, packets)
    passages = [errors[at : at + each] for at in range(0, len(errors), each)]
    slides = [error for number in SLIDES for error in passages[number]]
    cameras = [e for number, p in enumerate(passages) if number not in SLIDES for e in p]
    return Figures(
        cpu=cpu,
        kbps=sum(map(len, packets)) * 8 * FPS / len(frames) / 1000,
        slides_db=decibels(float(np.mean(slides))),
        cameras_db=decibels(float(np.mean(cameras))),
        worst_db=decibels(max(errors)),
    )


def squared_errors(frames: list[av.VideoFrame], packets: list[bytes]) -> list[float]:
    """Decode, and give each picture's mean squared error."""
    decoder = av.CodecContext.create("h264", "r")
    seen = [frame for data in packets for frame in decoder.decode(av.Packet(data))]
    seen += decoder.decode(None)
    pairs = zip(frames, seen, strict=True)
    lumas = ((planes(before)[0], planes(after)[0]) for before, after in pairs)
    return [cv2.norm(before, after, cv2.NORM_L2SQR) / before.size for before, after in lumas]


def decibels(error: float) -> float:
    """Give the signal-to-noise ratio of a mean squared error."""
    return 10 * math.log10(255**2 / max(error, 1e-3))


if __name__ == "__main__":
    main()
