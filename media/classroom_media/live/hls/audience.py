"""How many watch a lesson now, as far as the origin can tell: a cache in front is one viewer."""

from collections.abc import Callable
from typing import Final

PRESENT_S: Final = 20.0  # who has asked for something so lately is there
PURGED_FROM: Final = 4096  # viewers in the list

Viewer = tuple[str, str, str]  # ticket, address, browser


class Audience:
    """Who asked for what, lately; may be asked from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen_s: dict[tuple[str, Viewer], float] = {}

    def note(self, lesson: str, viewer: Viewer) -> None:
        """Note that somebody asked for something of a lesson."""
        self._seen_s[lesson, viewer] = self._clock()
        if len(self._seen_s) >= PURGED_FROM:
            self._purge()

    def count(self, lesson: str) -> int:
        """Tell how many watch a lesson."""
        self._purge()
        return sum(name == lesson for name, _viewer in tuple(self._seen_s))

    def _purge(self) -> None:
        since_s = self._clock() - PRESENT_S
        seen_s = tuple(self._seen_s.items())  # another thread may note somebody meanwhile
        self._seen_s = {who: at_s for who, at_s in seen_s if at_s > since_s}
