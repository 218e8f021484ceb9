"""Notices that strokes appear on a board: thin, new, and there to stay.

Whoever stands before the board is broad; what they leave behind them is not.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import Look, Region
from classroom_media.direct.signs import LOOKS_A_SECOND, Sign

INK: Final = 22  # of 255: chalk or pen against the board
BROAD: Final = np.ones((4, 4), np.uint8)  # pixels of the small picture: an arm, not a stroke
AROUND: Final = np.ones((13, 13), np.uint8)


class _Memory:
    """What stood on the board, and for how many looks every place has rested."""

    def __init__(self, board: Luma) -> None:
        self.board = board.copy()
        self._before = board
        self._rested = np.zeros(board.shape, np.uint8)

    def rest(self, board: Luma) -> NDArray[np.uint8]:
        """Take a look; give the number of looks since each place changed, up to 200."""
        moved = _over(cv2.absdiff(self._before, board), INK)
        self._before = board
        self._rested = np.minimum(self._rested, 199) + np.uint8(1)
        self._rested[moved == 1] = 0
        return self._rested


class WritingWatch:
    """Keeps a picture of the board, and counts the strokes that are new on it."""

    STAYS: Final = 3  # looks: 0.6 s
    LEARNS: Final = 12  # looks that a place must rest to become part of the board
    WINDOW: Final = 2 * LOOKS_A_SECOND  # looks in which strokes are counted
    FRESH: Final = 0.0003  # of the board: a few strokes
    OFTEN: Final = 3  # looks with a new stroke; an arm that comes to rest is new once

    def __init__(self, region: Region | None = None) -> None:
        self._region = region or Region()
        self._memory: _Memory | None = None
        self._fresh: deque[float] = deque(maxlen=self.WINDOW)

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        board = self._region.of(luma)
        if self._memory is None or self._memory.board.shape != board.shape:
            self._memory = _Memory(board)
        self._fresh.append(self._strokes(self._memory, board))
        fresh = sum(self._fresh)
        often = sum(share > 0 for share in self._fresh) >= self.OFTEN
        written = often and fresh > self.FRESH
        return Look(frozenset({Sign.WRITING} if written else ()), fresh)

    def _strokes(self, memory: _Memory, board: Luma) -> float:
        """Give the part of the board that new strokes cover, each counted once."""
        rested = memory.rest(board)
        differs = _over(cv2.absdiff(memory.board, board), INK)
        broad = cv2.dilate(cv2.morphologyEx(differs, cv2.MORPH_OPEN, BROAD), AROUND)
        strokes = (differs == 1) & (broad == 0) & (rested == self.STAYS)
        np.copyto(memory.board, board, where=strokes | (rested >= self.LEARNS))
        return float(np.count_nonzero(strokes)) / board.size


def _over(picture: cv2.typing.MatLike, limit: int) -> NDArray[np.uint8]:
    _, mask = cv2.threshold(picture, limit, 1, cv2.THRESH_BINARY)
    return mask.astype(np.uint8, copy=False)
