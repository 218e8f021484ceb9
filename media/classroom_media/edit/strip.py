"""One stream of a film that is being made: samples that are taken, and samples that are new."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.api import MediaError
from classroom_media.edit.tables import Numbers, Samples
from classroom_media.record.index import TrackIndex

NEW: Final = -1  # the number of the film of what was made: none


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Samples that follow each other in one film, or in what was made; ticks of the stream."""

    film: int
    offset: Numbers
    size: Numbers
    shown: Numbers  # in the film that is being made
    lag: Numbers
    key: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that are copied at once, of a film or of what was made."""

    at_s: float
    film: int
    offset: int
    size: int
    samples: int


@dataclass(slots=True, eq=False)
class Strip:
    """A stream. `begin` is how much of its first sample lies before the film begins, in ticks."""

    of: Samples
    made: IO[bytes]  # a file of its own for what is made, which strips share
    begin: int = 0
    end: int = 0  # where it ends in the film, without `begin`
    _stretches: list[Stretch] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether anything is in it."""
        return bool(self._stretches)

    def take(self, film: int, of: Samples, samples: range, shown: Numbers) -> None:
        """Add samples of a film, to be shown then."""
        part = slice(samples.start, samples.stop)
        self._stretches.append(
            Stretch(film, of.offset[part], of.size[part], shown, of.lag[part], of.key[part])
        )

    def add(self, new: Iterable[tuple[bytes, bool]], shown: Numbers, lag: int = 0) -> None:
        """Add samples that were made, and whether each is a keyframe, to be shown then."""
        sizes, keys, offset = list[int](), list[bool](), self.made.seek(0, os.SEEK_END)
        for data, is_key in new:
            sizes.append(self.made.write(data))
            keys.append(is_key)
        size = np.array(sizes, np.int64)
        places = offset + np.cumsum(size) - size
        lags = np.full(len(sizes), lag)
        self._stretches.append(Stretch(NEW, places, size, shown, lags, np.array(keys, np.bool_)))

    def chunks(self) -> Iterator[Chunk]:
        """Give what is copied, in order: runs of samples that lie one behind the other."""
        for one in self._stretches:
            breaks = np.flatnonzero(one.offset[1:] != one.offset[:-1] + one.size[:-1]) + 1
            edges = [0, *breaks.tolist(), len(one.size)]
            for first, last in pairwise(edges):
                end = int(one.offset[last - 1] + one.size[last - 1])
                begin = int(one.offset[first])
                at_s = int(one.shown[first]) / self.of.rate
                yield Chunk(at_s, one.film, begin, end - begin, last - first)

    def index(self, offsets: Sequence[int]) -> TrackIndex:
        """Describe it for a `moov`; `offsets` is where each chunk lies in the new file.

        Raises:
            MediaError: its pictures would be decoded in another order than they are coded in.
        """
        shown = np.concatenate([one.shown for one in self._stretches])
        lag = np.concatenate([one.lag for one in self._stretches])
        decoded = shown - lag
        decoded -= decoded[0]
        steps = np.diff(decoded, append=self.end + self.begin + lag[0] - lag[-1])
        steps[-1] = max(int(steps[-1]), 1)
        if np.any(steps <= 0):
            raise MediaError("the order of its pictures changes at a cut")
        track = TrackIndex()
        track.sizes.extend(np.concatenate([one.size for one in self._stretches]).tolist())
        track.durations.extend(steps.tolist())
        track.lags.extend(lag.tolist())
        track.keys.extend(chain.from_iterable(one.key.tolist() for one in self._stretches))
        counts = [one.samples for one in self.chunks()]
        firsts = np.cumsum(counts) - counts
        track.chunk_offsets.extend(offsets)
        track.chunk_samples.extend(counts)
        track.chunk_times.extend(decoded[firsts].tolist())
        return track

    @property
    def size(self) -> int:
        """Say how many bytes are in it."""
        return sum(int(one.size.sum()) for one in self._stretches)

    @property
    def shown_from(self) -> int:
        """Say at which of its own ticks it is shown first: what an edit list needs to know."""
        return self.begin + int(self._stretches[0].lag[0])
