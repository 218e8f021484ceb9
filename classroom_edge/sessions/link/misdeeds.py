"""The log of what no honest site does: every kind of it by every key, once a minute."""

import logging
from collections import OrderedDict
from typing import Final

from classroom_edge.sessions.link.effects import Misdeed
from classroom_edge.sessions.state import NS

EVERY_NS: Final = 60 * NS
KEPT: Final = 1000  # keys and kinds; who makes new keys all the time is forgotten again

logger = logging.getLogger(__name__)


class Misdeeds:
    """Tells of misdeeds without becoming a flood itself."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._line_ns = 0

    def note(self, misdeed: Misdeed, now_ns: int) -> bool:
        """Log it, unless it was told of within the minute; tell whether it was logged."""
        place = (misdeed.key, misdeed.what)
        told_ns, more = self._told.pop(place, (now_ns - EVERY_NS, 0))
        is_due = now_ns - told_ns >= EVERY_NS
        self._told[place] = (now_ns, 0) if is_due else (told_ns, more + 1)
        if len(self._told) > KEPT:
            self._told.popitem(last=False)
        if is_due:
            logger.warning(
                "link: %s by key %s: %s (%d more before)",
                misdeed.what,
                misdeed.key,
                misdeed.text,
                more,
            )
        return is_due
