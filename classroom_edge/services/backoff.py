"""How long to wait before the next try: at once, then longer and longer, never for ever."""

from dataclasses import dataclass, field
from typing import Final

FIRST_S: Final = 0.25
OFTEN: Final = 3  # failures within a minute that a person should know of
MINUTE_S: Final = 60.0


@dataclass
class Backoff:
    """Counts failures; whatever ran for `settled_s` has its past forgiven."""

    longest_s: float = 5.0
    settled_s: float = 3.0  # then it was not its start that failed
    _failures: int = field(default=0, init=False)
    _recent: list[float] = field(default_factory=list, init=False)

    def delay_s(self, *, ran_s: float, now_s: float) -> float:
        """Note a failure after `ran_s` of running; give the pause before the next try."""
        self._failures = 0 if ran_s >= self.settled_s else self._failures + 1
        self._recent = [at for at in self._recent if now_s - at < MINUTE_S] + [now_s]
        if self._failures <= 1:
            return 0.0
        doublings = min(self._failures - 2, 16)
        return min(self.longest_s, FIRST_S * float(2**doublings))

    def is_often(self, now_s: float) -> bool:
        """Whether it failed so often of late that a person should know."""
        return sum(now_s - at < MINUTE_S for at in self._recent) >= OFTEN
