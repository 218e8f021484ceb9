"""A filmstrip: small pictures of a whole recording on one sheet, to find a place by eye."""

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import av
import msgspec
from av.container import InputContainer
from PIL import Image

from classroom_media.api import RecordError
from classroom_media.record.manifest import (
    PROGRAMME,
    Filmstrip,
    Manifest,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from classroom_media.record.thumbnail import THUMBNAIL_FILE, write_thumbnail

FILMSTRIP_FILE: Final = "filmstrip.jpg"
PICTURES: Final = 100  # at most
APART_S: Final = 1.0  # at least
COLUMNS: Final = 10
WIDTH: Final = 160  # pixels of one picture
QUALITY: Final = 70
THUMBNAIL_AT: Final = 0.1  # of the duration


def adorn(folder: Path) -> Manifest:
    """Make what a recording that is over lacks to be found by eye: thumbnail and filmstrip.

    A recording of which nothing can be seen gets an empty filmstrip, so that nobody tries again.

    Raises:
        RecordError: there is no manifest, or the disk fails.
    """
    manifest = read_manifest(folder)
    is_over = manifest.state in {State.FINISHED, State.INCOMPLETE}
    if manifest.filmstrip is not None or not is_over:
        return manifest
    try:
        strip = write_filmstrip(folder, manifest)
    except OSError as error:
        raise RecordError(f"{folder}: {error}") from error
    films = pictured(manifest)
    thumbnail = manifest.thumbnail
    if films and not thumbnail:
        with suppress(RecordError):
            at_s = films[0].duration_s * THUMBNAIL_AT
            write_thumbnail(folder / films[0].file, at_s, folder / THUMBNAIL_FILE)
            thumbnail = THUMBNAIL_FILE
    manifest = msgspec.structs.replace(manifest, filmstrip=strip, thumbnail=thumbnail)
    write_manifest(folder, manifest)
    return manifest


def pictured(manifest: Manifest) -> tuple[Track, ...]:
    """Give the files that show a recording: of the programme, or else of the first picture."""
    films = [one for one in manifest.tracks if one.height and one.file]
    names = dict.fromkeys(one.name for one in films)
    name = PROGRAMME if PROGRAMME in names else next(iter(names), "")
    return tuple(one for one in films if one.name == name)


def write_filmstrip(folder: Path, manifest: Manifest) -> Filmstrip:
    """Write the sheet beside a recording's files; where nothing can be seen, give an empty one.

    Raises:
        OSError: it cannot be written.
    """
    films = pictured(manifest)
    reach_s = max([manifest.duration_s, *(one.start_s + one.duration_s for one in films)])
    every_s = max(APART_S, reach_s / PICTURES)
    count = max(1, math.ceil(round(reach_s / every_s, 6)))
    with ExitStack() as opened:
        places = list(_opened(folder, films, opened))
        if not places:
            return Filmstrip()
        track = films[0]
        height = max(round(WIDTH * track.height / track.width / 2) * 2, 2)
        rows = math.ceil(count / COLUMNS)
        sheet = Image.new("RGB", (min(count, COLUMNS) * WIDTH, rows * height))
        for number in range(count):
            picture = _picture(places, number * every_s, height)
            if picture is not None:
                row, column = divmod(number, COLUMNS)
                sheet.paste(picture, (column * WIDTH, row * height))
    _save(sheet, folder / FILMSTRIP_FILE)
    return Filmstrip(
        file=FILMSTRIP_FILE,
        columns=min(count, COLUMNS),
        rows=rows,
        width=WIDTH,
        height=height,
        every_s=every_s,
        count=count,
    )


def _opened(
    folder: Path, films: Iterable[Track], opened: ExitStack
) -> Iterator[tuple[Track, InputContainer]]:
    """Open the films that can be; only whole pictures are decoded, which is quick."""
    for film in films:
        with suppress(av.FFmpegError, IndexError):
            container = opened.enter_context(av.open(str(folder / film.file)))
            container.streams.video[0].codec_context.skip_frame = "NONKEY"
            yield film, container


def _picture(
    places: Iterable[tuple[Track, InputContainer]], at_s: float, height: int
) -> Image.Image | None:
    """Give the last whole picture at or before an instant; None where there is a gap."""
    for film, container in places:
        if not film.start_s - APART_S <= at_s < film.start_s + film.duration_s:
            continue
        with suppress(av.FFmpegError):
            container.seek(round(max(0.0, at_s - film.start_s) * 1_000_000), backward=True)
            frame: Any = next(iter(container.decode(video=0)), None)
            if frame is not None:
                image: Image.Image = frame.to_image(width=WIDTH, height=height)
                return image
    return None


def _save(sheet: Image.Image, into: Path) -> None:
    fresh = into.with_name(f".{into.name}")
    try:
        sheet.save(fresh, "JPEG", quality=QUALITY, optimize=True)
        fresh.replace(into)
    finally:
        fresh.unlink(missing_ok=True)
