"""The last seconds of a sound, on the timeline. What never came is silent."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from classroom_media.levels import CHANNELS, RATE_HZ, Samples

SIZE: Final = 1 << 19  # samples, 10.9 s
KEPT: Final = 1 << 17  # samples, 2.7 s: what was read stays so long, for a delay to be changed
EDGE: Final = 240  # samples, 5 ms: where a sound begins or breaks off it is faded


class Ring:
    """Samples from where they are put to where they are read, and a while longer."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros((CHANNELS, SIZE), np.float32)
        self._read: int | None = None  # what lies before was given away
        self.end = 0  # sample after the newest

    @property
    def has_room(self) -> bool:
        """Whether there is room for another second before something is read."""
        return self._read is None or self.end - self._read <= SIZE - KEPT - RATE_HZ

    def write(self, start: int, samples: Samples) -> None:
        """Put (2, n) or (1, n) float32 at `start`; what is too late or far too early is dropped."""
        if self._read is None:
            self._read = self.end = start
        stop = start + samples.shape[1]
        first = max(start, self._read)
        if first >= stop or stop - self._read > SIZE - KEPT:
            return
        samples = samples[:, first - start :]
        if first != self.end:
            self._clear(self.end, first)
            samples = _faded_in(samples)
        for here, there in _runs(first, stop):
            self._samples[:, here] = samples[:, there]
        self.end = stop

    def read(self, start: int, count: int) -> Samples:
        """Give (2, count) float32 from `start` on."""
        taken: Samples = np.zeros((CHANNELS, count), np.float32)
        if self._read is None:
            return taken
        stop = start + count
        self._read = max(self._read, stop)
        first, last = max(start, self.end - SIZE), min(stop, self.end)
        if first >= last:
            return taken
        for here, there in _runs(first, last):
            part = slice(there.start + first - start, there.stop + first - start)
            taken[:, part] = self._samples[:, here]
        if last < stop:
            _fade_out(taken[:, first - start : last - start])
        return taken

    def _clear(self, start: int, stop: int) -> None:
        """Silence what is between two pieces of sound."""
        for here, _ in _runs(max(start, stop - SIZE), stop):
            self._samples[:, here] = 0


def _runs(start: int, stop: int) -> Iterator[tuple[slice, slice]]:
    """Give where samples lie in the ring, and where in the row of them: one run, or two."""
    at = start
    while at < stop:
        place = at % SIZE
        count = min(stop - at, SIZE - place)
        yield slice(place, place + count), slice(at - start, at - start + count)
        at += count


def _faded_in(samples: Samples) -> Samples:
    count = min(EDGE, samples.shape[1])
    faded = samples.copy()
    faded[:, :count] *= _ramp(count)
    return faded


def _fade_out(samples: Samples) -> None:
    count = min(EDGE, samples.shape[1])
    samples[:, -count:] *= _ramp(count)[::-1]


def _ramp(count: int) -> Samples:
    return np.arange(count, dtype=np.float32) / np.float32(count)
