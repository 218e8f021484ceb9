"""Judges a worker process by its progress, not by its being there.

On a machine that has no time for it, a worker is late and not stuck: while its threads wait for a
core it is not ended, for a while. To end it would cost more of what there is too little of.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from classroom_media.messages import Heartbeat

SILENT_S: Final = 3.0
STALLED_S: Final = 6.0
STARTS_S: Final = 15.0  # Python, codecs and a camera, on a busy machine
STARVED_S: Final = 20.0  # so much longer, while its threads wait for a core
WAITS: Final = 0.3  # of the time between two looks


@dataclass
class Liveness:
    """What one worker process has shown of itself since `born_s`.

    `waited_s` gives for how long its threads have waited for a core so far, all together.
    """

    born_s: float
    starts_s: float = STARTS_S
    waited_s: Callable[[], float] | None = None
    _heard_s: float = field(default=0.0, init=False)
    _beat_ns: int = field(default=0, init=False)
    _moved: dict[str, tuple[int, float]] = field(default_factory=dict, init=False)
    _doubted_s: float | None = field(default=None, init=False)  # since when
    _looked_s: float = field(default=0.0, init=False)  # in doubt, last
    _waited_s: float = field(default=0.0, init=False)  # by then

    def heard(self, beat: Heartbeat, now_s: float) -> None:
        """Take a heartbeat; one that repeats the last one counts for nothing."""
        if beat.at_ns <= self._beat_ns:
            return
        self._beat_ns = beat.at_ns
        self._heard_s = now_s
        before = self._moved
        self._moved = {
            one.source: before.get(one.source, (-1, now_s)) for one in beat.sources if one.live
        }
        for one in beat.sources:
            if one.live and one.last_ns != self._moved[one.source][0]:
                self._moved[one.source] = one.last_ns, now_s

    @property
    def is_proven(self) -> bool:
        """Whether it was heard at all."""
        return self._beat_ns > 0

    def verdict(self, now_s: float) -> str:
        """Give why it must be ended, or nothing while all is well or it has no chance."""
        problem = self._problem(now_s)
        if not problem:
            self._doubted_s = None
        return "" if problem and self._is_starved(now_s) else problem

    def _is_starved(self, now_s: float) -> bool:
        """Tell whether its threads have waited for a core since the last look."""
        if self.waited_s is None:
            return False
        before_s, waited_s = self._waited_s, self.waited_s()
        passed_s, self._looked_s, self._waited_s = now_s - self._looked_s, now_s, waited_s
        if self._doubted_s is None:
            self._doubted_s = now_s
            return True  # only the next look can tell
        has_waited = waited_s - before_s > WAITS * passed_s
        return has_waited and now_s - self._doubted_s < STARVED_S

    def _problem(self, now_s: float) -> str:
        if not self.is_proven:
            late = now_s - self.born_s > self.starts_s
            return f"no sign of life in {self.starts_s:g} s" if late else ""
        if now_s - self._heard_s > SILENT_S:
            return f"silent for {SILENT_S:g} s"
        for source, (_last_ns, since_s) in self._moved.items():
            if now_s - since_s > STALLED_S:
                return f"{source}: said to be live, but stands still for {STALLED_S:g} s"
        return ""
