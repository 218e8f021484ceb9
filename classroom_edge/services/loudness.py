"""How loud every sound is, and what is wrong with it for long enough to be told.

One cough is no alarm, and one click in a dead line is no sound: what counts has to last, or to
come again and again.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.room import LevelView
from classroom_edge.services.newest import Newest
from classroom_media.messages import Level, Levels

KEPT_S: Final = 1.0  # a level that is not told again is no level
SILENT_BELOW_DB: Final = -60.0  # RMS; a quiet classroom with an open microphone is above it
HEARD: Final = 3  # levels above that, within a second: a sound
DEAD_BELOW_DB: Final = -90.0  # peak; every open microphone has more noise
CLIPPED: Final = 5  # levels with clipped samples, within `CLIPPED_S`: too loud
CLIPPED_S: Final = 10.0
CLEAN_S: Final = 15.0  # without a clipped sample: it was turned down


@dataclass(slots=True)
class _Sound:
    """What is remembered of one sound."""

    view: LevelView
    at_s: float
    heard_s: float | None = None  # when there was last a sound
    alive_s: float | None = None  # when there was last anything but digital silence
    clips: bool = False
    _loud: deque[float] = field(default_factory=lambda: deque(maxlen=HEARD))
    _clipped: deque[float] = field(default_factory=lambda: deque(maxlen=CLIPPED))

    def take(self, level: Level, now_s: float) -> None:
        self.view, self.at_s = _view(level), now_s
        if level.peak_db >= DEAD_BELOW_DB:
            self.alive_s = now_s
        if level.rms_db > SILENT_BELOW_DB:
            self._loud.append(now_s)
            if len(self._loud) == HEARD and now_s - self._loud[0] < 1.0:
                self.heard_s = now_s
        if level.clipped:
            self._clipped.append(now_s)
            if len(self._clipped) == CLIPPED and now_s - self._clipped[0] < CLIPPED_S:
                self.clips = True
        elif self._clipped and now_s - self._clipped[-1] > CLEAN_S:
            self.clips = False


@dataclass
class Loudness:
    """The newest levels, from whichever worker tells them."""

    newest: Newest[tuple[LevelView, ...]] = field(default_factory=Newest, init=False)
    _sounds: dict[str, _Sound] = field(default_factory=dict, init=False)

    def heard(self, levels: Levels, now_s: float) -> None:
        """Take what a worker tells."""
        for level in levels.levels:
            if level.source not in self._sounds:
                self._sounds[level.source] = _Sound(_view(level), now_s)
            self._sounds[level.source].take(level, now_s)
        fresh = (one.view for one in self._sounds.values() if now_s - one.at_s < KEPT_S)
        self.newest.put(tuple(fresh))

    def silent_for_s(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long nothing was heard of a sound, counted from `since_s` at most."""
        sound = self._sounds.get(source)
        return _between(sound, sound.heard_s if sound else None, now_s, since_s)

    def dead_for_s(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long a sound was digital silence, counted from `since_s` at most."""
        sound = self._sounds.get(source)
        return _between(sound, sound.alive_s if sound else None, now_s, since_s)

    def clips(self, source: str) -> bool:
        """Tell whether a sound is too loud for its input, again and again."""
        return source in self._sounds and self._sounds[source].clips


def _between(sound: _Sound | None, sign_s: float | None, now_s: float, since_s: float) -> float:
    """Give the time since a sign of life; what nobody has told of yet is not silence."""
    told_s = sound.at_s if sound else now_s
    return max(told_s - max(sign_s or since_s, since_s), 0.0)


def _view(level: Level) -> LevelView:
    return LevelView(
        level.source,
        round(level.rms_db, 1),
        round(level.peak_db, 1),
        clipped=level.clipped > 0,
        momentary_lufs=_rounded(level.momentary_lufs),
        short_term_lufs=_rounded(level.short_term_lufs),
        integrated_lufs=_rounded(level.integrated_lufs),
        true_peak_db=_rounded(level.true_peak_db),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
