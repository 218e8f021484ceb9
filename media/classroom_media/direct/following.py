"""Where somebody moves in a picture, also while its camera turns. Nobody is recognised.

What moves is taken for one body: around the place where most of it moves, and rather where it
was seen a moment ago than elsewhere. Who stands still is where they were.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import EVERYTHING, MEMORY, Mask, share_of
from classroom_media.direct.turning import Turn, TurnWatch

SMOOTHED: Final = 0.06  # of the width: a body's edges are one body
BODY: Final = 0.12  # of the width: as far from its middle it may reach
NEAR: Final = 0.25  # of the width: where it is looked for rather than elsewhere
LEAST: Final = 0.0008  # of the picture must move
SURE: Final = 0.004  # of the picture moves: certainly somebody
RESTLESS: Final = 0.5  # of the time: a clock in the picture, a fan


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is, in shares of the picture; of the camera's turns see `Whereabouts`."""

    x: float
    y: float
    size: float  # height
    sure: float  # 0 = nobody was noticed
    turned_x: float = 0.0
    turned_y: float = 0.0
    turning: bool = False


class FollowWatch:
    """Follows the one who moves most."""

    def __init__(self) -> None:
        self._turns = TurnWatch()
        self._restless: NDArray[np.float32] | None = None
        self._turned_x = self._turned_y = 0.0
        self._last: Spot | None = None

    def look(self, luma: Luma) -> Spot:
        """Take the next picture."""
        turn = self._turns.look(luma)
        self._turned_x += turn.x
        self._turned_y += turn.y
        moved = self._without_flicker(turn)
        share = share_of(moved)
        found = LEAST < share < EVERYTHING and not turn.blind
        x, y, size = self._body(moved) if found else self._where_it_was(turn)
        self._last = Spot(
            x,
            y,
            size,
            min(share / SURE, 1.0) if found else 0.0,
            self._turned_x,
            self._turned_y,
            not turn.is_none,
        )
        return self._last

    def _without_flicker(self, turn: Turn) -> Mask:
        """Leave out what always changes in one place; a camera that turns has no such places."""
        if not turn.is_none or self._restless is None or self._restless.shape != turn.moved.shape:
            self._restless = np.zeros(turn.moved.shape, np.float32)
            return turn.moved
        cv2.accumulateWeighted(turn.moved, self._restless, MEMORY)
        moved = turn.moved.copy()
        moved[self._restless > RESTLESS] = 0
        return moved

    def _body(self, moved: Mask) -> tuple[float, float, float]:
        """Give the middle and the height of the body around which most moves."""
        height, width = moved.shape
        columns = moved.sum(axis=0, dtype=np.float32)
        kernel = np.ones(max(1, round(SMOOTHED * width)), np.float32)
        density = np.convolve(columns, kernel, "same")
        at = np.arange(width)
        if self._last is not None and self._last.sure > 0:
            density *= 0.3 + np.exp(-(((at / width - self._last.x) / NEAR) ** 2))
        near = np.abs(at - int(density.argmax())) < BODY * width
        x = float((columns * near * (at + 0.5)).sum() / max((columns * near).sum(), 1.0)) / width
        rows = np.cumsum(moved[:, near].sum(axis=1, dtype=np.int64))
        top, middle, foot = np.searchsorted(
            rows, (rows[-1] * 0.03, rows[-1] * 0.5, rows[-1] * 0.97)
        )
        return x, float(middle) / height, float(foot - top) / height

    def _where_it_was(self, turn: Turn) -> tuple[float, float, float]:
        if self._last is None:
            return 0.5, 0.5, 0.0
        x, y = self._last.x - turn.x, self._last.y + turn.y
        return (x, y, self._last.size) if math.isfinite(x + y) else (0.5, 0.5, 0.0)
