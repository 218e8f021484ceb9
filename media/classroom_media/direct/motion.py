"""What moves in a small picture: how much of it, and from where to where.

Source: frame differencing with a running mean of what flickers, so that a clock in the picture,
a fan or a curtain counts for nothing: OpenCV, "Motion Analysis" (accumulateWeighted),
https://docs.opencv.org/4.x/d7/df3/group__imgproc__motion.html
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.luma import Luma
from classroom_media.direct.signs import LOOKS_A_SECOND, Sign

STEP: Final = 18  # of 255: what noise and compression do not reach
MEMORY: Final = 1 / (20 * LOOKS_A_SECOND)  # of what flickers: 20 s
EVERYTHING: Final = 0.5  # of the picture: the light was switched, or the camera moves
OPENED: Final = np.ones((3, 3), np.uint8)

Mask = NDArray[np.uint8]  # (height, width), 1 where something changed


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture, in fractions of it."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @property
    def lies_inside(self) -> bool:
        """Whether there is something of it, and all of it in the picture."""
        right, bottom = self.x + self.width, self.y + self.height
        corners = all(0 <= value <= 1 for value in (self.x, self.y, right, bottom))
        return corners and self.width > 0 and self.height > 0

    def of(self, luma: Luma) -> Luma:
        """Cut it out."""
        height, width = luma.shape
        top, left = round(self.y * height), round(self.x * width)
        bottom, right = round((self.y + self.height) * height), round((self.x + self.width) * width)
        return luma[top:bottom, left:right]


class Changes:
    """Compares a picture with the one before; places that always flicker are left out."""

    def __init__(self, *, restless: float, small: float = 0.25, opened: bool = True) -> None:
        self._restless = restless  # part of the time
        self._small = small  # part of the picture: what flickers and is larger does count
        self._opened = opened
        self._before: Luma | None = None
        self._mean: NDArray[np.float32] | None = None

    def look(self, luma: Luma) -> Mask:
        """Give where something changed. A picture of another size begins anew."""
        before, self._before = self._before, luma
        if before is None or before.shape != luma.shape or self._mean is None:
            self._mean = np.zeros(luma.shape, np.float32)
            return np.zeros(luma.shape, np.uint8)
        _, mask = cv2.threshold(cv2.absdiff(before, luma), STEP, 1, cv2.THRESH_BINARY)
        changed: Mask = mask.astype(np.uint8, copy=False)
        if self._opened:
            changed = cv2.morphologyEx(changed, cv2.MORPH_OPEN, OPENED).astype(np.uint8, copy=False)
        cv2.accumulateWeighted(changed, self._mean, MEMORY)
        restless = self._mean > self._restless
        if np.count_nonzero(restless) < self._small * restless.size:
            changed[restless] = 0
        return changed


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a picture gave."""

    signs: frozenset[Sign]
    activity: float  # for drawing: 0 = nothing, 1 = as much as there can be


NOTHING: Final = Look(frozenset(), 0.0)


class WalkWatch:
    """Notices that somebody changes their place: both edges of what moves shift together.

    Gestures move one edge, or none.
    """

    WINDOW: Final = 10  # looks: 2 s, at most
    ENOUGH: Final = 6  # looks
    SHIFT: Final = 0.02  # of the picture's width, in half the window
    LEAST: Final = 0.0015  # of the picture must move
    RESTLESS: Final = 0.25  # of the time: hands, and a clock in the picture

    def __init__(self, region: Region | None = None) -> None:
        self._region = region or Region()
        self._changes = Changes(restless=self.RESTLESS)
        self._edges: deque[tuple[float, float]] = deque(maxlen=self.WINDOW)

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        mask = self._changes.look(self._region.of(luma))
        share = share_of(mask)
        if not self.LEAST < share < EVERYTHING:
            self._edges.clear()
            return Look(frozenset(), share if share < EVERYTHING else 0.0)
        self._edges.append(_edges(mask))
        return Look(frozenset({Sign.WALKING} if self._walks() else ()), share)

    def _walks(self) -> bool:
        if len(self._edges) < self.ENOUGH:
            return False
        edges = np.array(self._edges)
        half = len(edges) // 2
        left, right = np.median(edges[half:], axis=0) - np.median(edges[:half], axis=0)
        return bool(left * right > 0 and min(abs(left), abs(right)) > self.SHIFT)


class BusyWatch:
    """Notices that many move at once."""

    MANY: Final = 0.06  # of the picture

    def __init__(self, region: Region | None = None) -> None:
        self._region = region or Region()
        self._changes = Changes(restless=0.7)

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        share = share_of(self._changes.look(self._region.of(luma)))
        if share >= EVERYTHING:
            return NOTHING
        return Look(frozenset({Sign.BUSY} if share > self.MANY else ()), share)


def share_of(mask: Mask) -> float:
    """Give the part of the picture that changed."""
    return cv2.countNonZero(mask) / max(mask.size, 1)


def _edges(mask: Mask) -> tuple[float, float]:
    """Give between which columns nine tenths of the changes lie, in fractions of the width."""
    columns = np.cumsum(mask.sum(axis=0, dtype=np.int64))
    left, right = np.searchsorted(columns, (columns[-1] * 0.05, columns[-1] * 0.95))
    return float(left) / mask.shape[1], float(right) / mask.shape[1]
