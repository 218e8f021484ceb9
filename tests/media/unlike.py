"""Cameras of different makers: same size and numbered pictures, everything else unlike."""

import itertools
from fractions import Fraction
from functools import cache, partial

import av

from classroom_media.api import NS, Kind, Layout, StreamFormat
from classroom_media.compose.canvas import planes
from classroom_media.compose.layouts import arrangement, box
from classroom_media.packets import Coded
from classroom_media.sources.annexb import kind_of, units

from .numbered import START_NS, number_in, painted

A, B = Layout("single", ("a",)), Layout("single", ("b",))
BESIDE = Layout("picture-in-picture", ("b", "a"))
BIG = (320, 180)
INSET = box(arrangement(BESIDE).slots[1], *BIG, BIG[0] / BIG[1])


@cache
def film(
    stream: str,
    *,
    seconds: float = 8,
    profile: str = "High",
    gop: int = 25,
    fps: int = 25,
    size: tuple[int, int] = BIG,
    chroma: int = 128,
    more: str = "",
) -> list[Coded]:
    """Give the packets of a camera, picture n at n / `fps`; `more` is for x264."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.gop_size, context.profile = gop, profile
    parameters = f"annexb=1:repeat-headers=1:bframes=0:scenecut=0{more}"
    context.options = {"preset": "veryfast", "x264-params": parameters}
    packets = []
    for number in range(round(seconds * fps)):
        frame = painted(number, size, chroma)
        frame.pts, frame.time_base = number, Fraction(1, fps)
        packets += context.encode(frame)
    form = StreamFormat(kind=Kind.PICTURE, codec="h264", width=size[0], height=size[1], fps=fps)
    return [
        Coded(
            stream=stream,
            pts_ns=START_NS + number * NS // fps,
            dts_ns=START_NS + number * NS // fps,
            duration_ns=NS // fps,
            key=packet.is_keyframe,
            data=bytes(packet),
            format=form if packet.is_keyframe else None,
        )
        for number, packet in enumerate(packets + context.encode(None))
    ]


BASELINE = partial(film, profile="Baseline", gop=20, chroma=100)
MAIN = partial(film, profile="Main", gop=50, chroma=160, more=":ref=4:sar=1/1:nal-hrd=vbr")


def seen_in(frame: av.VideoFrame) -> int:
    """Read the number of the camera in the inset, if there is one: their colours differ."""
    blue = planes(frame)[1]
    inner = blue[(INSET.y + INSET.height // 2) // 2, (INSET.x + INSET.width // 2) // 2]
    return number_in(frame, INSET if abs(int(inner) - int(blue[4, 4])) > 20 else None)


def slices(data: bytes) -> tuple[bytes, ...]:
    """Give a packet's coded picture: what is left when sets and remarks are taken away."""
    return tuple(unit for unit in units(data) if kind_of(unit) in {1, 5})


def steps(numbers: list[int]) -> list[int]:
    """Give how much each number is above the one before it."""
    return [b - a for a, b in itertools.pairwise(numbers)]
