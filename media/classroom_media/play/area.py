"""The part of a display that a screen fills: one of several outputs of the same machine.

Source: X(7), "Geometry specifications"; `xrandr --listmonitors` tells where each output is.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

FORM: Final = r"^([1-9]\d{0,4})x([1-9]\d{0,4})\+(\d{1,5})\+(\d{1,5})$"  # "1920x1080+1920+0"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of pixels of a display."""

    width: int
    height: int
    left: int = 0
    top: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Read it as X writes it. Raises ValueError."""
        found = re.match(FORM, text)
        if found is None:
            raise ValueError(f"{text!r} is no part of a display, as 1920x1080+1920+0 is")
        return cls(*map(int, found.groups()))

    def within(self, other: Self) -> bool:
        """Whether all of it lies in another."""
        right, bottom = self.left + self.width, self.top + self.height
        is_below = other.left <= self.left and other.top <= self.top
        return is_below and right <= other.left + other.width and bottom <= other.top + other.height

    def meets(self, other: Self) -> bool:
        """Whether they share a pixel."""
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        above = self.top + self.height <= other.top or other.top + other.height <= self.top
        return not (beside or above)
