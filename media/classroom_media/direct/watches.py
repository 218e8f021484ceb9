"""Which watch looks at a source's pictures: one for each role."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import NOTHING, BusyWatch, Look, Region, WalkWatch
from classroom_media.direct.screen import ScreenWatch
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Sign
from classroom_media.direct.writing import WritingWatch

Regions = Mapping[str, Region]  # by source: where its board is
NOWHERE: Final[Regions] = MappingProxyType({})


class Watch(Protocol):
    """Something that looks at one picture after the other."""

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        ...


class Blindfold:
    """Looks at nothing: a wide shot is shown when nothing happens, whatever it shows."""

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        del luma
        return NOTHING


class TeacherWatch:
    """Notices walking and writing. Who walks does not write, but uncovers what was written."""

    STANDS: Final = 2 * LOOKS_A_SECOND  # looks without walking, before strokes count

    def __init__(self, board: Region | None = None) -> None:
        self._walk, self._writing = WalkWatch(), WritingWatch(board)
        self._standing = self.STANDS

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        walk, writing = self._walk.look(luma), self._writing.look(luma)
        self._standing = 0 if Sign.WALKING in walk.signs else self._standing + 1
        strokes = writing.signs if self._standing > self.STANDS else frozenset[Sign]()
        return Look(walk.signs | strokes, walk.activity)


def watch_for(role: Role, board: Region | None = None) -> Watch:
    """Give a fresh watch for a source of this role; `board` is where its board is."""
    match role:
        case Role.SCREEN:
            return ScreenWatch()
        case Role.TEACHER:
            return TeacherWatch(board)
        case Role.BOARD:
            return WritingWatch(board)
        case Role.PUPILS:
            return BusyWatch()
        case Role.WIDE:
            return Blindfold()
