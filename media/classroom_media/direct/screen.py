"""Notices on a computer's screen that a page was turned, and that it is worked."""

from typing import Final

import cv2

from classroom_media.direct.luma import Luma
from classroom_media.direct.motion import STEP, Changes, Look, share_of
from classroom_media.direct.signs import LOOKS_A_SECOND, Sign


class ScreenWatch:
    """Compares the screen with the page that stood there; waits until a new one has settled.

    A transition between pages is over when the picture rests but for the pointer. What never
    comes to rest is a film: the screen is worked.
    """

    PAGE: Final = 0.012  # of the picture differs: another page, or another line on it
    RESTS: Final = 0.008  # of the picture may change: the pointer
    SETTLED: Final = 2  # looks at rest: 0.4 s
    POINTER: Final = 4 / 57_600  # of the picture: smaller is noise
    FILM: Final = 2 * LOOKS_A_SECOND  # looks without rest
    RESTLESS: Final = 0.12  # of the time: a clock, a blinking cursor; a film is larger
    CLOCK: Final = 0.02  # of the picture

    def __init__(self) -> None:
        self._changes = Changes(restless=self.RESTLESS, small=self.CLOCK, opened=False)
        self._page: Luma | None = None
        self._resting = 0
        self._restless = 0

    def look(self, luma: Luma) -> Look:
        """Take the next picture."""
        share = share_of(self._changes.look(luma))
        rests = share < self.RESTS
        self._resting = self._resting + 1 if rests else 0
        self._restless = 0 if rests else self._restless + 1
        if self._page is None or self._page.shape != luma.shape:
            self._page = luma
        signs = set()
        if share > self.POINTER and (rests or self._restless > self.FILM):
            signs.add(Sign.WORKED)
        if self._resting == self.SETTLED:
            signs |= {Sign.PAGE} if self._differs(luma) else set()
            self._page = luma
        return Look(frozenset(signs), share)

    def _differs(self, luma: Luma) -> bool:
        if self._page is None:
            return False
        _, mask = cv2.threshold(cv2.absdiff(self._page, luma), STEP, 1, cv2.THRESH_BINARY)
        return cv2.countNonZero(mask) / luma.size > self.PAGE
