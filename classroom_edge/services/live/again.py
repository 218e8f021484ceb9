"""When to try again: at once, then ever later, and never all at the same moment."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 8.0
SPREAD: Final = 0.3  # share of a pause that chance adds or takes


@dataclass
class Again:
    """The pauses between tries, on a clock of the caller's."""

    random: Random
    _tries: int = field(default=0, init=False)
    _due_s: float = field(default=0.0, init=False)

    def is_due(self, now_s: float) -> bool:
        """Tell whether to try now; a yes counts as a try."""
        if now_s < self._due_s:
            return False
        pause_s = min(LONGEST_S, FIRST_S * 2**self._tries)
        self._due_s = now_s + pause_s * self.random.uniform(1 - SPREAD, 1 + SPREAD)
        self._tries = min(self._tries + 1, 16)
        return True

    def well(self) -> None:
        """Note that it worked: the next try is a first one."""
        self._tries, self._due_s = 0, 0.0
