"""Looks at the pictures of a file: passages that are wrong, and the truth where it is burnt in.

Looks are taken at keyframes, which costs a tenth of decoding everything; a file with few of
them is decoded from end to end. The numbers of emulated cameras are read from every picture.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av

from classroom_media.analyse.figures import Passage
from classroom_media.analyse.passages import PictureWatch
from classroom_media.direct.luma import Luma, small_luma
from classroom_media.emulate import truth
from classroom_media.emulate.inspection import luma_of

LOOK_S: Final = 2.5  # keyframes further apart than this are too few to look at
NUMBERED: Final = 0.5  # of the looks bear a number: these are emulated cameras


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking at a file tells."""

    passages: tuple[Passage, ...]
    look_s: float  # the longest that is between two looks
    numbered: bool


def look_at(
    path: Path, start_s: float, end_s: float, *, key_distance_s: float, may_stand_still: bool
) -> Seen:
    """Look at a file that is shown from `start_s` to `end_s`, up to where it can be read."""
    keys_do = 0 < key_distance_s <= LOOK_S
    look_s = key_distance_s if keys_do else 1 / truth.FPS
    watch = PictureWatch(patience_s=max(3 * look_s, 1.0), may_stand_still=may_stand_still)
    looks = numbers = 0
    for at_s, luma, number in _looks(path, keys_only=keys_do):
        watch.look(start_s + at_s, luma)
        looks += 1
        numbers += number is not None
    numbered = looks > 0 and numbers >= NUMBERED * looks
    return Seen(watch.finish(end_s), round(look_s, 3), numbered)


def _looks(path: Path, *, keys_only: bool) -> Iterator[tuple[float, Luma, int | None]]:
    with suppress(av.FFmpegError, OSError), av.open(str(path)) as film:
        stream = film.streams.video[0]
        stream.thread_type = "AUTO"
        if keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        for frame in film.decode(stream):
            if frame.time is not None and frame.time >= 0:
                yield frame.time, small_luma(frame), truth.read(luma_of(frame))
