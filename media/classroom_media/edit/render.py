"""Carries out the order of a film: written aside, and there at once when it is whole."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from classroom_media.edit.film import Film, read_film
from classroom_media.edit.montage import Shot, to_encode
from classroom_media.edit.orders import FilmOrder, Made, Take
from classroom_media.edit.publish import publish
from classroom_media.edit.ranges import Kept, Point
from classroom_media.edit.splice import dressed
from classroom_media.edit.work import BYTES_A_S, PICTURE_S, SOUND_S, Work

PASSES: Final = 4  # through the sound, to bring it to a loudness
USUAL_FPS: Final = 25


def render(order: FilmOrder, tell: Callable[[float], None] = lambda _share: None) -> Made:
    """Make a film, and tell what it is like. Whoever is killed leaves the one that was there.

    Raises:
        RangeError: a passage is not in its film.
        MediaError: it cannot be made.
    """
    into = Path(order.into)
    aside = into.with_name(f".{into.name}.part")
    films = {path: read_film(Path(path)) for path in _paths(order.takes)}
    shots = [_shot(take, films) for take in order.takes]
    tally, loud = dressed(
        shots,
        aside,
        opening=order.opening,
        lufs=order.lufs,
        chapters=order.titled,
        work=Work(tell, _planned_s(order, shots)),
    )
    is_heard = loud is not None and not loud.is_silent
    told = Made(
        file=into.name,
        duration_s=round(tally.duration_s, 3),
        pictures=tally.pictures,
        encoded=tally.encoded,
        lufs=round(loud.lufs, 1) if loud and is_heard else None,
        peak_dbtp=round(loud.peak_dbtp, 1) if loud and is_heard else None,
        of=order.of,
    )
    return publish(aside, into, told)


def _paths(takes: Sequence[Take]) -> set[str]:
    return {path for take in takes for path in (take.film, take.sound) if path}


def _shot(take: Take, films: dict[str, Film]) -> Shot:
    film = films[take.film]
    begins_s = _begins_s(film)
    kept = Kept(Point(take.from_s - begins_s), Point(take.to_s - begins_s), _spelled(take))
    return Shot(kept, film, films.get(take.sound), Fraction(take.sound_from_s))


def _begins_s(film: Film) -> float:
    """Say when the first picture is shown; passages are counted from it."""
    of = film.pictures
    return float(of.shown[0]) / of.samples.rate if of is not None and len(of) else 0.0


def _spelled(take: Take) -> str:
    return f"{take.from_s:g}-{take.to_s:g}"


def _planned_s(order: FilmOrder, shots: Sequence[Shot]) -> float:
    """Say how long the work takes, roughly."""
    pictures = to_encode(shots)
    pictures += order.opening.pictures(USUAL_FPS) if order.opening else 0
    length_s = sum(take.to_s - take.from_s for take in order.takes)
    size = sum(_size(take) for take in order.takes)
    heard_s = PASSES * length_s * SOUND_S if order.lufs is not None else 0.0
    return pictures * PICTURE_S + heard_s + size / BYTES_A_S


def _size(take: Take) -> float:
    """Say how many bytes a passage is, roughly."""
    film = read_film(Path(take.film))
    of = film.pictures
    length_s = float(of.ends[-1]) / of.samples.rate if of is not None and len(of) else 0.0
    share = (take.to_s - take.from_s) / length_s if length_s else 1.0
    return film.path.stat().st_size * min(share, 1.0)
