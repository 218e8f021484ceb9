"""Reads a recording of emulated cameras back: which pictures are in it, and where the beeps are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from classroom_media.emulate import truth

Luma = npt.NDArray[np.uint8]

OVERLAPS: Final = 50  # of a second; a beep is known by its first 5 ms


@dataclass(frozen=True, slots=True)
class Seen:
    """One decoded picture: its time in the file, and the number that is burnt into it."""

    at_s: float
    number: int | None


@dataclass(frozen=True, slots=True)
class Hole:
    """Pictures that are missing between two that are there, or one that came twice (-1)."""

    after: int
    missing: int


def pictures(path: Path) -> list[Seen]:
    """Decode a file's picture from end to end."""
    with av.open(path) as file:
        return [
            Seen(float(frame.time or 0.0), truth.read(luma_of(frame)))
            for frame in file.decode(video=0)
        ]


def luma_of(frame: av.VideoFrame) -> Luma:
    """Give the luma plane of a planar picture without copying it, (height, width) uint8."""
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    view: Luma = rows[: plane.height, : plane.width]
    return view


def beeps(path: Path, *, beep_hz: int = truth.BEEP_HZ) -> list[float]:
    """Find the beeps of a file's sound, in seconds of the file's time."""
    starts: list[float] = []
    with av.open(path) as file:
        rate = file.streams.audio[0].rate
        for first, sound in _minutes(file, rate):
            for start_s in truth.beep_starts(sound, rate, beep_hz=beep_hz):
                at_s = first / rate + start_s
                if not starts or at_s - starts[-1] > 1.0:  # not the rest of the one before
                    starts.append(at_s)
    return starts


def _minutes(file: InputContainer, rate: int) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Give the sound by the minute, with its first sample's number; neighbours overlap."""
    blocks: list[npt.NDArray[np.float32]] = []
    first = end = 0
    for frame in file.decode(audio=0):
        start = round((frame.time or 0.0) * rate)
        block = frame.to_ndarray()[0].astype(np.float32)
        if start > end:  # a hole in the file's time stays a hole in ours
            blocks.append(np.zeros(start - end, np.float32))
        elif blocks:  # a camera whose clock is fast fills a second with more than a second
            block = block[end - start :]
        blocks.append(block)
        end = max(start, end) + block.size
        if end - first > 60 * rate:
            sound = np.concatenate(blocks)
            yield first, sound
            blocks = [sound[-rate // OVERLAPS :]]
            first = end - blocks[0].size
    if blocks:
        yield first, np.concatenate(blocks)


def holes(seen: list[Seen]) -> list[Hole]:
    """Give what is missing or doubled among the pictures that bear a number."""
    numbers = [picture.number for picture in seen if picture.number is not None]
    return [
        Hole(before, after - before - 1)
        for before, after in pairwise(numbers)
        if after != before + 1
    ]


def offsets(seen: list[Seen], sounds: list[float]) -> list[float]:
    """Give how much later each beep is than its flash, in seconds; edges are left out."""
    flashes = [p.at_s for p in seen if p.number is not None and p.number % truth.EVENT_FRAMES == 0]
    return [min((beep - flash for beep in sounds), key=abs) for flash in flashes if sounds]
