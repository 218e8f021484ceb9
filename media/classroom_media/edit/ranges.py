"""What is kept of a film, as people say it: ``12.5-30`` in seconds, ``f250-f500`` in pictures.

Both are counted from the film's first picture; what stands behind the dash is not kept any more.
An end that is left out is the film's own: ``90-`` is the rest of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from classroom_media.api import MediaError
from classroom_media.edit.tables import Seconds

TOLERANCE_S: Final = 0.0005  # half of what file times are rounded to
_SPELLED: Final = re.compile(r"(f\d+|\d+(?:\.\d+)?)?-(f\d+|\d+(?:\.\d+)?)?")


class Wrong(StrEnum):
    """What may be wrong with a passage."""

    SPELLED = "spelled"
    EMPTY = "empty"
    BEYOND = "beyond"  # it ends behind the film's last picture


class RangeError(MediaError):
    """A passage is not spelled right, is empty, or lies outside the film."""

    def __init__(self, why: Wrong, spelled: str, pictures: int = 0, length_s: float = 0.0) -> None:
        self.why = why
        self.spelled = spelled
        self.pictures = pictures  # of the film
        self.length_s = length_s  # of the film
        super().__init__(f"{spelled}: {why}, of {pictures} pictures, {length_s:.2f} s")


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a film: a picture's number, or seconds from its first picture on."""

    value: float
    counts: bool = False  # pictures

    def index(self, shown_s: Seconds) -> int:
        """Give the number of the first picture that is not before it.

        `shown_s` is when each is shown, in seconds after the first, rising.
        """
        if self.counts:
            return int(self.value)
        return int(np.searchsorted(shown_s, self.value - TOLERANCE_S))


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage that is kept; None is an end of the film."""

    start: Point | None
    stop: Point | None
    spelled: str = ""

    def pictures(self, shown_s: Seconds) -> range:
        """Say which pictures it consists of, counted in the order in which they are shown.

        Raises:
            RangeError: there are none, or the film is over before.
        """
        there = len(shown_s)
        first = self.start.index(shown_s) if self.start else 0
        last = self.stop.index(shown_s) if self.stop else there
        length_s = float(shown_s[-1]) if there else 0.0
        if last > there:
            raise RangeError(Wrong.BEYOND, self.spelled, there, length_s)
        if first >= last:
            raise RangeError(Wrong.EMPTY, self.spelled, there, length_s)
        return range(first, last)


def kept(spelled: str) -> Kept:
    """Read a passage.

    Raises:
        RangeError: it is not spelled so.
    """
    found = _SPELLED.fullmatch(spelled.strip())
    if found is None:
        raise RangeError(Wrong.SPELLED, spelled)
    return Kept(_point(found[1]), _point(found[2]), spelled)


def _point(spelled: str | None) -> Point | None:
    if not spelled:
        return None
    counts = spelled.startswith("f")
    return Point(float(spelled[counts:]), counts)
