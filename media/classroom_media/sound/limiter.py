"""A limiter that looks ahead: what would be too loud is turned down before it comes.

Its gain follows the true peak, between the samples too. It falls smoothly within the 2.5 ms
that the limiter looks ahead, rests, and rises again slowly, so that loud sound is quieter
and not bent. What is below the ceiling comes out bit by bit as it went in.
"""

import math
from typing import Final

import numpy as np

from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.sound.interpolation import PeakFinder

CEILING_DB: Final = -1.0  # dBTP; EBU R 128 leaves as much for lossy coding
AHEAD: Final = 128  # samples, 2.7 ms
RAMP: Final = AHEAD - PeakFinder.LATE  # samples over which the gain falls
REST: Final = 480  # samples, 10 ms: longer than from crest to crest of any voice
RISE_S: Final = 0.2  # time constant
NOTHING: Final = 1e-4  # of the gain, 0.001 dB

_MISSED_DB: Final = 0.2  # of a peak at most, between the places looked at
_RISE: Final = np.exp(-np.arange(1, 1025) / (RISE_S * RATE_HZ))
_WINDOW: Final = np.hanning(RAMP + 2)[1:-1] / np.hanning(RAMP + 2).sum()


class Limiter:
    """Keeps a sound of two channels under a ceiling, in dBTP; gives it `AHEAD` samples later.

    `true_peak` is that of what came out last, or 2.5 ms later where nothing was turned down.
    """

    def __init__(self, ceiling_db: float = CEILING_DB) -> None:
        self.true_peak = 0.0
        self._ceiling = 10 ** ((ceiling_db - _MISSED_DB) / 20)
        self._finder = PeakFinder(CHANNELS)
        self._after = PeakFinder(CHANNELS)  # of what comes out
        self._is_at_work = False
        self._waiting: Samples = np.zeros((CHANNELS, AHEAD), np.float32)
        self._excess: Samples = np.zeros(REST - 1, np.float32)  # share to be taken away, as found
        self._cuts: Samples = np.zeros(RAMP - 1, np.float32)  # share taken away, not yet smooth

    def process(self, samples: Samples) -> Samples:
        """Take (2, n x 16) float32, at most 1024; give as many, `AHEAD` samples older."""
        count = samples.shape[1]
        known = np.concatenate([self._waiting, samples], axis=1)
        self._waiting = known[:, count:]
        peaks = self._finder.find(samples)
        self.true_peak = float(peaks.max())
        cut = self._cut(peaks) if self._is_at_work or self.true_peak > self._ceiling else None
        heard = known[:, :count]
        if cut is None:
            self._after.pass_over(heard)
            return heard
        heard = heard * (1 - cut)
        self.true_peak = float(self._after.find(heard).max())
        return heard

    def _cut(self, peaks: Samples) -> Samples | None:
        """Give the share to take away from what comes out now; None for nothing."""
        count = len(peaks)
        found = 1 - self._ceiling / np.maximum(peaks, self._ceiling)
        excess = np.concatenate([self._excess, found])
        self._excess = excess[count:]
        self._is_at_work = bool(excess.any() or self._cuts.any())
        if not self._is_at_work:
            return None
        rested = _sliding_max(excess, REST)
        falling = np.concatenate([self._cuts[-1:], rested / _RISE[:count]])
        cuts = np.concatenate([self._cuts, np.maximum.accumulate(falling)[1:] * _RISE[:count]])
        cuts = np.where(cuts > NOTHING, cuts, 0).astype(np.float32)
        self._cuts = cuts[count:]
        return np.convolve(cuts, _WINDOW, "valid").astype(np.float32)


def _sliding_max(values: Samples, width: int) -> Samples:
    """Give the greatest of each `width` values in a row, doubling the reach at every step."""
    reach = 1
    for _ in range(math.ceil(math.log2(width))):
        step = min(reach, width - reach)
        values = np.maximum(values[step:], values[:-step])
        reach += step
    return values
