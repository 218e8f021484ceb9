"""Follows which page of slides stands on a screen, from one sparse look to the next. Pure.

What was drawn on a page counts: where most of it is still there, it is the same page, whatever
came in addition (an animation, another line, the pointer). Once a seventh of it is gone,
another page may have come. It counts when it has stood for `STAYS_S`: a film never stands, and
pages that are turned over on the way to another one are nobody's chapter.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import STEP
from classroom_media.direct.screen import ScreenWatch

STAYS_S: Final = 10.0  # how long a page stands, at least, to be a chapter
GONE: Final = 0.15  # of the outlines are gone: another page
OTHER: Final = 0.08  # of them are not on the page to compare with: it is not that one
REPAINTED: Final = 0.3  # of what is not paper: another page, even if its outlines are the same
FLAT: Final = 0.4  # of the picture is of one grey: that is the paper, the rest is drawn on it
BLANK: Final = 0.002  # of the picture is drawn on: less is an empty screen
EDGE: Final = 4 * STEP  # of a Sobel operator: the outlines of what is drawn

Mask = NDArray[np.bool_]  # (height, width)


@dataclass(frozen=True, slots=True)
class Stay:
    """A page that stood for a while. It came after `before_s` and no later than `from_s`."""

    page: int  # 1, 2 ... in the order in which they came; one that comes back keeps its number
    before_s: float
    from_s: float
    to_s: float  # of the last look at it


@dataclass(frozen=True, slots=True)
class _Standing:
    """Something that stands on the screen, and the newest look at it."""

    before_s: float
    from_s: float
    to_s: float
    luma: Luma
    page: int = 0


class Pages:
    """Takes looks in order of time; tells the stays of pages."""

    def __init__(self) -> None:
        self._stays: list[Stay] = []
        self._known: list[Luma] = []  # how each page looked last
        self._current: _Standing | None = None
        self._next: _Standing | None = None
        self._before_s: float | None = None

    def look(self, at_s: float, luma: Luma) -> None:
        """Take the next look."""
        before_s = at_s if self._before_s is None else self._before_s
        self._before_s = at_s
        if is_blank(luma):
            self._next = None
        elif self._current is not None and not is_turned(self._current.luma, luma):
            self._current, self._next = replace(self._current, to_s=at_s, luma=luma), None
        elif self._next is not None and not is_turned(self._next.luma, luma):
            self._next = replace(self._next, to_s=at_s, luma=luma)
            if at_s - self._next.from_s >= STAYS_S:
                self._turn(self._next)
        else:
            self._next = _Standing(before_s, at_s, at_s, luma)

    def all(self) -> tuple[Stay, ...]:
        """Give the stays so far."""
        self._note()
        return tuple(self._stays)

    def _turn(self, to: _Standing) -> None:
        self._note()
        known = (
            number
            for number, luma in enumerate(self._known, 1)
            if not is_turned(to.luma, luma, gone=OTHER)
        )
        self._current, self._next = replace(to, page=next(known, len(self._known) + 1)), None

    def _note(self) -> None:
        now, self._current = self._current, None
        if now is not None:
            self._stays.append(Stay(now.page, now.before_s, now.from_s, now.to_s))
            self._known[now.page - 1 : now.page] = [now.luma]


def is_blank(luma: Luma) -> bool:
    """Tell whether hardly anything is drawn."""
    return bool(np.count_nonzero(_outlines(luma)) < BLANK * luma.size)


def is_turned(before: Luma, after: Luma, *, gone: float = GONE) -> bool:
    """Tell whether more than this share of the outlines is gone: it is another page."""
    if before.shape != after.shape:
        return True
    changed = _changed(before, after)
    if np.count_nonzero(changed) < ScreenWatch.PAGE * before.size:
        return False
    outlines, drawn = _share(changed, _outlines(before)), _share(changed, _drawn(before))
    return outlines > gone or drawn > REPAINTED


def is_nearer(luma: Luma, to: Luma, than: Luma) -> bool:
    """Tell whether a picture is more like one than like another."""
    to_it, to_that = _changed(luma, to), _changed(luma, than)
    return bool(np.count_nonzero(to_it) < np.count_nonzero(to_that))


def _changed(before: Luma, after: Luma) -> Mask:
    return np.asarray(cv2.absdiff(before, after) > STEP)


def _share(changed: Mask, drawn: Mask) -> float:
    count = np.count_nonzero(drawn)
    return np.count_nonzero(changed & drawn) / count if count >= BLANK * drawn.size else 0.0


def _outlines(luma: Luma) -> Mask:
    across = cv2.Sobel(luma, cv2.CV_16S, 1, 0, ksize=3)
    down = cv2.Sobel(luma, cv2.CV_16S, 0, 1, ksize=3)
    return np.asarray(np.maximum(np.abs(across), np.abs(down)) > EDGE)


def _drawn(luma: Luma) -> Mask:
    """Give what is not paper; nothing where there is no one colour to be the paper."""
    grey = int(np.bincount(luma.ravel(), minlength=256).argmax())
    paper = cv2.absdiff(luma, np.full_like(luma, grey)) <= STEP
    there_is_one = np.count_nonzero(paper) >= FLAT * luma.size
    return np.asarray(~paper if there_is_one else np.zeros_like(paper))
