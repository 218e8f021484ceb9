"""Cuts a byte stream into messages, for protocols that know a message by how it begins. No I/O."""

from collections.abc import Callable
from typing import Generic, TypeVar

from classroom_drivers.codecs.garbage import Garbage

FoundT = TypeVar("FoundT")


class Cutter(Generic[FoundT]):
    """Gives the same messages however the stream was cut. Never raises.

    `take` looks at the beginning of what there is and gives a message, or Garbage, with its
    length; or None while it may still become one. How long that can be is its own bound.
    """

    def __init__(self, take: Callable[[bytes], tuple[FoundT | Garbage, int] | None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> list[FoundT | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[FoundT | Garbage] = []
        while self._rest and (taken := self._take(self._rest)):
            found.append(taken[0])
            self._rest = self._rest[taken[1] :]
        return found


def skip_to(start: bytes, data: bytes) -> tuple[Garbage, int]:
    """Give up what is before the next place where a message may begin."""
    place = data.find(start, 1)
    length = len(data) if place < 0 else place
    return Garbage(data[:length]), length
