"""What can be had of one quality at the moment: heads, segments, and the parts of the newest.

The newest segments are in memory; all of them are files in a folder, from which the lesson is
played again, and from which a shelf is found again as it was when its process died. A disk that
fails does not end it: what cannot be written can be had for as long as it is in memory.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classroom_media.api import NS
from classroom_media.live.hls.log import Ended, HeadPut, Line, PartPut, ShelfLog
from classroom_media.live.hls.package import SEGMENT_MAX_NS, Head, Part
from classroom_media.live.hls.segments import ListedPart, Segment, head_name

KEPT: Final = 10  # segments in a live playlist
TARGET_S: Final = SEGMENT_MAX_NS // NS  # EXT-X-TARGETDURATION
WITH_PARTS: Final = 3  # of them, the newest, whose parts are listed


class Shelf:
    """One quality of one lesson, begun or found again; `end` says that nothing follows.

    Raises:
        OSError: from `Shelf`, when what is in the folder cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.codecs = ""
        self.size = (0, 0)  # pixels
        self.bits = 0  # a second, of the largest segment
        self.ended = False
        self.problem = ""  # why nothing is written to the folder now
        self.complete: list[Segment] = []
        self.open: Segment | None = None
        self.files: set[str] = set()  # in the folder, and complete
        self._heads = 0
        self._parts = 0
        self._data: dict[str, bytes] = {}  # by name
        self._log = ShelfLog(folder)
        self._find_again()

    def put(self, piece: Head | Part) -> None:
        """Add what the packager gave."""
        if isinstance(piece, Head):
            self._complete()
            name = head_name(self._heads + 1)
            self._keep(name, 0, piece.data, HeadPut(piece.codecs, piece.width, piece.height))
            self._take_head(piece.codecs, (piece.width, piece.height), piece.data)
        else:
            self._put_part(piece)

    def end(self) -> None:
        """Complete the last segment: the lesson is over."""
        if not self.ended:
            self._complete()
            self._note(Ended())
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

    def kept(self) -> Iterator[Segment]:
        """Give all complete segments that are in the folder."""
        return (one for one in self.complete if one.name in self.files)

    def _put_part(self, piece: Part) -> None:
        if piece.opens:
            self._complete()
        segment = self._open_at(piece.begin_ns)
        line = PartPut(
            segment=segment.number,
            number=self._parts,
            at=segment.size,
            size=len(piece.data),
            begin_ns=piece.begin_ns,
            duration_ns=piece.duration_ns,
            independent=piece.independent,
        )
        self._keep(segment.name, line.at, piece.data, line)
        self._take_part(segment, line)
        self._data[segment.parts[-1].name] = piece.data

    def _take_head(self, codecs: str, size: tuple[int, int], data: bytes) -> None:
        self._heads += 1
        name = head_name(self._heads)
        self.codecs, self.size = codecs, size
        self._data[name] = data
        if not self.problem:
            self.files.add(name)

    def _open_at(self, begin_ns: int) -> Segment:
        """Give the open segment, or open one."""
        if self.open is None:
            self.open = Segment(len(self.complete), self._heads, begin_ns)
        return self.open

    def _take_part(self, segment: Segment, line: PartPut) -> None:
        part = ListedPart(line.number, line.duration_ns, line.independent, line.size)
        segment.parts.append(part)
        self._parts = line.number + 1

    def _complete(self) -> None:
        """Close the open segment, and forget what nobody asks for any more."""
        if self.open is None:
            return
        data = [self._data[part.name] for part in self.open.parts]
        self._data[self.open.name] = b"".join(data)
        self._close()
        for old in self.complete[-WITH_PARTS - 1 : -WITH_PARTS]:
            for part in old.parts:
                self._data.pop(part.name, None)
        for old in self.complete[-KEPT - 2 : -KEPT - 1]:  # one more: who has just read of it
            self._data.pop(old.name, None)

    def _close(self) -> None:
        segment, self.open = self.open, None
        if segment is None:
            return
        if not self.problem:
            self.files.add(segment.name)
        self.bits = max(self.bits, segment.size * 8 * NS // max(segment.duration_ns, 1))
        self.complete.append(segment)

    def _keep(self, name: str, at: int, data: bytes, line: Line) -> None:
        """Write bytes where they belong, then the line; after a failure from the next file on."""
        if self.problem and at:
            return
        try:
            with (self.folder / name).open("rb+" if at else "wb") as file:
                file.seek(at)
                file.write(data)
        except OSError as error:
            self.problem = error.strerror or str(error)
        else:
            self.problem = ""
            self._note(line)

    def _note(self, line: Line) -> None:
        try:
            self._log.write(line)
        except OSError as error:
            self.problem = error.strerror or str(error)

    def _find_again(self) -> None:
        """Take up what the log tells, as far as the files have it."""
        good = 0
        for line in self._log.lines():
            if not self._replay(line):
                break
            good += 1
        if good:
            self._log.cut(good)
        for segment in (*self.complete[-WITH_PARTS:], *((self.open,) if self.open else ())):
            self._read_parts(segment)

    def _replay(self, line: Line) -> bool:
        """Take up one line; tell whether the folder has what it tells of."""
        match line:
            case HeadPut():
                self._close()
                path = self.folder / head_name(self._heads + 1)
                if not path.exists():
                    return False
                self._take_head(line.codecs, (line.width, line.height), path.read_bytes())
            case PartPut():
                return self._replay_part(line)
            case Ended():
                self._close()
                self.ended = True
        return True

    def _replay_part(self, line: PartPut) -> bool:
        path = self.folder / Segment(line.segment, 0, 0).name
        if not path.exists() or path.stat().st_size < line.at + line.size:
            return False
        if self.open is not None and self.open.number != line.segment:
            self._close()
        while len(self.complete) < line.segment:  # those that could not be written
            self.complete.append(Segment(len(self.complete), self._heads, line.begin_ns))
        self._take_part(self._open_at(line.begin_ns), line)
        return True

    def _read_parts(self, segment: Segment) -> None:
        if not segment.parts:
            return
        with (self.folder / segment.name).open("rb") as file:
            for part in segment.parts:
                self._data[part.name] = file.read(part.size)
