"""Judges a worker process by its progress, not by its being there."""

from dataclasses import dataclass, field
from typing import Final

from classroom_media.messages import Heartbeat

SILENT_S: Final = 3.0
STALLED_S: Final = 6.0
STARTS_S: Final = 15.0  # Python, codecs and a camera, on a busy machine


@dataclass
class Liveness:
    """What one worker process has shown of itself since `born_s`."""

    born_s: float
    starts_s: float = STARTS_S
    _heard_s: float = field(default=0.0, init=False)
    _beat_ns: int = field(default=0, init=False)
    _moved: dict[str, tuple[int, float]] = field(default_factory=dict, init=False)

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
        """Give why it must be ended, or nothing while all is well."""
        if not self.is_proven:
            late = now_s - self.born_s > self.starts_s
            return f"no sign of life in {self.starts_s:g} s" if late else ""
        if now_s - self._heard_s > SILENT_S:
            return f"silent for {SILENT_S:g} s"
        for source, (_last_ns, since_s) in self._moved.items():
            if now_s - since_s > STALLED_S:
                return f"{source}: said to be live, but stands still for {STALLED_S:g} s"
        return ""
