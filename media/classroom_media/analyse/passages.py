"""Notices pictures that are black or stand still, and sound that is silent. Pure.

Black as FFmpeg's blackdetect has it: 98 of 100 pixels darker than a tenth of the range, for 2 s.

Still: the picture is looked at in blocks of 20 by 20 of its small grey copy. Two looks are
the same if no block differs by more than a level on average; the noise of a camera's own
sensor changes one by more than that. 4 s of it are a freeze: nobody stands so still.

Silent: below -60 dBFS RMS for 3 s. The quietest classroom with an open microphone is above it.

Source: https://ffmpeg.org/ffmpeg-filters.html#blackdetect
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from classroom_media.analyse.figures import Passage, Trouble
from classroom_media.direct.luma import Luma
from classroom_media.record.manifest import Gap

DARK: Final = 38  # luma: 16 + a tenth of 219
DARK_SHARE: Final = 0.98  # of the pixels
BLOCK: Final = 20  # pixels of the small picture
MOVED: Final = 1.0  # levels, on average over a block
SILENT_DB: Final = -60.0  # dBFS, RMS
LEAST_S: Final = {Trouble.BLACK: 2.0, Trouble.FREEZE: 4.0, Trouble.SILENCE: 3.0}
TOUCH_S: Final = 0.01  # stretches this close together are one


def is_black(luma: Luma) -> bool:
    """Tell whether a picture is black."""
    return bool(np.count_nonzero(luma < DARK) >= DARK_SHARE * luma.size)


def is_same(before: Luma, after: Luma) -> bool:
    """Tell whether nothing has moved between two pictures."""
    if before.shape != after.shape:
        return False
    height, width = before.shape
    blocks = (max(width // BLOCK, 1), max(height // BLOCK, 1))
    differs = cv2.absdiff(before, after).astype(np.float32)
    return bool(np.max(cv2.resize(differs, blocks, interpolation=cv2.INTER_AREA)) <= MOVED)


class Passages:
    """Joins stretches of one trouble; short ones are nothing."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._found: list[Passage] = []
        self._open: tuple[float, float] | None = None

    def add(self, from_s: float, to_s: float) -> None:
        """Take the next stretch, in order of time."""
        if self._open and from_s - self._open[1] <= TOUCH_S:
            self._open = self._open[0], to_s
            return
        self._close()
        self._open = from_s, to_s

    def all(self) -> tuple[Passage, ...]:
        """Give the passages so far."""
        self._close()
        return tuple(self._found)

    def _close(self) -> None:
        if self._open and self._open[1] - self._open[0] >= LEAST_S[self._trouble]:
            from_s, to_s = (round(second, 3) for second in self._open)
            self._found.append(Passage(trouble=self._trouble, from_s=from_s, to_s=to_s))
        self._open = None


def outside(passages: Iterable[Passage], gaps: Sequence[Gap]) -> Iterator[Passage]:
    """Leave out passages that are what a gap looks and sounds like."""
    for passage in passages:
        explained_s = sum(
            max(min(passage.to_s, gap.to_s) - max(passage.from_s, gap.from_s), 0.0) for gap in gaps
        )
        if passage.to_s - passage.from_s - explained_s >= LEAST_S[passage.trouble]:
            yield passage


class PictureWatch:
    """Takes looks at a picture track; `patience_s` is the longest stretch between two."""

    def __init__(self, *, patience_s: float, may_stand_still: bool) -> None:
        self._patience_s = patience_s
        self._may_stand_still = may_stand_still
        self._black = Passages(Trouble.BLACK)
        self._still = Passages(Trouble.FREEZE)
        self._before: tuple[float, Luma, bool] | None = None

    def look(self, at_s: float, luma: Luma) -> None:
        """Take the next look."""
        black = is_black(luma)
        if self._before is not None:
            self._judge(*self._before, at_s, luma)
        self._before = at_s, luma, black

    def finish(self, end_s: float) -> tuple[Passage, ...]:
        """Give the passages of a track that ends at `end_s`."""
        if self._before is not None and end_s > self._before[0]:
            self.look(end_s, self._before[1])
        found = (*self._black.all(), *self._still.all())
        return tuple(sorted(found, key=lambda passage: passage.from_s))

    def _judge(self, from_s: float, before: Luma, black: bool, to_s: float, after: Luma) -> None:  # noqa: FBT001
        if to_s - from_s > self._patience_s:  # a hole; nobody knows what happened in it
            return
        if black:
            self._black.add(from_s, to_s)
        elif not self._may_stand_still and is_same(before, after):
            self._still.add(from_s, to_s)
