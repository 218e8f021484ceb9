"""A noise gate: shuts a microphone while nobody speaks into it."""

from typing import Final

import numpy as np

from classroom_media.api import Gate
from classroom_media.levels import RATE_HZ, SILENCE_DB, Samples, decibels

STEP: Final = 32  # samples: how often it looks
OPENS_MS: Final = 4  # soft enough for no click, fast enough for a consonant
SLACK_DB: Final = 6.0  # it shuts so far below where it opens, or it would flutter

_STEP_MS: Final = 1000 * STEP / RATE_HZ


class NoiseGate:
    """Opens above a threshold; shuts when it was quieter for a while. Open where none is set."""

    def __init__(self, gate: Gate | None) -> None:
        self.gate = gate
        self._open = gate is None
        self._quiet_ms = 0.0
        self._gain = 1.0 if gate is None else 0.0

    def process(self, samples: Samples) -> Samples:
        """Take (channels, n x 32) float32, give the same as it passes."""
        if self.gate is None and self._gain == 1.0:
            return samples
        steps = samples.reshape(len(samples), -1, STEP)
        peaks = np.abs(steps).max(axis=(0, 2)).tolist()
        gains = [self._gain, *(self._step(peak) for peak in peaks)]
        if min(gains) == 1.0:
            return samples
        places = np.arange(1, samples.shape[1] + 1) / STEP
        curve = np.interp(places, np.arange(len(gains)), gains)
        passed: Samples = samples * curve.astype(np.float32)
        return passed

    def _step(self, peak: float) -> float:
        gate = self.gate
        if gate is None:
            self._open = True
        else:
            self._listen(decibels(peak), gate)
        release_ms = gate.release_ms if gate else OPENS_MS
        way = _STEP_MS / OPENS_MS if self._open else -_STEP_MS / release_ms
        self._gain = min(1.0, max(0.0, self._gain + way))
        return self._gain

    def _listen(self, peak_db: float, gate: Gate) -> None:
        if peak_db > max(gate.threshold_db, SILENCE_DB):
            self._open = True
        if peak_db > gate.threshold_db - SLACK_DB:
            self._quiet_ms = 0.0
        else:
            self._quiet_ms += _STEP_MS
        if self._quiet_ms >= gate.hold_ms:
            self._open = False
