"""Coded pictures of a room in which nothing moves: with a sensor's noise, without, and dark."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from classroom_media.api import NS
from classroom_media.compose.canvas import planes
from classroom_media.direct.luma import small_luma
from classroom_media.monitor.supply import Glimpse

Picture = npt.NDArray[np.floating]  # (height, width), luma

SIZE = (320, 180)
LOOKS = 5  # a second


def room(seed: int = 5, size: tuple[int, int] = SIZE) -> Picture:
    """Draw walls, things with edges, and something rough."""
    width, height = size
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture: Picture = 90 + 40 * np.sin(x / width * 3) + 30 * y / height
    for _ in range(40):
        left, top = random.integers(0, width), random.integers(0, height)
        wide, high = random.integers(4, width // 6), random.integers(4, height // 6)
        picture[top : top + high, left : left + wide] += random.integers(-50, 50)
    picture[height // 2 :] += random.normal(0, 6, (height - height // 2, width))
    return np.clip(picture, 30, 220).astype(np.float32)


def noisy(picture: Picture, sigma: float, seed: int = 1) -> Callable[[int], Picture]:
    """Give a sensor that sees a picture: look n is the same whenever it is asked for."""

    def seen(number: int) -> Picture:
        random = np.random.default_rng(seed * 100_003 + number)
        found: Picture = picture + random.standard_normal(picture.shape, np.float32) * sigma
        return found

    return seen


def looks(
    seen: Callable[[int], Picture],
    seconds: float,
    *,
    kbps: int = 120,
    gop_s: float = 2.0,
    fps: int = LOOKS,
    from_s: float = 0.0,
) -> Iterator[Glimpse]:
    """Code what a camera sees, and give what the eyes see of it."""
    width, height = SIZE
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.framerate, coder.time_base = Fraction(fps), Fraction(1, fps)
    coder.bit_rate, coder.gop_size = kbps * 1000, round(gop_s * fps)
    coder.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "maxrate": f"{kbps}k",
        "bufsize": f"{2 * kbps}k",
    }
    decoder = av.CodecContext.create("h264", "r")
    keys = 0
    for number in range(round(seconds * fps)):
        frame = av.VideoFrame(width, height, "yuv420p")
        luma, blue, red = planes(frame)
        luma[:] = np.clip(seen(number) + 0.5, 0, 255).astype(np.uint8)
        blue[:] = red[:] = 128
        frame.pts = number
        for packet in coder.encode(frame):
            keys += packet.is_keyframe
            for decoded in decoder.decode(packet):
                at_ns = round((from_s + (decoded.pts or 0) / fps) * NS)
                yield Glimpse("a", "a", at_ns, small_luma(decoded), anew=False, keys=keys)


def after(first: list[Glimpse], then: Iterator[Glimpse]) -> Iterator[Glimpse]:
    """Give looks that follow others, in time and in the count of keyframes."""
    by_ns, keys = first[-1].at_ns + NS // LOOKS, first[-1].keys
    for glimpse in then:
        yield replace(glimpse, at_ns=glimpse.at_ns + by_ns, keys=glimpse.keys + keys)


def repeated(glimpse: Glimpse, seconds: float) -> Iterator[Glimpse]:
    """Give what a camera shows that sends one coded picture for ever, keyframe for keyframe."""
    for number in range(round(seconds * LOOKS)):
        at_ns = number * NS // LOOKS
        yield replace(glimpse, at_ns=at_ns, keys=1 + number // (2 * LOOKS))
