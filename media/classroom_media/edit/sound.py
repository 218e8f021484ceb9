"""The sound of a film that was cut: its blocks are copied.

Blocks of sound have their own length, so they follow the pictures as closely as they can: half a
block, 11 ms, away at most, and never more in the end than in the beginning. Blocks of AAC fade
into each other, also two that were no neighbours: no seam clicks.

Source: ISO/IEC 14496-3, 4.6.11 (overlapping windows of the filter bank).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.edit.tables import Samples

BLOCK: Final = 1024  # samples


@dataclass(frozen=True, slots=True)
class Heard:
    """A passage of sound: blocks of one film, of which the first stands at `at` in the cut one."""

    film: Path
    of: Samples
    blocks: range
    at: int  # counted in blocks


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be heard: from an instant of a film on, for a time; in seconds."""

    film: Path
    of: Samples
    from_s: Fraction
    length_s: Fraction


def heard(passages: Sequence[Passage]) -> tuple[list[Heard], int]:
    """Choose the blocks for passages that follow each other.

    Gives also how many samples of the first block lie before the beginning.
    """
    found: list[Heard] = []
    begun_s, blocks, skipped = Fraction(0), 0, 0
    for passage in passages:
        rate, starts = passage.of.rate, passage.of.shown
        wanted = passage.from_s * rate
        if not found:
            first = max(int(np.searchsorted(starts, int(wanted), side="right")) - 1, 0)
            skipped = max(int(wanted) - int(starts[first]), 0)
        else:
            offset = blocks * BLOCK - skipped - begun_s * rate  # how far sound has come
            first = _nearest(starts, wanted + offset)
        begun_s += passage.length_s
        there = len(starts) - first
        count = min(max(round((begun_s * rate + skipped) / BLOCK) - blocks, 0), there)
        if passage is passages[-1]:
            count = min(count + 1, there)  # to the very end
        found.append(Heard(passage.film, passage.of, range(first, first + count), blocks))
        blocks += count
    return [one for one in found if one.blocks], skipped


def _nearest(starts: NDArray[np.int64], wanted: Fraction) -> int:
    after = int(np.searchsorted(starts, float(wanted)))
    near = [n for n in (after - 1, after) if 0 <= n < len(starts)]
    return min(near, key=lambda n: abs(int(starts[n]) - wanted))
