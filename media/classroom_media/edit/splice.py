"""Makes a film of passages of films: frame exact, in step, and mostly copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from classroom_media.api import MediaError
from classroom_media.edit import pictures, sound
from classroom_media.edit.cut import Copied, Pictures, cut
from classroom_media.edit.film import Film
from classroom_media.edit.ranges import Kept
from classroom_media.edit.strip import Strip
from classroom_media.edit.tables import Numbers, Samples
from classroom_media.edit.write import write_film

SIZE: Final = slice(32, 36)  # of a sample entry: width and height


@dataclass(frozen=True, slots=True)
class Shot:
    """A passage of `film`; what is heard with it may come from another file, in the same step."""

    kept: Kept
    film: Film
    heard: Film


@dataclass(frozen=True, slots=True)
class Tally:
    """What was made, and how many of its pictures had to be encoded."""

    pictures: int
    encoded: int
    duration_s: float


def splice(shots: Sequence[Shot], into: Path) -> Tally:
    """Write what these passages make one after the other; the films stay as they are.

    Raises:
        RangeError: a passage is not in its film.
        MediaError: films do not fit each other, or cannot be read, cut or written.
    """
    cutter = _Cutter(shots)
    for shot in shots:
        cutter.show(shot)
    write_film(cutter.films, cutter.strips(), into)
    return cutter.tally


class _Cutter:
    """Takes one passage after the other; the film's time is in ticks of its pictures."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self.films = list(dict.fromkeys(film for one in shots for film in (one.film, one.heard)))
        self._strip = Strip(_pictures(shots[0].film).samples)
        self._passages: list[sound.Passage] = []
        self._is_silent = any(one.heard.sound is None for one in shots)
        self._shown = self._encoded = 0

    @property
    def tally(self) -> Tally:
        """Tell what was made."""
        return Tally(self._shown, self._encoded, self._strip.end / self._strip.of.rate)

    def show(self, shot: Shot) -> None:
        """Add the pictures of a passage, and note what is to be heard with them."""
        of = _pictures(shot.film)
        self._require_alike(shot.film, of.samples)
        wanted = shot.kept.pictures(of.shown_s)
        begin, at = int(of.shown[wanted.start]), self._strip.end
        places = at + of.shown[wanted.start : wanted.stop] - begin
        for piece in cut(of, wanted):
            if isinstance(piece, Copied):
                count = len(piece.samples)
                self._copy(shot.film, of, piece.samples, places[:count])
            else:
                count = len(piece.pictures)
                self._encode(shot.film, of, piece.pictures, places[:count])
            places = places[count:]
        self._shown += len(wanted)
        self._strip.end = at + int(of.ends[wanted.stop - 1]) - begin
        self._hear(shot, Fraction(begin, of.samples.rate), at)

    def strips(self) -> dict[int, Strip]:
        """Give the streams of the new film; sound, if there is some with each passage."""
        strips = {self._strip.of.number: self._strip}
        if not self._is_silent:
            heard = self._heard()
            strips[heard.of.number] = heard
        return strips

    def _require_alike(self, film: Film, samples: Samples) -> None:
        of = self._strip.of
        if (samples.rate, samples.entry[SIZE]) != (of.rate, of.entry[SIZE]):
            raise MediaError(f"{film.path}: its pictures are not of the size of those before")

    def _copy(self, film: Film, of: Pictures, samples: range, shown: Numbers) -> None:
        """Take samples; the first brings its parameter sets, if others were used before it."""
        own = of.samples.shown[samples.start : samples.stop]  # not in this order, with B pictures
        shown = shown[0] + own - own[0]
        number, lag = self.films.index(film), int(of.samples.lag[samples.start])
        if self._strip and (whole := _completed(film, of.samples, samples.start)):
            self._strip.add([whole], shown[:1], lag)
            samples, shown = samples[1:], shown[1:]
        if samples:
            self._strip.take(number, of.samples, samples, shown)

    def _encode(self, film: Film, of: Pictures, wanted: range, shown: Numbers) -> None:
        made = pictures.encoded(film.path, of, wanted)
        lag = int(of.samples.lag[np.flatnonzero(of.samples.key)[0]])
        self._strip.add(made, shown, lag)
        self._encoded += len(made)

    def _hear(self, shot: Shot, from_s: Fraction, at: int) -> None:
        if shot.heard.sound is not None:
            length_s = Fraction(self._strip.end - at, self._strip.of.rate)
            passage = sound.Passage(shot.heard.path, shot.heard.sound, from_s, length_s)
            self._passages.append(passage)

    def _heard(self) -> Strip:
        """Put the sound together."""
        passages, skipped = sound.heard(self._passages)
        strip = Strip(passages[0].of, begin=skipped)
        paths = [film.path for film in self.films]
        for one in passages:
            if one.of.entry != strip.of.entry:
                raise MediaError(f"{one.film}: its sound is coded in another way than before it")
            places = (one.at + np.arange(len(one.blocks))) * sound.BLOCK
            strip.take(paths.index(one.film), one.of, one.blocks, places)
        strip.end = round(Fraction(self._strip.end, self._strip.of.rate) * strip.of.rate)
        return strip


def _pictures(film: Film) -> Pictures:
    if film.pictures is None:
        raise MediaError(f"{film.path} has no pictures in H.264")
    return film.pictures


def _completed(film: Film, samples: Samples, first: int) -> bytes:
    """Give a keyframe with its parameter sets, if it has none; else nothing."""
    with film.path.open("rb") as file:
        file.seek(int(samples.offset[first]))
        data = file.read(int(samples.size[first]))
    return b"" if pictures.has_parameter_sets(data) else pictures.parameter_sets(samples) + data
