"""Short films with known faults, as a camera or a programme would have left them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from classroom_media.emulate import truth

FPS, RATE_HZ = 25, 48_000
WIDTH, HEIGHT = 320, 180

Plane = npt.NDArray[np.uint8]
Wave = npt.NDArray[np.float32]


def alive(number: int) -> Plane:
    """Give a picture with the noise of a sensor in it."""
    noise = np.random.default_rng(number).integers(0, 24, (HEIGHT, WIDTH), np.uint8)
    return (90 + noise).astype(np.uint8)


def numbered(number: int) -> Plane:
    """Give a picture that carries its number."""
    picture = alive(number)
    truth.burn(picture, number)
    return picture


def write_film(
    path: Path,
    pictures: Sequence[Plane] = (),
    wave: Wave | None = None,
    *,
    movflags: str = "faststart",
    bframes: int = 0,
) -> None:
    """Write pictures, 25 a second with a keyframe every second, and sound in one channel."""
    with av.open(str(path), "w", format="mp4", options={"movflags": movflags}) as film:
        if pictures:
            film.add_stream("libx264", rate=FPS)
            stream = film.streams.video[0]
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.options = {
                "preset": "ultrafast",
                "x264-params": f"keyint={FPS}:scenecut=0:bframes={bframes}",
            }
        if wave is not None:
            film.add_stream("aac", rate=RATE_HZ, layout="mono")
        for number, picture in enumerate(pictures):
            film.mux(film.streams.video[0].encode(_frame(picture, number)))
        if pictures:
            film.mux(film.streams.video[0].encode(None))
        if wave is not None:
            for start in range(0, wave.size, 1024):
                film.mux(film.streams.audio[0].encode(_sound(wave[start : start + 1024], start)))
            film.mux(film.streams.audio[0].encode(None))


def tone(seconds: float, level: float = 0.1) -> Wave:
    """Give a tone of 1 kHz."""
    at = np.arange(round(seconds * RATE_HZ))
    return (level * np.sin(2 * np.pi * 1000 * at / RATE_HZ)).astype(np.float32)


def _frame(luma: Plane, number: int) -> av.VideoFrame:
    chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def _sound(block: Wave, start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(block[np.newaxis, :], format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
    return frame
