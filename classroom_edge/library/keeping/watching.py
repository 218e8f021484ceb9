"""Who looks at what just now: a recording that is being watched is not deleted by rule."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LASTS_S: Final = 900.0  # a player that is paused asks for nothing


@dataclass
class Watching:
    """The recordings whose films somebody has asked for lately."""

    clock_s: Callable[[], float] = time.monotonic
    _seen_s: dict[str, float] = field(default_factory=dict, init=False)

    def note(self, recording: str) -> None:
        """Note that somebody looks at it."""
        self._seen_s[recording] = self.clock_s()

    def now(self) -> frozenset[str]:
        """Give what somebody looks at."""
        oldest = self.clock_s() - LASTS_S
        self._seen_s = {id_: at for id_, at in self._seen_s.items() if at >= oldest}
        return frozenset(self._seen_s)
