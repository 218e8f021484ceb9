"""Which watches look at a source's pictures: one list for each role."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import BusyWatch, Look, Region, WalkWatch
from classroom_media.direct.screen import ScreenWatch
from classroom_media.direct.signs import Role
from classroom_media.direct.writing import WritingWatch


class Watch(Protocol):
    """Something that looks at one picture after the other."""

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        ...


Regions = Mapping[str, Region]  # by source: where its board is
NOWHERE: Regions = MappingProxyType({})


def watches_for(role: Role, board: Region | None = None) -> tuple[Watch, ...]:
    """Give fresh watches for a source of this role; `board` is where its board is."""
    match role:
        case Role.SCREEN:
            return (ScreenWatch(),)
        case Role.TEACHER:
            return (WalkWatch(), WritingWatch(board))
        case Role.BOARD:
            return (WritingWatch(board),)
        case Role.PUPILS:
            return (BusyWatch(),)
        case _:
            return ()


def look_with(watches: Sequence[Watch], luma: Luma) -> Look:
    """Let all watches look; their signs together, and the activity of the first."""
    looks = [watch.look(luma) for watch in watches]
    signs = frozenset(sign for look in looks for sign in look.signs)
    return Look(signs, looks[0].activity if looks else 0.0)
