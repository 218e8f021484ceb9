"""Cuts a byte stream into messages, for protocols that know a message by how it ends. No I/O."""

from collections.abc import Callable
from typing import Generic, TypeVar

from classroom_drivers.codecs.garbage import Garbage

FoundT = TypeVar("FoundT")


class Lines(Generic[FoundT]):
    """Gives the same messages however the stream was cut. Never raises.

    `parse` reads a line without its `end` and without what may stand `around` it; empty ones
    are passed over. Of what does not end, `most` bytes are Garbage.
    """

    def __init__(
        self,
        parse: Callable[[bytes], FoundT | Garbage],
        *,
        end: bytes,
        most: int,
        around: bytes = b"",
    ) -> None:
        self._parse = parse
        self._end = end
        self._most = most
        self._around = around
        self._rest = b""

    def feed(self, data: bytes) -> list[FoundT | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *lines, self._rest = (self._rest + data).split(self._end)
        plain = (line.strip(self._around) for line in lines)
        found = [self._parse(line) for line in plain if line]
        if len(self._rest) >= self._most:
            found.append(Garbage(self._rest))
            self._rest = b""
        return found
