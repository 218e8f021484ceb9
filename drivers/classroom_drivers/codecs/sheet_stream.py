"""Where a frame of a code sheet begins and ends in a stream of bytes. No I/O.

A `Cut` knows a frame by its head, and its end by its length, by how it ends, or by a count that is
in it. The first cut of a sheet whose head is there counts; one without a head is always there.

Source: none; the rules are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.sheet_format import Format
from classroom_drivers.codecs.sheet_frame import FRAME_MAX, Shape


@dataclass(frozen=True, slots=True)
class Heard:
    """One whole frame, its checksum right."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How one sort of frames is cut out of a stream."""

    head: bytes = b""
    length: int = 0  # bytes, head included
    ends: bytes = b""  # if it has no fixed length
    count: Format | None = None  # if it says itself how long it is
    count_at: int = 0  # where the count is, in bytes from the beginning
    plus: int = 0  # bytes that the count leaves out

    def size(self, data: bytes) -> int | None:
        """Give the size of the frame that `data` begins with, None if that cannot be known yet.

        More than FRAME_MAX means that this is no frame at all.
        """
        if self.length:
            return self.length
        if self.count:
            return self._counted(data, self.count)
        end = data.find(self.ends, len(self.head))
        if end >= 0:
            return end + len(self.ends)
        return None if len(data) < FRAME_MAX else FRAME_MAX + 1

    def _counted(self, data: bytes, count: Format) -> int | None:
        written = data[self.count_at : self.count_at + count.size]
        if len(written) < count.size:
            return None
        try:
            value = count.read(written)
        except ValueError:
            return FRAME_MAX + 1
        size = int(value) + self.plus
        return size if size > self.count_at else FRAME_MAX + 1


class FrameDecoder:
    """Turns a stream, however it was cut, into frames. Never raises.

    Bytes of `skip` are left out before a frame. A frame that does not fit the `envelope` is noise,
    in which the next one may begin, unless frames are told by their end alone.
    """

    def __init__(self, cuts: Sequence[Cut], envelope: Shape, *, skip: bytes = b"") -> None:
        self._cuts = cuts
        self._envelope = envelope
        self._skip = skip
        self._rest = b""

    def feed(self, data: bytes) -> list[Heard | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        rest, found = self._skipped(self._rest + data), list[Heard | Garbage]()
        while rest:
            frame = self._next(rest)
            if frame is None:
                break
            found.append(frame)
            rest = self._skipped(rest[len(frame.data) :])
        self._rest = rest
        return found

    def _skipped(self, data: bytes) -> bytes:
        return data.lstrip(self._skip) if self._skip else data

    def _next(self, data: bytes) -> Heard | Garbage | None:
        """Give what a stream begins with, None if that cannot be known yet."""
        for cut in self._cuts:
            if data.startswith(cut.head):
                break
            if cut.head.startswith(data):
                return None
        else:
            return Garbage(data[:1])
        size = cut.size(data)
        if size is None or len(data) < size <= FRAME_MAX:
            return None
        if size <= FRAME_MAX and self._envelope.read(data[:size]) is not None:
            return Heard(data[:size])
        return Garbage(data[:1] if cut.head else data[: min(size, FRAME_MAX)])
