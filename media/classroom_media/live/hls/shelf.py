"""What can be had of one quality at the moment: heads, segments, and the parts of the newest.

The newest segments are in memory; all of them are files in a folder, from which the lesson is
played again. A file is complete when its segment is listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classroom_media.api import NS
from classroom_media.live.hls.package import SEGMENT_MAX_NS, Head, Part

KEPT: Final = 10  # segments in a live playlist
TARGET_S: Final = SEGMENT_MAX_NS // NS  # EXT-X-TARGETDURATION
WITH_PARTS: Final = 3  # of them, the newest, whose parts are listed


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part by its name."""

    number: int
    duration_ns: int
    independent: bool

    @property
    def name(self) -> str:
        """What a player asks for; numbers go on from segment to segment."""
        return f"part-{self.number}.m4s"


@dataclass(slots=True)
class Segment:
    """A segment, complete or not."""

    number: int
    head: int
    begin_ns: int  # on the timeline
    parts: list[ListedPart] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What a player asks for."""
        return f"segment-{self.number}.m4s"

    @property
    def head_name(self) -> str:
        """The head that goes before it."""
        return head_name(self.head)

    @property
    def duration_ns(self) -> int:
        """How long its parts last."""
        return sum(part.duration_ns for part in self.parts)


def head_name(number: int) -> str:
    """Name a head."""
    return f"head-{number}.mp4"


class Shelf:
    """One quality of one lesson; `end` says that nothing follows.

    Raises:
        OSError: from `put` and `end`, when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.codecs = ""
        self.size = (0, 0)  # pixels
        self.bits = 0  # a second, of the largest segment
        self.ended = False
        self.complete: list[Segment] = []
        self.open: Segment | None = None
        self.files: set[str] = set()  # in the folder
        self._heads = 0
        self._parts = 0
        self._data: dict[str, bytes] = {}  # by name

    def put(self, piece: Head | Part) -> None:
        """Add what the packager gave."""
        if isinstance(piece, Head):
            self._put_head(piece)
        else:
            self._put_part(piece)

    def end(self) -> None:
        """Complete the last segment: the lesson is over."""
        self._complete()
        self.ended = True

    def data(self, name: str) -> bytes | None:
        """Give a head, a segment or a part that is in memory."""
        return self._data.get(name)

    @property
    def next_part(self) -> str:
        """Name the part that comes next."""
        return f"part-{self._parts}.m4s"

    def newest(self) -> tuple[int, int]:
        """Tell the newest segment, and how many of its parts there are."""
        if self.open is None:
            return len(self.complete), 0
        return self.open.number, len(self.open.parts)

    def window(self) -> Iterator[Segment]:
        """Give the newest complete segments."""
        yield from self.complete[-KEPT:]

    def _put_head(self, piece: Head) -> None:
        self._complete()
        self._heads += 1
        self.codecs, self.size = piece.codecs, (piece.width, piece.height)
        self._store(head_name(self._heads), piece.data)

    def _put_part(self, piece: Part) -> None:
        if piece.opens:
            self._complete()
        if self.open is None:
            self.open = Segment(len(self.complete), self._heads, piece.begin_ns)
        part = ListedPart(self._parts, piece.duration_ns, piece.independent)
        self._parts += 1
        self._data[part.name] = piece.data
        self.open.parts.append(part)

    def _complete(self) -> None:
        segment, self.open = self.open, None
        if segment is None:
            return
        data = b"".join(self._data[part.name] for part in segment.parts)
        self._store(segment.name, data)
        self.bits = max(self.bits, len(data) * 8 * NS // max(segment.duration_ns, 1))
        self.complete.append(segment)
        if len(self.complete) > WITH_PARTS:
            for part in self.complete[-WITH_PARTS - 1].parts:
                del self._data[part.name]
        if len(self.complete) > KEPT + 1:  # one more, for who has just read the playlist
            del self._data[self.complete[-KEPT - 2].name]

    def _store(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)
        self.files.add(name)
        self._data[name] = data
