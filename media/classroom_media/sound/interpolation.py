"""The sound between its samples: a windowed sinc, for peaks and for changes of speed.

Source: ITU-R BS.1770-4, annex 2 (peaks at four times the rate); C. W. Farrow, "A continuously
variable digital delay element", ISCAS 1988 (polynomials in place of a table of filters).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.levels import Samples

REACH: Final = 12  # samples that count on either side of a place
TAPS: Final = 2 * REACH
DEGREE: Final = 5  # of the polynomial that a tap's weight is, from one sample to the next
BETA: Final = 9.0  # of Kaiser's window: 95 dB of purity up to 10 kHz, 85 dB up to 15 kHz
PEAK_REACH: Final = 8
PEAK_BETA: Final = 5.0
STEP: Final = 16  # samples: a product of small matrices makes as many at once
BETWEEN: Final = 3  # places looked at from one sample to the next

Places = NDArray[np.int64]


def _weights(at: NDArray[np.float64], reach: int, beta: float) -> NDArray[np.float64]:
    """Give the weights of the 2 x `reach` samples around places `at`, 0 to 1 past the middle."""
    distance = np.arange(1 - reach, reach + 1) - at[:, None]
    edge = np.sqrt(np.maximum(0.0, 1 - np.square(distance / reach)))
    weights = np.sinc(distance) * np.i0(beta * edge)
    whole: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return whole


def _polynomials() -> Samples:
    """Give each tap's weight as a polynomial, (powers, taps), fitted where Chebyshev says."""
    at = (1 + np.cos(np.pi * (np.arange(64) + 0.5) / 64)) / 2
    powers = np.vander(at, DEGREE + 1, increasing=True)
    fitted, *_ = np.linalg.lstsq(powers, _weights(at, REACH, BETA), rcond=None)
    return fitted.astype(np.float32)


def _between() -> Samples:
    """Give the filters for the `BETWEEN` places after a sample, (places, taps)."""
    at = np.arange(1, BETWEEN + 1) / (BETWEEN + 1)
    return _weights(at, PEAK_REACH, PEAK_BETA).astype(np.float32)


def _banded(weights: Samples) -> Samples:
    """Give the matrices that filter `STEP` samples at once, one for each row of weights."""
    filters, taps = weights.shape
    matrices: Samples = np.zeros((filters, STEP + taps - 1, STEP), np.float32)
    for sample in range(STEP):
        matrices[:, sample : sample + taps, sample] = weights
    return matrices


def _filtered(known: Samples, matrices: Samples) -> Samples:
    """Filter (channels, n x `STEP` and the taps more); give (filters, channels, n x `STEP`)."""
    channels, length = known.shape
    width = matrices.shape[1]
    steps = (length - width) // STEP + 1
    rows: Samples = np.ndarray(
        (channels, steps, width),
        np.float32,
        np.ascontiguousarray(known),
        strides=(length * known.itemsize, STEP * known.itemsize, known.itemsize),
    )
    filtered: Samples = rows.reshape(-1, width) @ matrices
    return filtered.reshape(len(matrices), channels, steps * STEP)


_POLYNOMIALS: Final = _banded(_polynomials())
_PEAKS: Final = _banded(_between())


def between(known: Samples, whole: Places, at: Samples) -> Samples:
    """Give the values of (channels, n) at `whole` + `at`, rising, where `at` is from 0 to 1."""
    first, last = int(whole[0]) - REACH + 1, int(whole[-1]) + REACH + 1
    steps = -(-(last - first - TAPS + 1) // STEP)
    needed: Samples = np.zeros((len(known), steps * STEP + TAPS - 1), np.float32)
    needed[:, : last - first] = known[:, first:last]
    powers = _filtered(needed, _POLYNOMIALS)
    if whole[-1] - whole[0] == len(whole) - 1:  # none doubled, none left out
        powers = powers[:, :, : len(whole)]
    else:
        powers = powers[:, :, whole - whole[0]]
    value: Samples = powers[DEGREE]
    for power in range(DEGREE - 1, -1, -1):
        value = value * at + powers[power]
    return value


class PeakFinder:
    """Finds the peaks between the samples of a sound that goes on from block to block."""

    LATE: Final = PEAK_REACH  # samples that it must see behind a place

    def __init__(self, channels: int) -> None:
        self._seen: Samples = np.zeros((channels, 2 * PEAK_REACH - 1), np.float32)

    def pass_over(self, samples: Samples) -> None:
        """Go on after samples, 15 at least, in which nobody looks for peaks."""
        self._seen = samples[:, 1 - 2 * PEAK_REACH :]

    def find(self, samples: Samples) -> Samples:
        """Give the greatest size from each sample to the next, of all channels, (n,) float32.

        The first value is that of the sample `LATE` before the first. n is a multiple of 16.
        """
        known = np.concatenate([self._seen, samples], axis=1)
        count = samples.shape[1]
        self._seen = known[:, count:]
        values = np.abs(_filtered(known, _PEAKS)).max(axis=0)
        own = np.abs(known[:, PEAK_REACH - 1 : PEAK_REACH - 1 + count])
        greatest: Samples = np.maximum(values, own).max(axis=0)
        return greatest
