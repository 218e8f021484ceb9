"""Looks at what a relay publishes."""

import time
from collections.abc import Callable

import av

from classroom_media.emulate.inspection import luma_of
from classroom_media.packets import Coded
from classroom_media.workers.subscribe import PacketReader

from .rooms import Room

LONG_S = 30.0

Enough = Callable[[list[Coded]], bool]


def packets(room: Room, enough: Enough) -> list[Coded]:
    """Give what a relay publishes, until it is enough."""
    found: list[Coded] = []
    with PacketReader({"relay": room.relay}) as reader:
        end_s = time.monotonic() + LONG_S
        while not enough(found) and time.monotonic() < end_s:
            found += reader.read(0.1)
    assert enough(found)
    return found


def of(found: list[Coded], stream: str) -> list[Coded]:
    return [packet for packet in found if packet.stream == stream]


def has(stream: str, count: int) -> Enough:
    return lambda found: len(of(found, stream)) >= count


def both(one: Enough, other: Enough) -> Enough:
    return lambda found: one(found) and other(found)


def luma_of_newest(pictures: list[Coded]) -> float:
    """Decode pictures from a keyframe on; give how bright the last one is in the middle."""
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for packet in pictures for frame in decoder.decode(av.Packet(packet.data))]
    assert isinstance(frames[-1], av.VideoFrame)
    luma = luma_of(frames[-1])
    height, width = luma.shape
    return float(luma[height // 3 : height // 2, width // 3 : width // 2].mean())
