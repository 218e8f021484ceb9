"""Parts of a take that are complete and on their way to the disk: the next one waits for none.

A part is called sealed once its sync has returned, not before. Where that fails, the part is
owed: what is not on disk of it has to be written once more, from the ring.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import msgspec

from classroom_media.api import StreamFormat
from classroom_media.packets import Coded
from classroom_media.record.durable import TrackError
from classroom_media.record.part import PartWriter
from classroom_media.record.ring import Kept
from classroom_media.record.scribe import Scribe


@dataclass(slots=True)
class Stretch:
    """A part of a take, and which of the ring's packets are in it."""

    part: PartWriter
    scribe: Scribe  # of the folder that it is in
    number: int  # by which the journal knows it
    first: int  # number of the first packet
    opened_at: int  # and of the one that made its streams complete
    cursors: dict[str, int]  # the next packet of each of its streams
    reason: str = ""  # why it ended
    problem: str = ""  # why it could not be sealed

    @classmethod
    def of(cls, part: PartWriter, scribe: Scribe, starts: Mapping[str, Kept]) -> Self:
        """Begin one that was announced just now."""
        cursors = {stream: kept.number for stream, kept in starts.items()}
        return cls(part, scribe, scribe.part, min(cursors.values()), max(cursors.values()), cursors)

    def write(self, kept: Kept) -> None:
        """Add a packet. Raises TrackError: the part cannot be written."""
        self.cursors[kept.packet.stream] = kept.number + 1
        self.part.write(kept.packet)

    def fits(self, packet: Coded) -> bool:
        """Whether a packet may go into the file; the frame rate may change."""
        if packet.format is None or not packet.key:
            return True
        return _regardless_of_rate(packet.format) == _regardless_of_rate(
            self.part.formats[packet.stream]
        )


@dataclass
class Sealing:
    """The parts of a take that are complete, in the order in which they ended."""

    synced_bytes: int = 0  # of all that are over
    owed: list[Stretch] = field(default_factory=list)
    _closed: list[Stretch] = field(default_factory=list)

    @property
    def rests(self) -> bool:
        """Whether nothing is under way, and nothing owed."""
        return not self._closed and not self.owed

    @property
    def synced_ns(self) -> int | None:
        """Up to where everything is on disk; None = all of it is."""
        behind = (stretch.part.synced_ns for stretch in (*self._closed, *self.owed))
        return min(behind, default=None)

    def add(self, stretch: Stretch, reason: str) -> None:
        """Take one that is complete; `reason` is why it ended."""
        stretch.reason = reason
        self._closed.append(stretch)

    def failures(self, now_ns: int) -> Iterator[tuple[Stretch, TrackError]]:
        """Seal what has reached the disk; give what never will, which is owed from now on."""
        for stretch in list(self._closed):
            try:
                if not stretch.part.is_on_disk():
                    continue
            except TrackError as error:
                self._closed.remove(stretch)
                stretch.problem = error.problem
                self.broke_off(stretch, error, now_ns)
                self.owed.append(stretch)
                yield stretch, error
            else:
                self._closed.remove(stretch)
                self.synced_bytes += stretch.part.synced_bytes
                end_ns = stretch.part.written_ns
                stretch.scribe.sealed(stretch.number, now_ns, end_ns, stretch.reason)

    def broke_off(self, stretch: Stretch, error: TrackError, now_ns: int) -> None:
        """Let go of a part that cannot be written any further."""
        stretch.part.abandon()
        self.synced_bytes += stretch.part.synced_bytes
        stretch.scribe.failed(stretch.number, now_ns, stretch.part.synced_ns, error)


def _regardless_of_rate(form: StreamFormat) -> StreamFormat:
    return msgspec.structs.replace(form, fps=0.0)
