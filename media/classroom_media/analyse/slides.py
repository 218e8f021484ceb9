"""Finds the slides of a recording: when each page came, and when it was complete.

Looks are taken at keyframes; only where a page came is everything between two of them decoded,
for the moment itself. A file whose keyframes are far apart is decoded from end to end.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer

from classroom_media.analyse.pages import Pages, Stay, is_nearer, is_turned
from classroom_media.api import RecordError
from classroom_media.direct.luma import Luma, small_luma

LOOK_S: Final = 2.5  # keyframes further apart than this are too few to look at
APART_S: Final = 1.0  # between two looks, where every picture is decoded
ROUNDING_S: Final = 1e-3

Look = tuple[float, Luma]  # at this time of the recording
Stretch = tuple[float, float]  # of the recording


@dataclass(frozen=True, slots=True)
class Film:
    """A file that begins at `start_s` of the recording and shows slides within `stretches`."""

    path: Path
    start_s: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Slide:
    """A page that stood for a while."""

    page: int  # one that comes back keeps its number
    at_s: float  # of the recording: the first picture of it
    film: Film
    complete_s: float  # of the film: when it had stood longest


def slides_in(films: Sequence[Film]) -> list[Slide]:
    """Look through files, in order of time, for pages that stand long enough.

    Raises:
        RecordError: a file cannot be read.
    """
    pages = Pages()
    for film in films:
        for at_s, luma in _looks(film):
            pages.look(at_s, luma)
    return [_slide(stay, _film_at(films, stay.from_s)) for stay in pages.all()]


def _film_at(films: Sequence[Film], at_s: float) -> Film:
    return next(film for film in reversed(films) if film.start_s <= at_s + ROUNDING_S)


def _slide(stay: Stay, film: Film) -> Slide:
    return Slide(stay.page, round(_came_at(stay, film), 3), film, stay.to_s - film.start_s)


def _came_at(stay: Stay, film: Film) -> float:
    """Find the first picture from which on it is this page and not what was there before."""
    begins_s = max(film.start_s, *(a for a, _ in film.stretches if a <= stay.from_s + ROUNDING_S))
    from_s = max(stay.before_s, begins_s, stay.from_s - LOOK_S)
    pictures = list(_pictures(film, from_s, stay.from_s))
    if not pictures or stay.before_s == stay.from_s:
        return stay.from_s
    (_, before), (_, page) = pictures[0], pictures[-1]
    if stay.before_s < begins_s and not is_turned(before, page):
        return from_s  # it came while something else was shown
    came_s = stay.from_s
    for at_s, luma in reversed(pictures):
        if is_turned(luma, page) or not is_nearer(luma, page, before):
            break
        came_s = at_s
    return came_s


def _pictures(film: Film, from_s: float, to_s: float) -> Iterator[Look]:
    with _opened(film.path) as container:
        container.seek(max(round((from_s - film.start_s) * 1_000_000), 0), backward=True)
        for at_s, luma in _decoded(container, film.start_s):
            if at_s > to_s + ROUNDING_S:
                return
            if at_s >= from_s - ROUNDING_S:
                yield at_s, luma


def _looks(film: Film) -> Iterator[Look]:
    """Give small pictures of the stretches in which slides are shown, one every few seconds."""
    next_s = 0.0
    with _opened(film.path) as container:
        stream = container.streams.video[0]
        keys_do = _key_distance_s(stream) <= LOOK_S
        stream.codec_context.skip_frame = "NONKEY" if keys_do else "DEFAULT"
        for at_s, luma in _decoded(container, film.start_s):
            is_shown = any(from_s <= at_s < to_s for from_s, to_s in film.stretches)
            if is_shown and at_s >= next_s:
                next_s = at_s + (0.0 if keys_do else APART_S)
                yield at_s, luma


def _key_distance_s(stream: av.VideoStream) -> float:
    """Tell how far apart keyframes are at most, by the file's index."""
    base = float(stream.time_base or 0)
    keys = [entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe]
    ends = [*keys, float(stream.duration or 0) * base]
    return max((after - before for before, after in pairwise(ends)), default=0.0)


def _decoded(container: InputContainer, start_s: float) -> Iterator[Look]:
    for frame in container.decode(video=0):
        if frame.time is not None and frame.time >= 0:
            yield start_s + frame.time, small_luma(frame)


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    try:
        with av.open(str(path)) as container:
            yield container
    except (av.FFmpegError, OSError, IndexError) as error:
        raise RecordError(f"{path}: {error}") from error
