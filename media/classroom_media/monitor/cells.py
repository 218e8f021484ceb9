"""Where every source stands in the multiview. Pure geometry, also for those who draw over it.

A wall of equal cells, row by row: source n is in column n % columns. In each cell there is a
picture, with its caption under it and a frame around both.
"""

from dataclasses import dataclass
from typing import Final

TILE: Final = (320, 180)  # pixels: the most a picture takes
CAPTION: Final = 30  # pixels high
EDGE: Final = 6  # pixels around picture and caption: the frame, and what is between two cells
FRAME: Final = 4  # pixels of it that are coloured
COLUMNS: Final = {1: 1, 2: 2, 3: 2, 4: 2}  # by the number of sources; three for more


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells for so many sources; there is one at least."""

    count: int

    @property
    def columns(self) -> int:
        """Give how many cells are side by side."""
        return COLUMNS.get(max(1, self.count), 3)

    @property
    def rows(self) -> int:
        """Give how many cells are on top of each other."""
        return -(-max(1, self.count) // self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height in pixels."""
        width, height = cell_size()
        return self.columns * width, self.rows * height

    def corner(self, cell: int) -> tuple[int, int]:
        """Give the left and the upper edge of a cell, in pixels."""
        row, column = divmod(cell, self.columns)
        width, height = cell_size()
        return column * width, row * height


def cell_size() -> tuple[int, int]:
    """Give width and height of a cell, in pixels."""
    return TILE[0] + 2 * EDGE, TILE[1] + CAPTION + 2 * EDGE
