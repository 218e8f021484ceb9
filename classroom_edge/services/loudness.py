"""How loud every sound is, and for how long it has been silent."""

from dataclasses import dataclass, field
from typing import Final

from classroom_edge.room import LevelView
from classroom_edge.services.newest import Newest
from classroom_media.messages import Levels

KEPT_S: Final = 1.0  # a level that is not told again is no level
SILENT_BELOW_DB: Final = -60.0  # RMS; a quiet classroom with an open microphone is above it


@dataclass
class Loudness:
    """The newest levels, from whichever worker tells them."""

    newest: Newest[tuple[LevelView, ...]] = field(default_factory=Newest, init=False)
    _levels: dict[str, tuple[LevelView, float]] = field(default_factory=dict, init=False)
    _loud_s: dict[str, float] = field(default_factory=dict, init=False)

    def heard(self, levels: Levels, now_s: float) -> None:
        """Take what a worker tells."""
        for level in levels.levels:
            view = LevelView(level.source, round(level.rms_db, 1), round(level.peak_db, 1))
            self._levels[level.source] = view, now_s
            if level.rms_db > SILENT_BELOW_DB:
                self._loud_s[level.source] = now_s
        fresh = (view for view, at_s in self._levels.values() if now_s - at_s < KEPT_S)
        self.newest.put(tuple(fresh))

    def silent_for_s(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long nothing was heard of a sound, counted from `since_s` at most."""
        return now_s - max(self._loud_s.get(source, since_s), since_s)
