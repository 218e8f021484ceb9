"""How loud people find a sound: momentary, short-term and integrated loudness, in LUFS.

Source: ITU-R BS.1770-4, annex 1 (K-weighting, gates); EBU Tech 3341 (400 ms, 3 s).
"""

import math
from collections import deque
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.levels import CHANNELS, SILENCE_DB, Samples
from classroom_media.sound.recursive import Recursive, Section

HOP: Final = 4800  # samples: 100 ms at 48 kHz
MOMENTARY: Final = 4  # hops
SHORT_TERM: Final = 30  # hops
GATE_LUFS: Final = -70.0  # absolute: what is quieter counts for nothing
GATE_LU: Final = -10.0  # relative to what passes the absolute one
BIN_LU: Final = 0.1  # loudness that counts together at the relative gate
BINS: Final = 800  # from the absolute gate up to +10 LUFS
OFFSET_DB: Final = -0.691  # makes a 997 Hz sine of 0 dBFS in one channel -3.01 LUFS
SHELF: Final = Section(
    b0=1.53512485958697,
    b1=-2.69169618940638,
    b2=1.19839281085285,
    a1=-1.69065929318241,
    a2=0.73248077421585,
)
LOW_CUT: Final = Section(b0=1.0, b1=-2.0, b2=1.0, a1=-1.99004745483398, a2=0.99007225036621)


def lufs(energy: float) -> float:
    """Give a K-weighted mean square, summed over the channels, in LUFS."""
    return max(SILENCE_DB, OFFSET_DB + 10 * math.log10(energy)) if energy > 0 else SILENCE_DB


class LoudnessMeter:
    """Measures a sound of two channels at 48 kHz as it goes on."""

    def __init__(self) -> None:
        self._weighting = Recursive(SHELF, LOW_CUT, channels=CHANNELS)
        self._hops: deque[float] = deque(maxlen=SHORT_TERM)
        self._energy, self._count = 0.0, 0  # of the hop under way
        self._integrated = _Integrated()

    @property
    def momentary_lufs(self) -> float:
        """Tell the loudness of the last 400 ms; of silence, before as many were heard."""
        return self._over(MOMENTARY)

    @property
    def short_term_lufs(self) -> float:
        """Tell the loudness of the last 3 s."""
        return self._over(SHORT_TERM)

    @property
    def integrated_lufs(self) -> float:
        """Tell the gated loudness since the beginning."""
        return self._integrated.lufs()

    def begin_anew(self) -> None:
        """Let the integrated loudness begin now."""
        self._integrated = _Integrated()

    def add(self, samples: Samples) -> None:
        """Take (2, n x 64) float32, at most 1024."""
        weighted = self._weighting.process(samples)
        before = HOP - self._count
        self._gather(weighted[:, :before])
        if self._count == HOP:
            self._close_hop()
            self._gather(weighted[:, before:])

    def _gather(self, weighted: NDArray[np.float64]) -> None:
        self._energy += float(np.vdot(weighted, weighted))
        self._count += weighted.shape[1]

    def _close_hop(self) -> None:
        self._hops.append(self._energy / HOP)
        self._energy, self._count = 0.0, 0
        if len(self._hops) >= MOMENTARY:
            self._integrated.add(self._mean(MOMENTARY))

    def _mean(self, hops: int) -> float:
        return sum(islice(reversed(self._hops), hops)) / hops

    def _over(self, hops: int) -> float:
        return lufs(self._mean(hops)) if len(self._hops) >= hops else SILENCE_DB


class _Integrated:
    """The blocks of 400 ms since the beginning, gathered by their loudness."""

    def __init__(self) -> None:
        self._energies = np.zeros(BINS)
        self._counts = np.zeros(BINS, np.int64)

    def add(self, energy: float) -> None:
        at = math.floor((lufs(energy) - GATE_LUFS) / BIN_LU)
        if at >= 0:
            at = min(at, BINS - 1)
            self._energies[at] += energy
            self._counts[at] += 1

    def lufs(self) -> float:
        gate = self._mean_from(0) + GATE_LU
        return self._mean_from(max(0, round((gate - GATE_LUFS) / BIN_LU)))

    def _mean_from(self, first: int) -> float:
        count = int(self._counts[first:].sum())
        return lufs(float(self._energies[first:].sum()) / count) if count else SILENCE_DB
