"""Looks through a finished recording for what is in it: chapters, and a micro-lesson's ends.

Nothing that was recorded is changed. Chapters stand in the manifest, with a small picture of
each page beside it; they are not written into the recording's files, whose checksums stand
there already. A micro-lesson becomes a file of its own, without its silent ends, with chapters.
"""

import hashlib
import logging
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.analyse.shots import shots
from classroom_media.analyse.slides import Film, slides_in
from classroom_media.analyse.speaking import kept, spoken
from classroom_media.api import Kind, RecordError
from classroom_media.direct.rules import SINGLE
from classroom_media.record.excerpt import write_excerpt
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.manifest import (
    PROGRAMME,
    Chapter,
    Lesson,
    Manifest,
    Track,
    read_manifest,
    write_manifest,
)
from classroom_media.record.story import tell
from classroom_media.record.thumbnail import write_thumbnail
from classroom_media.record.titled import Titled

MICRO_FILE: Final = "micro.mp4"
PICTURE_FILE: Final = "chapter-{:02}.jpg"
NO_SPEECH: Final = "no-speech"
MOSTLY_SILENT: Final = "mostly-silent"
NOT_MADE: Final = "not-made"

logger = logging.getLogger(__name__)


def look_through(
    folder: Path,
    *,
    screens: Collection[str],
    opening: bool = False,
    closing: bool = False,
    title: str = "{page}",
) -> Manifest:
    """Add chapters and the micro-lesson to a finished recording's manifest; give that.

    `screens` are the sources on which slides are shown. With an `opening` or a `closing` card
    that end stays. `title` is that of a chapter in the micro-lesson's file. What cannot be found
    is left out. Done again, it does nothing.

    Raises:
        RecordError: the manifest cannot be read or written; try again later.
    """
    manifest = read_manifest(folder)
    if manifest.looked_through:
        return manifest
    chapters = _chapters(folder, manifest, screens)
    manifest = msgspec.structs.replace(manifest, chapters=chapters, looked_through=True)
    if manifest.micro and (programme := _only(manifest, PROGRAMME)):
        lesson = _trimmed(folder, manifest, programme, opening=opening, closing=closing)
        lesson = _made(folder, manifest, programme, lesson, title)
        manifest = msgspec.structs.replace(manifest, lesson=lesson)
    write_manifest(folder, manifest)
    return manifest


def _chapters(folder: Path, manifest: Manifest, screens: Collection[str]) -> tuple[Chapter, ...]:
    try:
        films = _films(folder, manifest, screens)
        return tuple(_chapters_of(folder, films))
    except RecordError as error:
        logger.warning("%s has no chapters: %s", manifest.id, error)
        return ()


def _chapters_of(folder: Path, films: Sequence[Film]) -> Iterator[Chapter]:
    for number, slide in enumerate(slides_in(films), 1):
        picture = PICTURE_FILE.format(number)
        write_thumbnail(slide.film.path, slide.complete_s, folder / picture)
        yield Chapter(
            start_s=slide.at_s,
            page=slide.page,
            picture=picture,
            film=slide.film.path.name,
            film_s=round(slide.complete_s, 3),
        )


def _films(folder: Path, manifest: Manifest, screens: Collection[str]) -> list[Film]:
    """Give the tracks of the first screen, or else the programme where it shows one alone."""
    tracks = [track for track in manifest.tracks if not track.problem]
    own = [one for one in tracks if one.source in screens and one.kind == Kind.PICTURE]
    if own:
        return [
            Film(folder / one.file, one.start_s, ((one.start_s, one.start_s + one.duration_s),))
            for one in sorted(own, key=lambda one: one.start_s)
            if one.source == own[0].source
        ]
    shown = _shown(folder, screens)
    found = [one for one in tracks if one.name == PROGRAMME and shown]
    return [Film(folder / one.file, one.start_s, shown) for one in found]


def _shown(folder: Path, screens: Collection[str]) -> tuple[tuple[float, float], ...]:
    events = replay(folder / JOURNAL_FILE)
    return tuple(
        (shot.from_s, shot.to_s)
        for shot in shots(events, tell(events))
        if shot.layout == SINGLE and shot.sources[0] in screens
    )


def _only(manifest: Manifest, name: str) -> Track | None:
    """Give the one whole file of a track, if there is one."""
    found = [track for track in manifest.tracks if track.name == name]
    return found[0] if len(found) == 1 and not found[0].problem else None


def _trimmed(
    folder: Path, manifest: Manifest, programme: Track, *, opening: bool, closing: bool
) -> Lesson:
    """Find where the lesson begins and ends."""
    end_s = programme.duration_s
    whole = Lesson(from_s=0.0, to_s=end_s)
    try:
        speech = spoken(folder / programme.file) if programme.channels else None
    except RecordError as error:
        logger.warning("%s cannot be heard: %s", manifest.id, error)
        return msgspec.structs.replace(whole, problem=NOT_MADE)
    if speech is None:
        return msgspec.structs.replace(whole, problem=NO_SPEECH)
    stretch = kept((0.0 if opening else speech[0], end_s if closing else speech[1]), end_s)
    if stretch is None:
        return msgspec.structs.replace(whole, problem=MOSTLY_SILENT)
    from_s, to_s = (_at_picture(at_s, programme.fps) for at_s in stretch)
    logger.info("%s: %g s trimmed before, %g s after", manifest.id, from_s, end_s - to_s)
    return Lesson(from_s=from_s, to_s=to_s)


def _made(folder: Path, manifest: Manifest, programme: Track, lesson: Lesson, title: str) -> Lesson:
    """Write the lesson's own file; where nothing is to be trimmed there is none."""
    if lesson.problem:
        return lesson
    from_s, to_s, film = lesson.from_s, lesson.to_s, folder / MICRO_FILE
    chapters = _titled(manifest.chapters, from_s, to_s, title)
    try:
        write_excerpt(folder / programme.file, from_s, to_s, film, chapters)
        with film.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = film.stat().st_size
    except (RecordError, OSError) as error:
        logger.warning("%s: no micro-lesson: %s", manifest.id, error)
        return Lesson(from_s=0.0, to_s=programme.duration_s, problem=NOT_MADE)
    return msgspec.structs.replace(lesson, file=MICRO_FILE, bytes=size, sha256=digest)


def _at_picture(at_s: float, fps: float) -> float:
    """Give where the picture begins that is shown at an instant."""
    return round(int(at_s * fps + 1e-6) / fps if fps else at_s, 3)


def _titled(chapters: Sequence[Chapter], from_s: float, to_s: float, title: str) -> list[Titled]:
    """Give the chapters within an excerpt; what stands at its beginning begins with it."""
    inside = [one for one in chapters if one.start_s < to_s]
    late = [n for n, one in enumerate(inside) if one.start_s > from_s]
    first = max(late[0] - 1, 0) if late else max(len(inside) - 1, 0)
    return [
        Titled(max(one.start_s - from_s, 0.0), title.format(page=one.page))
        for one in inside[first:]
    ]
