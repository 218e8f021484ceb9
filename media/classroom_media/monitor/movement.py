"""Notices that something moves in a source's picture: that somebody is there who says nothing.

Each small picture is averaged to cells of a fiftieth of its height and compared with the one a
second before. A head that turns changes two cells by more than five levels; a sensor's noise and a
coder's do not, once averaged (`tests/media/test_monitor_movement.py`). Light that grows or goes is
the same in all cells, and does not count. A screen moves by itself, and is not looked at.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from classroom_media.api import NS
from classroom_media.direct.signs import Role
from classroom_media.monitor.supply import Glimpse

CELLS: Final = (32, 18)
STEP: Final = 5.0  # levels
LEAST: Final = 2  # cells
APART_NS: Final = NS  # between the two pictures that are compared

_Cells = npt.NDArray[np.float32]


class Movement:
    """When something moved last in the picture of one source."""

    def __init__(self) -> None:
        self.last_ns = 0  # on the timeline; 0 = nothing has
        self._before: _Cells | None = None
        self._before_ns = 0

    def look(self, glimpse: Glimpse) -> None:
        """Take the next look."""
        if self._before is not None and not glimpse.anew:
            if glimpse.at_ns - self._before_ns < APART_NS:
                return
            if moves(self._before, cells := cells_of(glimpse)):
                self.last_ns = glimpse.at_ns
            self._before, self._before_ns = cells, glimpse.at_ns
            return
        self._before, self._before_ns = cells_of(glimpse), glimpse.at_ns


def cells_of(glimpse: Glimpse) -> _Cells:
    """Average a small picture to cells, shape (18, 32), levels of luma."""
    cells = cv2.resize(glimpse.luma.astype(np.float32), CELLS, interpolation=cv2.INTER_AREA)
    return cells.astype(np.float32, copy=False)


def moves(before: _Cells, after: _Cells) -> bool:
    """Tell whether two pictures differ by more than their light."""
    change = after - before
    change -= np.median(change)
    return bool(np.count_nonzero(np.abs(change) > STEP) >= LEAST)


class Movements:
    """The movement in every picture but screens, kept by the eyes and asked for by others."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._movements = {
            source: Movement() for source, role in roles.items() if role is not Role.SCREEN
        }

    def see(self, glimpse: Glimpse) -> None:
        """Look at a small picture."""
        if movement := self._movements.get(glimpse.source):
            movement.look(glimpse)

    def last_ns(self, source: str) -> int:
        """Tell when something moved last, on the timeline; 0 = nothing has, or nobody looks."""
        movement = self._movements.get(source)
        return movement.last_ns if movement else 0
