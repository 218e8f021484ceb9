"""Reads sources in tests, and finds the flashes and beeps of the test pattern in packets."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from classroom_media.api import NS
from classroom_media.packets import Coded
from classroom_media.sources.opening import open_source
from classroom_media.workers.specs import Endpoints, SourceSpec

NOWHERE = Endpoints(commands="", packets="")
Array = NDArray[Any]
BRIGHT = 220
LOUD = 0.05


def source(
    url: str,
    *,
    picture: bool = True,
    sound: bool = True,
    delay_ms: int = 0,
    username: str = "",
    password: str = "",
    endpoints: Endpoints = NOWHERE,
) -> SourceSpec:
    """Describe the source that tests call "teacher"."""
    return SourceSpec(
        id="teacher",
        name="Teacher",
        url=url,
        endpoints=endpoints,
        picture=picture,
        sound=sound,
        delay_ms=delay_ms,
        username=username,
        password=password,
    )


def watch(spec: SourceSpec, *, seconds: float) -> list[Coded]:
    """Open a source and give its packets until their stamps span `seconds`."""
    with closing(open_source(spec)) as packets:
        return until(packets, seconds=seconds)


def until(packets: Iterator[Coded], *, seconds: float) -> list[Coded]:
    """Give packets until their stamps span `seconds`."""
    found = [next(packets)]
    while found[-1].dts_ns - found[0].dts_ns < seconds * NS:
        found.append(next(packets))
    return found


def of_stream(packets: list[Coded], stream: str) -> list[Coded]:
    return [packet for packet in packets if packet.stream == stream]


def flashes(packets: list[Coded]) -> list[int]:
    """Give the instants (ns) at which the white flash appears."""
    found, was_bright = [], True
    for at_ns, luma in pictures(packets):
        corner = luma[-10:, :10].mean()
        if corner > BRIGHT and not was_bright:
            found.append(at_ns)
        was_bright = corner > BRIGHT
    return found


def pictures(packets: list[Coded]) -> Iterator[tuple[int, Array]]:
    """Decode H.264 packets to (instant, luma)."""
    decoder = av.CodecContext.create("h264", "r")
    for packet in [*(_raw(p) for p in packets), None]:
        for frame in decoder.decode(packet):
            assert isinstance(frame, av.VideoFrame)
            assert frame.pts is not None
            yield frame.pts, frame.to_ndarray()[: frame.height]


def beeps(packets: list[Coded]) -> list[int]:
    """Give the instants (ns) at which the beep begins."""
    at_ns, level = samples(packets)
    loud = level > LOUD
    starts = np.flatnonzero(loud[1:] & ~loud[:-1]) + 1
    found: list[int] = []
    for start in starts:
        if not found or at_ns[start] - found[-1] > NS // 2:
            found.append(int(at_ns[start]))
    return found


def samples(packets: list[Coded]) -> tuple[Array, Array]:
    """Decode AAC packets to instants (ns) and levels, one for each sample."""
    decoder = av.CodecContext.create("aac", "r")
    first = packets[0].format
    assert first is not None
    decoder.extradata = first.extradata
    instants, levels = [], []
    for packet in packets:
        for frame in decoder.decode(_raw(packet)):
            assert isinstance(frame, av.AudioFrame)
            assert frame.pts is not None
            level = np.abs(frame.to_ndarray()).max(axis=0)
            instants.append(frame.pts + np.arange(len(level)) * NS // frame.sample_rate)
            levels.append(level)
    return np.concatenate(instants), np.concatenate(levels)


def _raw(packet: Coded) -> "av.Packet":  # type: ignore[type-arg]
    raw = av.Packet(packet.data)
    raw.pts, raw.dts = packet.pts_ns, packet.dts_ns
    return raw
