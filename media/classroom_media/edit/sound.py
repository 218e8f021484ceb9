"""The sound of a film that was cut: its blocks are copied, and silence is made.

What is joined and has another rate or layout than the first sound is coded anew (`recoded`).

Blocks of sound have their own length, so they follow the pictures as closely as they can: half a
block, 11 ms, away at most, and never more in the end than in the beginning. Blocks of AAC fade
into each other, also two that were no neighbours: no seam clicks.

Source: ISO/IEC 14496-3, 4.6.11 (overlapping windows of the filter bank); ISO/IEC 14496-14, 5.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Final

import av
import numpy as np
from numpy.typing import NDArray

from classroom_media.edit.film import Film
from classroom_media.edit.recoded import BLOCK, CHANNELS_AT, encoder_like, layout_of, recoded
from classroom_media.edit.strip import Strip
from classroom_media.edit.tables import Samples
from classroom_media.edit.write import Lane

SETTLED: Final = 4  # blocks after which an encoder of silence gives nothing but silence


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be heard: from an instant of a film on, for a time; no film is silence."""

    film: Film | None
    from_s: Fraction
    length_s: Fraction


@dataclass(frozen=True, slots=True)
class Heard:
    """Blocks of a film, or of silence, of which the first stands at `at` in the cut one."""

    film: Film | None
    blocks: range
    at: int  # counted in blocks
    from_s: Fraction | None = None  # coded anew from this instant on; None = its blocks are copied


def sound_lane(
    passages: Sequence[Passage], films: list[Film], end_s: Fraction, made: IO[bytes]
) -> Lane | None:
    """Put the sound together, `end_s` long; None if there is none. Adds to `films` what it needs.

    Raises:
        MediaError: sound of another kind has to be coded anew, and cannot be.
    """
    first = next((one.film for one in passages if one.film and one.film.sound), None)
    if first is None or first.sound is None:
        return None
    of = first.sound
    found, skipped = heard([_silenced(one) for one in passages], of)
    strip = Strip(of, made, begin=skipped, end=round(end_s * of.rate))
    silence = silent_block(of) if any(one.film is None for one in found) else b""
    for one in found:
        places = (one.at + np.arange(len(one.blocks))) * BLOCK
        if one.film is None:
            strip.add([(silence, True)] * len(one.blocks), places)
        elif one.from_s is not None:
            made_anew = recoded(one.film, one.from_s, len(one.blocks), of)
            strip.add([(block, True) for block in made_anew], places)
        else:
            _take(strip, one.film, one.blocks, places, films)
    return Lane(first.trak(of), strip)


def _silenced(passage: Passage) -> Passage:
    """Take a film without sound for silence."""
    is_mute = passage.film is not None and passage.film.sound is None
    return Passage(None, passage.from_s, passage.length_s) if is_mute else passage


def _take(
    strip: Strip, film: Film, blocks: range, places: NDArray[np.int64], films: list[Film]
) -> None:
    if film not in films:
        films.append(film)
    if film.sound is not None:
        strip.take(films.index(film), film.sound, blocks, places)


def _form(of: Samples) -> tuple[int, bytes]:
    """Give what must be alike: rate and channels; LC, the only kind that is written here."""
    return of.rate, of.entry[CHANNELS_AT]


def heard(passages: Sequence[Passage], of: Samples) -> tuple[list[Heard], int]:
    """Choose the blocks for passages that follow each other; `of` is the first sound of them.

    Gives also how many samples of the first block lie before the beginning.
    """
    found: list[Heard] = []
    begun_s, blocks, skipped = Fraction(0), 0, 0
    for passage in passages:
        first, there, anew_s = 0, None, None
        if passage.film and passage.film.sound and _form(passage.film.sound) != _form(of):
            anew_s = passage.from_s + Fraction(blocks * BLOCK - skipped, of.rate) - begun_s
        elif passage.film and passage.film.sound:
            starts = passage.film.sound.shown
            wanted = passage.from_s * of.rate
            if not found:
                first = max(int(np.searchsorted(starts, int(wanted), side="right")) - 1, 0)
                skipped = max(int(wanted) - int(starts[first]), 0)
            else:
                offset = blocks * BLOCK - skipped - begun_s * of.rate  # how far sound has come
                first = _nearest(starts, wanted + offset)
            there = len(starts) - first
        begun_s += passage.length_s
        count = max(round((begun_s * of.rate + skipped) / BLOCK) - blocks, 0)
        taken = count if there is None else min(count, there)
        if passage is passages[-1]:
            taken += there is None or there > count  # to the very end
            count = taken
        found.append(Heard(passage.film, range(first, first + taken), blocks, anew_s))
        found.append(Heard(None, range(count - taken), blocks + taken))  # it was over before
        blocks += count
    return [one for one in found if one.blocks], skipped


def _nearest(starts: NDArray[np.int64], wanted: Fraction) -> int:
    after = int(np.searchsorted(starts, float(wanted)))
    near = [n for n in (after - 1, after) if 0 <= n < len(starts)]
    return min(near, key=lambda n: abs(int(starts[n]) - wanted))


def silent_block(of: Samples) -> bytes:
    """Give a block of silence that stands between those of a sound.

    Raises:
        MediaError: it has more channels than two.
    """
    context, layout = encoder_like(of), layout_of(of)
    packets = []
    for number in range(SETTLED):
        frame = av.AudioFrame(format="fltp", layout=layout, samples=BLOCK)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = of.rate, number * BLOCK
        packets += context.encode(frame)
    return bytes(packets[-1])
