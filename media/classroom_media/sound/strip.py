"""The strip of a mixing desk that one sound goes through: its sides, high-pass, gate and gain.

Nothing that is changed clicks: the new gain and sides take over from the old ones within the
block in which they are first used, 21 ms.
"""

from typing import Final

import numpy as np

from classroom_media.api import Strip
from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.sound.gate import NoiseGate
from classroom_media.sound.recursive import Recursive, high_pass

SIDES: Final = {
    "stereo": ((1.0, 0.0), (0.0, 1.0)),
    "left": ((1.0, 0.0), (1.0, 0.0)),
    "right": ((0.0, 1.0), (0.0, 1.0)),
    "mono": ((0.5, 0.5), (0.5, 0.5)),
}  # what left and right are made of


class _Sides:
    """What left and right are made of, as a matrix."""

    def __init__(self, matrix: Samples) -> None:
        self._matrix = matrix
        self._plain = np.array_equal(matrix, np.eye(CHANNELS))

    def mix(self, samples: Samples) -> Samples:
        mixed: Samples = samples if self._plain else self._matrix @ samples
        return mixed


class ChannelStrip:
    """What is done to one sound on its way into the mix."""

    def __init__(self, strip: Strip, *, heard: bool = True) -> None:
        self._strip, self._heard = strip, heard
        self._high_pass = _filter_of(strip)
        self._gate = NoiseGate(strip.gate)
        self._sides = _sides_of(strip, heard=heard)

    def process(self, samples: Samples, strip: Strip, *, heard: bool = True) -> Samples:
        """Give (2, n x 64) float32 as `strip` wants it; nothing at all where it is not heard."""
        before = self._sides
        if strip != self._strip or heard is not self._heard:
            self._set(strip, heard=heard)
        if self._high_pass is not None:
            samples = self._high_pass.process(samples).astype(np.float32)
        samples = self._gate.process(samples)
        mixed = self._sides.mix(samples)
        return mixed if before is self._sides else faded(before.mix(samples), mixed)

    def _set(self, strip: Strip, *, heard: bool) -> None:
        if strip.high_pass_hz != self._strip.high_pass_hz:
            self._high_pass = _filter_of(strip)
        self._strip, self._heard = strip, heard
        self._gate.gate = strip.gate
        self._sides = _sides_of(strip, heard=heard)


def faded(old: Samples, new: Samples) -> Samples:
    """Go over from one sound to the other, from the first to the last sample."""
    count = new.shape[1]
    share = np.arange(1, count + 1, dtype=np.float32) / count
    going: Samples = old + (new - old) * share
    return going


def _filter_of(strip: Strip) -> Recursive | None:
    if not strip.high_pass_hz:
        return None
    return Recursive(high_pass(strip.high_pass_hz, RATE_HZ), channels=CHANNELS)


def _sides_of(strip: Strip, *, heard: bool) -> _Sides:
    gain = 10 ** (strip.gain_db / 20) if heard and not strip.muted else 0.0
    return _Sides(np.array(SIDES[strip.channels], np.float32) * np.float32(gain))
