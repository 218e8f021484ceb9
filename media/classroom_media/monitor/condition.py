"""Notices, within 5 s, that a source's picture stands still for ever, or is black.

Frozen: packets come, but the small pictures are the same, also after a keyframe, which codes the
picture anew. A camera that sees a quiet room is never so still: its sensor's noise changes four
of ten pixels from one keyframe to the next, at the least bit rates that cameras offer too, and
hardly any where there is no noise (measured; see `benchmarks/eyes_alarms.py`). Between keyframes
it may be: a camera short of bits sends nothing but "as before". That is why a report's rule, which
looks at a file and excuses what may stand still, is too soft for an alarm.

Black: as a report has it. A screen may stand still for ever, and be black while the teacher
writes on the board.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from classroom_media.analyse.passages import is_black
from classroom_media.api import NS
from classroom_media.direct.luma import Luma
from classroom_media.direct.signs import Role
from classroom_media.monitor.supply import Glimpse

STEP: Final = 6  # levels: nothing changes by more between two codings of one picture
CHANGED: Final = 0.05  # of the pixels, at most, by less
FROZEN_NS: Final = 4 * NS
CODED_NS: Final = NS // 2  # after a keyframe came, its picture has been looked at
BLACK_NS: Final = 3 * NS
SCREEN_BLACK_NS: Final = 600 * NS
OVER_NS: Final = NS  # of the contrary, and an alarm is over
STALE_NS: Final = 15 * NS  # without a look nobody knows


class Fault(StrEnum):
    """What is wrong with a picture that comes."""

    NONE = ""
    FROZEN = "frozen"
    BLACK = "black"


def is_same(before: Luma, after: Luma) -> bool:
    """Tell whether two pictures are one, but for its coding."""
    if before.shape != after.shape:
        return False
    differs = cv2.absdiff(before, after)
    if np.count_nonzero(differs) > CHANGED * differs.size:
        return False
    return int(differs.max()) <= STEP


@dataclass(slots=True)
class Alarm:
    """Goes on once a sign has lasted, and off once it has been gone for a while."""

    lasting_ns: int
    on: bool = False
    _sign_since_ns: int | None = None
    _gone_since_ns: int | None = None

    def look(self, at_ns: int, *, sign: bool) -> None:
        """Take note whether there is the sign at an instant."""
        if sign:
            self._gone_since_ns = None
            self._sign_since_ns = at_ns if self._sign_since_ns is None else self._sign_since_ns
            self.on = self.on or at_ns - self._sign_since_ns >= self.lasting_ns
        else:
            self._sign_since_ns = None
            self._gone_since_ns = at_ns if self._gone_since_ns is None else self._gone_since_ns
            self.on = self.on and at_ns - self._gone_since_ns < OVER_NS


class Stillness:
    """Follows how long the picture has been the same, and whether it was coded anew meanwhile."""

    def __init__(self) -> None:
        self._first: Glimpse | None = None
        self._coded_ns: int | None = None  # when a keyframe came after the first look

    def look(self, glimpse: Glimpse) -> bool | None:
        """Tell whether it stands still; None while nobody can know."""
        first = self._first
        if first is None or glimpse.anew or not is_same(first.luma, glimpse.luma):
            self._first, self._coded_ns = glimpse, None
            return None if first is None or glimpse.anew else False
        if self._coded_ns is None and glimpse.keys > first.keys:
            self._coded_ns = glimpse.at_ns
        if self._coded_ns is None or glimpse.at_ns - self._coded_ns < CODED_NS:
            return None
        return True if glimpse.at_ns - first.at_ns >= FROZEN_NS else None


class Condition:
    """What is wrong with the picture of one source, look by look."""

    def __init__(self, role: Role) -> None:
        self._may_stand_still = role is Role.SCREEN
        self._black = Alarm(SCREEN_BLACK_NS if role is Role.SCREEN else BLACK_NS)
        self._frozen = Alarm(0)
        self._stillness = Stillness()
        self._looked_ns = -STALE_NS

    def look(self, glimpse: Glimpse) -> None:
        """Take the next look."""
        self._looked_ns = glimpse.at_ns
        self._black.look(glimpse.at_ns, sign=is_black(glimpse.luma))
        if self._may_stand_still:
            return
        still = self._stillness.look(glimpse)
        if still is not None:
            self._frozen.look(glimpse.at_ns, sign=still)

    def fault(self, now_ns: int) -> Fault:
        """Tell what is wrong now; nothing of a source that is not there."""
        if now_ns - self._looked_ns > STALE_NS:
            return Fault.NONE
        if self._black.on:
            return Fault.BLACK
        return Fault.FROZEN if self._frozen.on else Fault.NONE


class Conditions:
    """The condition of every source, kept by the eyes and asked for by others."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._conditions = {source: Condition(role) for source, role in roles.items()}

    def see(self, glimpse: Glimpse) -> None:
        """Look at a small picture."""
        self._conditions[glimpse.source].look(glimpse)

    def fault(self, source: str, now_ns: int) -> Fault:
        """Tell what is wrong with the picture of a source; nothing if it has none."""
        condition = self._conditions.get(source)
        return condition.fault(now_ns) if condition else Fault.NONE
