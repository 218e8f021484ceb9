"""Notices that strokes appear on a board: thin, new, and there to stay.

Whoever stands before the board is broad; what they leave behind them is not.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import Look, Region
from classroom_media.direct.signs import LOOKS_A_SECOND, Sign

INK: Final = 22  # of 255: chalk or pen against the board
BROAD: Final = np.ones((4, 4), np.uint8)  # pixels of the small picture: an arm, not a stroke
NEXT: Final = np.ones((3, 3), np.uint8)  # a stroke begins where the board is even
AROUND: Final = np.ones((13, 13), np.uint8)


class _Memory:
    """What stands on the board, how long every place has rested, and where strokes are new."""

    def __init__(self, board: Luma) -> None:
        self.board = board.copy()
        self._before = board
        self._rested = np.zeros(board.shape, np.uint8)
        self.age = np.zeros(board.shape, np.uint8)  # of a stroke, in looks; 0 = none, or old

    def rest(self, board: Luma) -> NDArray[np.uint8]:
        """Take a look; give the number of looks since each place changed, up to 200."""
        moved = _over(cv2.absdiff(self._before, board), INK)
        self._before = board
        self._rested = np.minimum(self._rested, 199) + np.uint8(1)
        self._rested[moved == 1] = 0
        return self._rested

    def grow_older(self, gone: NDArray[np.bool_], oldest: int) -> None:
        """Let strokes grow older, and forget those that did not stay."""
        self.age += self.age > 0
        self.age[gone | (self.age > oldest)] = 0


class WritingWatch:
    """Keeps a picture of the board, and counts the strokes that are new on it."""

    STAYS: Final = 3  # looks: 0.6 s
    LEARNS: Final = 12  # looks that a place must rest to become part of the board
    WINDOW: Final = 2 * LOOKS_A_SECOND  # looks for which a stroke is new
    FRESH: Final = 0.0003  # of the board: a few strokes
    OFTEN: Final = 3  # looks with a new stroke; an arm that comes to rest is new once

    def __init__(self, region: Region | None = None) -> None:
        self._region = region or Region()
        self._memory: _Memory | None = None

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        board = self._region.of(luma)
        if self._memory is None or self._memory.board.shape != board.shape:
            self._memory = _Memory(board)
        self._find(self._memory, board)
        ages = np.bincount(self._memory.age.ravel(), minlength=2)[1:]
        fresh = float(ages.sum()) / board.size
        written = np.count_nonzero(ages) >= self.OFTEN and fresh > self.FRESH
        return Look(frozenset({Sign.WRITING} if written else ()), fresh)

    def _find(self, memory: _Memory, board: Luma) -> None:
        """Find new strokes: thin, on an even place of the board, and at rest."""
        rested = memory.rest(board)
        differs = _over(cv2.absdiff(memory.board, board), INK)
        memory.grow_older(differs == 1, self.WINDOW)
        broad = cv2.dilate(cv2.morphologyEx(differs, cv2.MORPH_OPEN, BROAD), AROUND)
        rough = _over(cv2.morphologyEx(memory.board, cv2.MORPH_GRADIENT, NEXT), INK)
        strokes = (differs == 1) & (broad == 0) & (rough == 0) & (rested == self.STAYS)
        memory.age[strokes] = 1
        np.copyto(memory.board, board, where=strokes | (rested >= self.LEARNS))


def _over(picture: cv2.typing.MatLike, limit: int) -> NDArray[np.uint8]:
    _, mask = cv2.threshold(picture, limit, 1, cv2.THRESH_BINARY)
    return mask.astype(np.uint8, copy=False)
