"""Looks at and listens to the tracks of a recording, five times for every second."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import av

from classroom_media.api import RecordError
from classroom_media.direct.blocks import Blocks
from classroom_media.direct.luma import Luma, small_luma
from classroom_media.direct.signs import LOOKS_A_SECOND, Sign
from classroom_media.direct.voice import RATE_HZ, Heard, Sound, VoiceWatch
from classroom_media.direct.watches import Watch
from classroom_media.levels import SILENCE_DB

LATE: Final = LOOKS_A_SECOND  # looks for which the last picture stands in for one that lacks


@dataclass(slots=True)
class Watched:
    """What was noticed in a source's pictures, look by look."""

    there: bytearray  # 1 = there was a picture
    signs: list[frozenset[Sign]]
    activity: list[float]

    @classmethod
    def nothing(cls, looks: int) -> "Watched":
        """Give so many looks at nothing."""
        return cls(bytearray(looks), [frozenset()] * looks, [0.0] * looks)


@dataclass(slots=True)
class Listened:
    """What was heard of a source, look by look."""

    heard: list[Heard] = field(default_factory=list)

    @classmethod
    def nothing(cls, looks: int) -> "Listened":
        """Give so many looks of silence."""
        return cls([Heard(SILENCE_DB, speech=False)] * looks)


def watch(path: Path, start_s: float, eyes: Watch, into: Watched) -> None:
    """Look at a track's file that begins at `start_s` of the recording.

    Raises:
        RecordError: the file cannot be read.
    """
    for at, luma in _looks(path, start_s, len(into.there)):
        look = eyes.look(luma)
        into.there[at : at + LATE] = b"\x01" * len(into.there[at : at + LATE])
        into.signs[at] = look.signs
        into.activity[at] = look.activity


def listen(path: Path, start_s: float, into: Listened) -> None:
    """Listen to a track's file that begins at `start_s` of the recording.

    Raises:
        RecordError: the file cannot be read.
    """
    voice = VoiceWatch()
    first = round(start_s * LOOKS_A_SECOND)
    for at, block in enumerate(blocks_of(path), first):
        if at >= len(into.heard):
            return
        into.heard[at] = voice.look(block)


def _looks(path: Path, start_s: float, count: int) -> Iterator[tuple[int, Luma]]:
    """Give the first picture of every fifth of a second, small, with the number of the look."""
    wanted = 0
    try:
        with av.open(str(path)) as film:
            film.streams.video[0].thread_type = "AUTO"
            for frame in film.decode(video=0):
                at = int((start_s + (frame.time or 0.0)) * LOOKS_A_SECOND + 1e-6)
                if at >= count:
                    return
                if at >= wanted:
                    wanted = at + 1
                    yield at, small_luma(frame)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise RecordError(f"{path}: {error}") from error


def blocks_of(path: Path) -> Iterator[Sound]:
    """Give a file's sound in blocks of 0.2 s, mono, 16 kHz; holes are silence."""
    blocks = Blocks()
    try:
        with av.open(str(path)) as film:
            for frame in film.decode(audio=0):
                begins = round((frame.time or 0.0) * RATE_HZ)
                blocks.pause(max(begins - blocks.reached - RATE_HZ // 10, 0))
                yield from blocks.feed(frame)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise RecordError(f"{path}: {error}") from error
