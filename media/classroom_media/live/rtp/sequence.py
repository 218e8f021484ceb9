"""Counters that wrap: 16-bit sequence numbers, 24-bit and 32-bit time stamps.

Source: RFC 3550, appendix A.1 (extended sequence numbers); RFC 1982 (serial arithmetic).
"""

from typing import Final

SEQUENCE_BITS: Final = 16
TIMESTAMP_BITS: Final = 32


class Unwrapped:
    """Counts on where a counter wraps: gives numbers that never wrap, though they may go back.

    A value is taken for the nearest one to the highest so far, half the range to either side.
    """

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._half = 1 << bits - 1
        self.highest: int | None = None

    def take(self, value: int) -> int:
        """Give the number that `value` stands for."""
        if self.highest is None:
            self.highest = value
            return value
        number = self.near(value)
        self.highest = max(self.highest, number)
        return number

    def near(self, value: int) -> int:
        """Give the number that `value` stands for, and remember nothing; before any, itself."""
        if self.highest is None:
            return value
        step = (value - self.highest + self._half) % self._range - self._half
        return self.highest + step
