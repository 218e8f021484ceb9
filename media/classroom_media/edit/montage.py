"""Puts passages of films one behind the other: frame exact, in step, and mostly copied."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np

from classroom_media.api import MediaError
from classroom_media.edit import opening, pictures
from classroom_media.edit.cut import Copied, Encoded, Pictures, Piece, cut
from classroom_media.edit.film import Film
from classroom_media.edit.orders import Opening
from classroom_media.edit.parameter_sets import has_parameter_sets, parameter_sets
from classroom_media.edit.pictures import SIZE, Made, form_of
from classroom_media.edit.ranges import Kept
from classroom_media.edit.sound import Passage, sound_lane
from classroom_media.edit.strip import Strip
from classroom_media.edit.tables import Numbers, Samples
from classroom_media.edit.write import Lane


@dataclass(frozen=True, slots=True)
class Shot:
    """A passage of `film`; what is heard with it may come from another file, in the same step.

    The time 0 of `film` is the time `heard_from_s` of `heard`. No such file is silence.
    """

    kept: Kept
    film: Film
    heard: Film | None
    heard_from_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was made, and how many of its pictures had to be encoded."""

    pictures: int
    encoded: int
    duration_s: float


@contextmanager
def made_beside(into: Path) -> Iterator[IO[bytes]]:
    """Give a file for what is made, without a name: it is gone with this process.

    Raises:
        MediaError: there is no room for it.
    """
    try:
        with TemporaryFile(dir=into.parent) as made:
            yield made
    except OSError as error:
        raise MediaError(f"{into}: {error.strerror}") from error


class Montage:
    """Takes one passage after the other; time is in ticks of the pictures of its first film.

    `films` are those that its streams are taken from.
    """

    def __init__(
        self, first: Film, made: IO[bytes], encoding: Callable[[], None] = lambda: None
    ) -> None:
        self.films = [first]
        self._like = _pictures(first)
        self.form = form_of(self._like)
        self._strip = Strip(self._like.samples, made)
        self._passages: list[Passage] = []
        self._shown = self._encoded = 0
        self._encoding = encoding  # told of each picture

    @property
    def tally(self) -> Tally:
        """Tell what was made."""
        return Tally(self._shown, self._encoded, float(self._end_s))

    def open(self, card: Opening, shot: Shot) -> None:
        """Begin with a card, in silence, which gives way to the first picture of a passage."""
        of = _pictures(shot.film)
        at = shot.kept.pictures(of.shown_s).start
        count = card.pictures(self.form.fps)
        first = next(pictures.fitted(shot.film.path, of, range(at, at + 1), self.form))
        places = np.arange(count) * self._strip.of.rate // self.form.fps
        frames = opening.frames(card, self.form, first)
        self._encode(pictures.encoded(frames, self.form, count), places)
        self._shown += count
        self._strip.end = count * self._strip.of.rate // self.form.fps
        self._passages.append(Passage(None, Fraction(0), self._end_s))

    def show(self, shot: Shot) -> None:
        """Add the pictures of a passage, and note what is to be heard with them."""
        of = _pictures(shot.film)
        wanted = shot.kept.pictures(of.shown_s)
        begin, at = int(of.shown[wanted.start]), self._strip.end
        scale = Fraction(self._strip.of.rate, of.samples.rate)
        shown = np.append(of.shown[wanted.start : wanted.stop], of.ends[wanted.stop - 1]) - begin
        *places, self._strip.end = (at + shown * scale.numerator // scale.denominator).tolist()
        self._place(shot.film, of, wanted, np.array(places, np.int64))
        self._shown += len(wanted)
        self._hear(shot, Fraction(begin, of.samples.rate), at)

    def picture_lane(self) -> Lane:
        """Give the pictures."""
        return Lane(self.films[0].trak(self._like.samples), self._strip)

    def sound_lane(self) -> Lane | None:
        """Give the sound, if there is any.

        Raises:
            MediaError: sound of another kind has to be coded anew, and cannot be.
        """
        return sound_lane(self._passages, self.films, self._end_s, self._strip.made)

    def _place(self, film: Film, of: Pictures, wanted: range, places: Numbers) -> None:
        for piece in _pieces(self._like, of, wanted):
            if isinstance(piece, Copied):
                count = len(piece.samples)
                self._copy(film, of.samples, piece.samples, places[:count])
            else:
                count = len(piece.pictures)
                made = pictures.redone(film.path, of, piece.pictures, self.form)
                self._encode(made, places[:count])
            places = places[count:]

    def _copy(self, film: Film, of: Samples, samples: range, shown: Numbers) -> None:
        """Take samples; the first brings its parameter sets, if others were used before it."""
        own = of.shown[samples.start : samples.stop]  # not in this order, with B pictures
        shown = shown[0] + own - own[0]
        if self._strip and (whole := _completed(film, of, samples.start)):
            self._strip.add([(whole, True)], shown[:1], int(of.lag[samples.start]))
            samples, shown = samples[1:], shown[1:]
        if film not in self.films:
            self.films.append(film)
        if samples:
            self._strip.take(self.films.index(film), of, samples, shown)

    def _encode(self, made: Iterable[Made], shown: Numbers) -> None:
        of = self._like.samples
        lag = int(of.lag[np.flatnonzero(of.key)[0]])
        self._strip.add(self._told(made), shown, lag)
        self._encoded += len(shown)

    def _told(self, made: Iterable[Made]) -> Iterator[Made]:
        for one in made:
            self._encoding()
            yield one

    @property
    def _end_s(self) -> Fraction:
        return Fraction(self._strip.end, self._strip.of.rate)

    def _hear(self, shot: Shot, from_s: Fraction, at: int) -> None:
        """Note what is heard with a passage; before the other file begins there is silence."""
        length_s = Fraction(self._strip.end - at, self._strip.of.rate)
        from_s += shot.heard_from_s
        early_s = min(max(-from_s, Fraction(0)), length_s)
        if early_s:
            self._passages.append(Passage(None, Fraction(0), early_s))
        if early_s < length_s:
            self._passages.append(Passage(shot.heard, from_s + early_s, length_s - early_s))


def to_encode(shots: Sequence[Shot]) -> int:
    """Say how many pictures of passages have to be encoded. Raises RangeError, MediaError."""
    like, count = _pictures(shots[0].film), 0
    for shot in shots:
        of = _pictures(shot.film)
        pieces = _pieces(like, of, shot.kept.pictures(of.shown_s))
        count += sum(len(one.pictures) for one in pieces if isinstance(one, Encoded))
    return count


def _pieces(like: Pictures, of: Pictures, wanted: range) -> list[Piece]:
    """Say how pictures are had: all of them are encoded if they are of another kind."""
    mine, theirs = of.samples, like.samples
    is_alike = (mine.rate, mine.entry[SIZE]) == (theirs.rate, theirs.entry[SIZE])
    return cut(of, wanted) if is_alike else [Encoded(wanted)]


def _pictures(film: Film) -> Pictures:
    if film.pictures is None:
        raise MediaError(f"{film.path} has no pictures in H.264")
    return film.pictures


def _completed(film: Film, samples: Samples, first: int) -> bytes:
    """Give a keyframe with its parameter sets, if it has none; else nothing."""
    with film.path.open("rb") as file:
        file.seek(int(samples.offset[first]))
        data = file.read(int(samples.size[first]))
    return b"" if has_parameter_sets(data) else parameter_sets(samples) + data
