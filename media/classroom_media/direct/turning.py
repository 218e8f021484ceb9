"""How a camera turned from one picture to the next, and what moved besides.

A camera that pans shifts everything. That shift is looked for which leaves the fewest places
changed, however much they changed: who walks before a wall is one place, the wall is many. It is
found on a coarse picture, and made exact step by step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import OPENED, STEP, Mask, share_of

BROAD: Final = 0.015  # of the picture: less than that changes when a camera turns a little
COARSE: Final = (8, 4, 2, 1)  # pixels of the small picture are one: from rough to exact
COARSE_STEP: Final = 10  # of 255: noise is smaller there
FARTHEST: Final = (13, 2)  # roughest pixels from one picture to the next: a third of the width
DOUBT: Final = 0.001  # of the picture for every roughest pixel: of equals the smaller turn
EXPLAINED: Final = 0.7  # of what changed may remain, if it was the camera
BLIND: Final = 0.35  # of the picture still differs: zoom, light, or too fast a turn

Shift = tuple[int, int]  # pixels by which what is seen went to the right, and down


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened between two pictures."""

    x: float  # the camera's turn to the right, in shares of the picture
    y: float  # and upwards
    moved: Mask  # what moved by itself
    blind: bool = False  # nobody can tell: nearly everything changed

    @property
    def is_none(self) -> bool:
        """Whether the camera stood still."""
        return self.x == self.y == 0.0 and not self.blind


class TurnWatch:
    """Compares every picture with the one before."""

    def __init__(self) -> None:
        self._before: Luma | None = None

    def look(self, luma: Luma) -> Turn:
        """Take the next picture. One of another size begins anew."""
        before, self._before = self._before, luma
        if before is None or before.shape != luma.shape:
            return Turn(0.0, 0.0, np.zeros(luma.shape, np.uint8))
        plain = _opened(_changes(before, luma, (0, 0), STEP))
        share = share_of(plain)
        if share < BROAD:
            return Turn(0.0, 0.0, plain)
        dx, dy = _shift(before, luma)
        moved = _opened(_moved(before, luma, (dx, dy)))
        if (dx, dy) == (0, 0) or share_of(moved) > EXPLAINED * share:
            return Turn(0.0, 0.0, plain, blind=share > BLIND)
        height, width = luma.shape
        whole = np.zeros_like(plain)
        whole[_overlap(dy, height), _overlap(dx, width)] = moved
        return Turn(-dx / width, dy / height, whole, blind=share_of(moved) > BLIND)


def _shift(before: Luma, now: Luma) -> Shift:
    """Give the shift that leaves the fewest places changed."""
    far_x, far_y = FARTHEST
    at = (0, 0)
    for size in COARSE:
        was, there = _coarse(before, size), _coarse(now, size)
        near = [
            (at[0] * 2 + x, at[1] * 2 + y)
            for x in range(-far_x, far_x + 1)
            for y in range(-far_y, far_y + 1)
        ]
        at = _best(was, there, near, STEP if size == 1 else COARSE_STEP, DOUBT * size / COARSE[0])
        far_x, far_y = 1, 1
    return at


def _best(before: Luma, now: Luma, shifts: Iterable[Shift], step: int, doubt: float) -> Shift:
    def cost(shift: Shift) -> float:
        return share_of(_changes(before, now, shift, step)) + doubt * (
            abs(shift[0]) + abs(shift[1])
        )

    return min(shifts, key=cost)


def _changes(before: Luma, now: Luma, shift: Shift, step: int) -> Mask:
    """Give what changed within what both pictures show, if everything was shifted."""
    (dx, dy), (height, width) = shift, now.shape
    there = now[_overlap(dy, height), _overlap(dx, width)]
    was = before[_overlap(-dy, height), _overlap(-dx, width)]
    _, mask = cv2.threshold(cv2.absdiff(was, there), step, 1, cv2.THRESH_BINARY)
    return mask.astype(np.uint8, copy=False)


def _moved(before: Luma, now: Luma, shift: Shift) -> Mask:
    """Give what changed besides; a turn by parts of a pixel leaves every edge a bit elsewhere."""
    (dx, dy), (height, width) = shift, now.shape
    there = now[_overlap(dy, height), _overlap(dx, width)]
    was = before[_overlap(-dy, height), _overlap(-dx, width)]
    above = cv2.subtract(there, cv2.dilate(was, OPENED))
    below = cv2.subtract(cv2.erode(was, OPENED), there)
    _, mask = cv2.threshold(cv2.max(above, below), STEP, 1, cv2.THRESH_BINARY)
    return mask.astype(np.uint8, copy=False)


def _overlap(shift: int, size: int) -> slice:
    return slice(max(shift, 0), size + min(shift, 0))


def _coarse(luma: Luma, size: int) -> Luma:
    height, width = luma.shape
    small = cv2.resize(luma, (width // size, height // size), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)


def _opened(mask: Mask) -> Mask:
    return cv2.morphologyEx(mask, cv2.MORPH_OPEN, OPENED).astype(np.uint8, copy=False)
