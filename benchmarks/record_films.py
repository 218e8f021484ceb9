"""The films that recorders are compared with: cameras of a classroom, made up, always the same."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import av
import numpy as np

from classroom_media.compose.canvas import planes

FPS: Final = 25
GOP_S: Final = 2.0
RATE_HZ: Final = 48_000
PATTERNS: Final = 8  # of noise; they come again and again
PAGE_S: Final = 6.6  # from one slide to the next: never with a keyframe of those who begin at 0
CODECS: Final = {  # what a camera sends, by the name of its encoder
    "libx264": (3.0, {"preset": "ultrafast", "bf": "0", "g": str(round(GOP_S * FPS))}),
    "mpeg2video": (8.0, {"bf": "0", "g": "12"}),
}  # with bits for a pixel and second

Luma: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"  # (height, width)


def film(
    path: Path,
    *,
    seed: int,
    seconds: float,
    width: int,
    height: int,
    codec: str = "libx264",
    slides: bool = False,
) -> None:
    """Make a film: a room with noise in which all moves, or slides; the first one also speaks.

    Raises:
        OSError: it cannot be written.
    """
    random = np.random.default_rng(seed)
    scenes = (_slides if slides else _room)(random, width, height)
    bits, options = CODECS[codec]
    with av.open(path, "w") as container:
        pictures: Any = container.add_stream(codec, rate=FPS)  # a VideoStream, by its codec
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        pictures.bit_rate = round(bits * width * height)
        pictures.options = dict(options)
        sounds = container.add_stream("aac", rate=RATE_HZ, layout="stereo") if seed == 0 else None
        for number, scene in zip(range(round(seconds * FPS)), scenes, strict=False):
            frame = av.VideoFrame(width, height, "yuv420p")
            luma, *chroma = planes(frame)
            luma[:] = scene
            for plane in chroma:
                plane[:] = 128
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(pictures.encode(frame))
            if sounds is not None:
                speech = random.normal(0, 0.05, (2, RATE_HZ // FPS)).astype(np.float32)
                block = av.AudioFrame.from_ndarray(speech, "fltp", "stereo")
                block.sample_rate, block.pts = RATE_HZ, number * RATE_HZ // FPS
                container.mux(sounds.encode(block))
        for stream in (pictures, sounds):
            if stream is not None:
                container.mux(stream.encode(None))


def _room(random: np.random.Generator, width: int, height: int) -> Iterator[Luma]:
    """Give a camera's pictures, for ever: blocks that pass by, and the noise of a sensor."""
    rows, columns = -(-height // 16), width // 8
    room = np.kron(random.integers(60, 180, (rows, columns)), np.ones((16, 16)))[:height]
    noise = random.integers(-4, 5, (PATTERNS, height, width), np.int16)
    for number in count():
        left = 4 * (number % columns)
        yield (room[:, left : left + width] + noise[number % PATTERNS]).clip(16, 235)


def _slides(random: np.random.Generator, width: int, height: int) -> Iterator[Luma]:
    """Give a screen's pictures, for ever: pages of lines of words, and a pointer that moves."""
    size, line = height // 40, height // 12
    for number in count():
        if number % round(PAGE_S * FPS) == 0:
            page = np.full((height, width), 235.0)
            for top in range(line, height - line, line):
                words = random.integers(0, 2, (size // 4, width // 6)) * 200.0
                text = np.kron(words, np.ones((4, 4)))
                page[top : top + text.shape[0], line : line + text.shape[1]] -= text
        scene = page.copy()
        left = 8 * (number % (width // 8 - size))
        scene[height // 2 : height // 2 + size, left : left + size] = 110
        yield scene
