"""How loud a sound is: RMS and peak over a stretch of samples, in dBFS."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 48_000  # of everything that is mixed
CHANNELS: Final = 2
SILENCE_DB: Final = -100.0
FULL: Final = 0.97  # of full scale: coding leaves the flat top of a clipped wave not quite flat
IN_A_ROW: Final = 3  # samples

Samples = NDArray[np.float32]  # (channels, samples) float32, planar, full scale 1.0


def decibels(amplitude: float) -> float:
    """Give an amplitude (1.0 = full scale) in dBFS, never below `SILENCE_DB`."""
    return max(SILENCE_DB, 20 * math.log10(amplitude)) if amplitude > 0 else SILENCE_DB


def clipped(samples: Samples) -> int:
    """Count the samples that stand at full scale in rows of `IN_A_ROW` or more."""
    full = np.abs(samples) >= FULL
    rows = full[:, 2:] & full[:, 1:-1] & full[:, :-2]
    return int(np.count_nonzero(rows))


class Meter:
    """Gathers samples in any portions; tells their level when asked."""

    def __init__(self) -> None:
        self._energy = 0.0
        self._count = 0
        self._peak = 0.0

    def add(self, samples: Samples) -> float:
        """Take (channels, samples) float32; give their peak."""
        flat = samples.ravel()
        self._energy += float(np.dot(flat, flat))
        self._count += flat.size
        peak = float(np.abs(flat).max(initial=0.0))
        self._peak = max(self._peak, peak)
        return peak

    def take(self) -> tuple[float, float]:
        """Give RMS and peak in dBFS since the last call, over all channels; begin anew.

        A full-scale sine has -3.0 dBFS RMS and 0 dBFS peak.
        """
        rms = math.sqrt(self._energy / self._count) if self._count else 0.0
        levels = decibels(rms), decibels(self._peak)
        self._energy, self._count, self._peak = 0.0, 0, 0.0
        return levels
