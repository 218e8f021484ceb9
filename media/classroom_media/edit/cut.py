"""Which pictures of a passage are copied, and which have to be encoded. Pure.

A coded picture needs those before it, back to a keyframe. So a passage that begins within a
group of pictures is encoded up to the next keyframe, and copied from there on. Where pictures are
coded in another order than they are shown in (B pictures), only whole groups are copied that
lean on no other one, and the last, broken one is encoded, too.

Source: ITU-T H.264, 7.4.1.2.4: nothing after an IDR picture refers to anything before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from classroom_media.edit.tables import Numbers, Samples, Seconds


@dataclass(frozen=True, slots=True)
class Copied:
    """Samples that are taken as they are; `samples` are counted in order of decoding."""

    samples: range


@dataclass(frozen=True, slots=True)
class Encoded:
    """Pictures that are encoded; `pictures` are counted in the order in which they are shown."""

    pictures: range


Piece = Copied | Encoded


class Pictures:
    """The pictures of a stream in the order in which they are shown; hidden ones are left out."""

    def __init__(self, samples: Samples) -> None:
        order = np.argsort(samples.shown, kind="stable")
        self.samples = samples
        self.order: Numbers = order[samples.shown[order] >= 0]  # which sample is each
        self.shown: Numbers = samples.shown[self.order]  # ticks
        ends = np.append(self.shown[1:], 0)
        if len(ends):
            ends[-1] = self.shown[-1] + samples.steps[self.order[-1]]
        self.ends: Numbers = ends

    def __len__(self) -> int:
        return len(self.order)

    @property
    def shown_s(self) -> Seconds:
        """When each is shown, in seconds after the first."""
        return (self.shown - self.shown[:1]) / self.samples.rate


def cut(film: Pictures, kept: range) -> list[Piece]:
    """Say how the pictures of a passage are had, in the order in which they are shown."""
    pieces: list[Piece] = []
    reached = kept.start
    for samples in _copied(film, kept):
        first = _place(film, samples.start)
        if first > reached:
            pieces.append(Encoded(range(reached, first)))
        pieces.append(Copied(samples))
        reached = first + len(samples)
    if reached < kept.stop:
        pieces.append(Encoded(range(reached, kept.stop)))
    return pieces


def _copied(film: Pictures, kept: range) -> Iterator[range]:
    """Give what can be copied of a passage; groups that follow each other are one."""
    run = range(0)
    for group in _groups(film, kept):
        if run and run.stop == group.start:
            run = range(run.start, group.stop)
            continue
        if run:
            yield run
        run = group
    if run:
        yield run


def _groups(film: Pictures, kept: range) -> Iterator[range]:
    """Give the groups that lie in a passage and lean on nothing outside of it."""
    shown = film.samples.shown
    begin, end = film.shown[kept.start], film.shown[kept.stop - 1]
    keys = np.flatnonzero(film.samples.key)
    for first, after in zip(keys, [*keys[1:], len(shown)], strict=True):
        if not begin <= shown[first] <= end:
            continue
        within = shown[first:after]
        last = int(np.searchsorted(within, end, side="right"))
        if np.all(np.diff(within) > 0):
            yield range(first, first + last)
        elif within.min() == within[0] and within.max() <= end and _is_last(shown, after, within):
            yield range(first, after)


def _is_last(shown: Numbers, after: int, within: Numbers) -> bool:
    """Tell whether everything that is decoded later is shown later, too."""
    return after == len(shown) or bool(within.max() < shown[after])


def _place(film: Pictures, sample: int) -> int:
    """Say which picture a sample is, in the order in which they are shown."""
    return int(np.searchsorted(film.shown, film.samples.shown[sample]))
