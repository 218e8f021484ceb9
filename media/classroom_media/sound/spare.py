"""Decides when a spare microphone speaks in place of another. Pure.

A microphone is dead when nothing comes from it, or digital zero, which no open microphone
gives. It is faint when it hears a voice much less well than the spare, which is further away.
"""

from dataclasses import dataclass
from typing import Final

DEAD_BELOW_DB: Final = -90.0  # peak; the last bit of 16
DEAD_S: Final = 0.5  # a tenth of a sentence
FAINT_DB: Final = 12.0  # below the spare, while somebody speaks
FAINT_S: Final = 4.0  # of speech
WELL_DB: Final = 6.0  # below the spare at most: the microphone can be trusted again
WELL_S: Final = 5.0  # without a fault, and where it was faint, of speech


@dataclass(frozen=True, slots=True)
class Ear:
    """What one microphone hears now."""

    level_lufs: float  # momentary
    dead: bool
    speech: bool = False


class SpareSwitch:
    """Watches over one microphone and its spare; `why` tells what is wrong with the first.

    `why` is "dead" or "faint", and "" while the first is heard.
    """

    def __init__(self) -> None:
        self.why = ""
        self._dead_s = 0.0
        self._faint_s = 0.0
        self._well_s = 0.0

    def look(self, main: Ear, spare: Ear, elapsed_s: float) -> str:
        """Take what both hear over the next `elapsed_s`; give `why`."""
        behind_db = spare.level_lufs - main.level_lufs
        self._dead_s = self._dead_s + elapsed_s if main.dead else 0.0
        if spare.speech and not main.dead:
            self._faint_s = self._faint_s + elapsed_s if behind_db > FAINT_DB else 0.0
        if self.why:
            self._return(main, spare, elapsed_s)
        elif not spare.dead:
            self._take_over()
        return self.why

    def _take_over(self) -> None:
        if self._dead_s >= DEAD_S:
            self.why = "dead"
        elif self._faint_s >= FAINT_S:
            self.why = "faint"
        self._well_s = 0.0

    def _return(self, main: Ear, spare: Ear, elapsed_s: float) -> None:
        if main.dead or (spare.speech and spare.level_lufs - main.level_lufs > WELL_DB):
            self._well_s = 0.0
        elif spare.speech or self.why == "dead":
            self._well_s += elapsed_s
        if self._well_s >= WELL_S or (spare.dead and not main.dead):
            self.why, self._faint_s = "", 0.0
