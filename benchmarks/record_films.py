"""The films that recorders are compared with: cameras of a classroom, made up, always the same."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from classroom_media.compose.canvas import planes

FPS: Final = 25
GOP_S: Final = 2.0
RATE_HZ: Final = 48_000
PATTERNS: Final = 8  # of noise; they come again and again
CODECS: Final = {  # what a camera sends, by the name of its encoder
    "libx264": (3.0, {"preset": "ultrafast", "bf": "0", "g": str(round(GOP_S * FPS))}),
    "mpeg2video": (8.0, {"bf": "0", "g": "12"}),
}  # with bits for a pixel and second


def film(
    path: Path, *, seed: int, seconds: float, width: int, height: int, codec: str = "libx264"
) -> None:
    """Make a camera's film: a room with noise in which things move; the first one also speaks.

    Raises:
        OSError: it cannot be written.
    """
    random = np.random.default_rng(seed)
    room = np.kron(random.integers(60, 180, (-(-height // 16), width // 8)), np.ones((16, 16)))[
        :height
    ]
    noise = random.integers(-4, 5, (PATTERNS, height, width), np.int16)
    bits, options = CODECS[codec]
    with av.open(path, "w") as container:
        pictures = container.add_stream(codec, rate=FPS)
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        pictures.bit_rate = round(bits * width * height)
        pictures.options = dict(options)
        sounds = container.add_stream("aac", rate=RATE_HZ, layout="stereo") if seed == 0 else None
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame(width, height, "yuv420p")
            luma, *chroma = planes(frame)
            left = 4 * (number % (width // 8))
            luma[:] = (room[:, left : left + width] + noise[number % PATTERNS]).clip(16, 235)
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
