"""Sounds to measure with, and what is wrong with them afterwards."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from classroom_media.levels import Samples

RATE_HZ = 48_000
BLOCK = 1024

Curve = NDArray[np.float64]


def both(row: Curve) -> Samples:
    """Give one sound on both sides, (2, n) float32."""
    return np.ascontiguousarray(np.broadcast_to(row.astype(np.float32), (2, row.size)))


def sine(hz: float, seconds: float, peak_db: float = 0.0, phase_deg: float = 0.0) -> Samples:
    """Give a tone on both sides."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return both(10 ** (peak_db / 20) * np.sin(2 * np.pi * hz * at + np.deg2rad(phase_deg)))


def in_blocks(sound: Samples, process: Callable[[Samples], Samples], size: int = BLOCK) -> Samples:
    """Send a sound through a process, block by block; what is no whole block is left out."""
    count = sound.shape[1] // size
    parts = [process(sound[:, n * size : (n + 1) * size]) for n in range(count)]
    return np.concatenate(parts, axis=1)


def impurity_db(row: Samples, hz: float, width_hz: float = 20.0) -> float:
    """Give what is in a sound besides its tone: total distortion and noise, dB below the tone."""
    spectrum = np.square(np.abs(np.fft.rfft(row * np.blackman(row.size))))
    frequencies = np.fft.rfftfreq(row.size, 1 / RATE_HZ)
    tone = np.abs(frequencies - hz) < width_hz
    other = ~tone & (frequencies > width_hz)
    return float(10 * np.log10(spectrum[other].sum() / spectrum[tone].sum()))


def true_peak_db(sound: Samples, times: int = 16) -> float:
    """Give the greatest peak between the samples, found through the spectrum of it all."""
    spectrum = np.fft.rfft(sound.astype(np.float64), axis=1)
    count = sound.shape[1]
    fine = np.fft.irfft(spectrum, n=count * times, axis=1) * times
    inner = fine[:, times * 64 : -times * 64]  # its ends know of each other
    return float(20 * np.log10(np.abs(inner).max()))


def roughest(sound: Samples) -> float:
    """Give the greatest second difference, which a click makes large and a low tone small."""
    return float(np.abs(np.diff(sound, n=2, axis=1)).max())
