"""What a platform takes: a film, a cover, and what it is, for machines and for spreadsheets."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from classroom_media.api import MediaError
from classroom_media.edit.bundle import bundled, put
from classroom_media.edit.film import read_film
from classroom_media.edit.montage import made_beside
from classroom_media.edit.orders import FilmOrder, Made, PackageOrder, SoundOrder
from classroom_media.edit.pictures import form_of
from classroom_media.edit.publish import made_of, publish
from classroom_media.edit.render import render
from classroom_media.edit.slides import BOM
from classroom_media.edit.sound import Passage, sound_lane
from classroom_media.edit.stills import save, still
from classroom_media.edit.write import write_film

FILM_FILE: Final = "film.mp4"
COVER_FILE: Final = "cover.jpg"
JSON_FILE: Final = "metadata.json"
CSV_FILE: Final = "metadata.csv"

Tell = Callable[[float], None]


def export_package(order: PackageOrder, tell: Tell = lambda _share: None) -> None:
    """Write a package.

    Raises:
        MediaError: the film cannot be made, or nothing can be written.
    """
    into = Path(order.into)
    with _film(order.film, into.parent, tell) as (path, made), bundled(into) as folder:
        put(path, folder / FILM_FILE)
        save(still(path, order.film.opened_s + order.cover_s), folder / COVER_FILE)
        told = order.metadata | _measured(path, made)
        text = msgspec.json.encode(told | {"chapters": order.film.titled})
        (folder / JSON_FILE).write_bytes(msgspec.json.format(text, indent=2) + b"\n")
        with (folder / CSV_FILE).open("w", encoding=BOM, newline="") as file:
            csv.writer(file).writerows((list(told), list(told.values())))


def export_sound(order: SoundOrder, tell: Tell = lambda _share: None) -> Made:
    """Write the sound of a film alone, as it is coded there.

    Raises:
        MediaError: there is none, the film cannot be made, or nothing can be written.
    """
    into = Path(order.into)
    aside = into.with_name(f".{into.name}.part")
    with _film(order.film, into.parent, tell) as (path, made), made_beside(into) as new:
        film, end_s = read_film(path), Fraction(made.duration_s).limit_denominator(1000)
        films = [film]
        lane = sound_lane([Passage(film, Fraction(0), end_s)], films, end_s, new)
        if lane is None:
            raise MediaError(f"{path} has no sound")
        write_film(films, [lane], aside, order.film.titled)
    return publish(
        aside, into, msgspec.structs.replace(made, file=into.name, pictures=0, encoded=0)
    )


@contextmanager
def _film(order: FilmOrder, beside: Path, tell: Tell) -> Iterator[tuple[Path, Made]]:
    """Give the film: the one that is there, if it is what is ordered, or a new one."""
    into = Path(order.into)
    if order.into and (made := made_of(into)) and made.of == order.of:
        yield into, made
    elif order.into:
        yield into, render(order, tell)
    else:
        with TemporaryDirectory(dir=beside, prefix=".film-") as folder:
            into = Path(folder, FILM_FILE)
            yield into, render(msgspec.structs.replace(order, into=str(into)), tell)


def _measured(path: Path, made: Made) -> dict[str, Any]:
    """Tell what the film is like."""
    film = read_film(path)
    form = form_of(film.pictures) if film.pictures else None
    return {
        "file": FILM_FILE,
        "cover": COVER_FILE,
        "duration_s": made.duration_s,
        "width": form.width if form else 0,
        "height": form.height if form else 0,
        "fps": form.fps if form else 0,
        "bytes": made.bytes,
        "sha256": made.sha256,
        "loudness_lufs": "" if made.lufs is None else made.lufs,
        "true_peak_dbtp": "" if made.peak_dbtp is None else made.peak_dbtp,
    }
