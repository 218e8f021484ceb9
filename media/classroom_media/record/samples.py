"""What a file holds: its streams, and where their packets lie. Pure.

Times are file times in nanoseconds; packets before 0 are there but hidden by the edit list.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from classroom_media.api import Kind, StreamFormat


@dataclass(frozen=True, slots=True)
class Sample:
    """Where one packet lies."""

    pts_ns: int
    dts_ns: int
    duration_ns: int
    key: bool

    @property
    def end_ns(self) -> int:
        """Where the next one would begin."""
        return self.pts_ns + self.duration_ns


class Samples(Sequence[Sample]):
    """The samples of a stream, in 25 bytes each: a long lesson has a million. A slice is a view."""

    def __init__(self) -> None:
        self._numbers = array("q")  # pts, dts, duration; pts, dts ...
        self._keys = bytearray()
        self._places: range | None = None  # of a view

    def add(self, sample: Sample) -> None:
        """Add the next one."""
        self._numbers.extend((sample.pts_ns, sample.dts_ns, sample.duration_ns))
        self._keys.append(sample.key)

    def __len__(self) -> int:
        return len(self._keys if self._places is None else self._places)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Samples": ...
    def __getitem__(self, index: "int | slice") -> "Sample | Samples":
        places = range(len(self._keys)) if self._places is None else self._places
        if isinstance(index, slice):
            view = Samples()
            view._numbers, view._keys, view._places = self._numbers, self._keys, places[index]
            return view
        place = places[index]
        pts_ns, dts_ns, duration_ns = self._numbers[3 * place : 3 * place + 3]
        return Sample(pts_ns, dts_ns, duration_ns, bool(self._keys[place]))


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream of a file, its samples in order of decoding; at least one."""

    format: StreamFormat
    samples: Samples

    @property
    def end_ns(self) -> int:
        """Where the last sample ends that a player would show."""
        return max(sample.end_ns for sample in self.samples)


Content = dict[Kind, Lane]  # what a file holds; empty = nothing readable
