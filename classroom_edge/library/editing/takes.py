"""From an edit to the stretches of files that it is made of. Pure, but for who knows recordings.

A track may lie in several files, where a recording went on after a crash: a passage goes through
all of them, and what lies between them was not recorded and is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from classroom_edge.library.editing.edit import SHORTEST_S, Edit, Passage
from classroom_edge.library.editing.refusals import refused
from classroom_media.edit.orders import Slide, Take
from classroom_media.record.manifest import ELSEWHERE, PROGRAMME, Chapter, Manifest, State, Track
from classroom_media.record.titled import Titled

FINAL: Final = frozenset({State.FINISHED, State.INCOMPLETE})


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording: its folder, and what its manifest says."""

    folder: Path
    manifest: Manifest


Find = Callable[[str], Recorded]  # by id, "" = the edit's own; raises Refused


@dataclass(frozen=True, slots=True)
class Placed:
    """A stretch of a recording without a hole, and where it is in the film; seconds."""

    recorded: Recorded
    take: Take
    from_s: float  # of the recording
    to_s: float
    at_s: float


def placed(edit: Edit, find: Find) -> list[Placed]:
    """Say what the film consists of.

    Raises:
        Refused: there is no such recording or track, it is not finished, or nothing is left.
    """
    found: list[Placed] = []
    at_s = 0.0
    for passage in edit.passages:
        recorded = find(passage.recording)
        if recorded.manifest.state not in FINAL:
            raise refused("edit-not-finished", title=recorded.manifest.title or passage.recording)
        for from_s, to_s, take in _takes(passage, edit.sound, recorded):
            found.append(Placed(recorded, take, from_s, to_s, at_s))
            at_s += to_s - from_s
    if not found:
        raise refused("edit-empty")
    return found


def chapters(stretches: Sequence[Placed], title: str) -> tuple[Titled, ...]:
    """Give the chapters of the film: pages of slides, of which the first begins with it."""
    found: list[tuple[float, int]] = []
    for one in stretches:
        for from_s, chapter in _shown(one):
            if not found or found[-1][1] != chapter.page:
                found.append((from_s, chapter.page))
    return tuple(Titled(round(at_s, 3), title.format(page=page)) for at_s, page in found)


def slides(stretches: Sequence[Placed]) -> tuple[Slide, ...]:
    """Give the pages of slides that the film shows, each time that one comes."""
    found: list[Slide] = []
    for one in stretches:
        folder = one.recorded.folder
        for at_s, chapter in _shown(one):
            if not found or found[-1].page != chapter.page:
                film = str(folder / chapter.film) if chapter.film else ""
                picture = str(folder / chapter.picture) if chapter.picture else ""
                slide = Slide(
                    shown_s=at_s,
                    page=chapter.page,
                    film=film,
                    at_s=chapter.film_s,
                    picture=picture,
                )
                found.append(slide)
    return tuple(one for one in found if one.film or one.picture)


def _shown(one: Placed) -> Iterator[tuple[float, Chapter]]:
    """Give the pages that are to be seen in a stretch, and when in the film."""
    pages = one.recorded.manifest.chapters
    ends = [*(page.start_s for page in pages[1:]), float("inf")]
    for page, end_s in zip(pages, ends, strict=False):  # without pages there is one end too many
        if page.start_s < one.to_s - SHORTEST_S and end_s > one.from_s + SHORTEST_S:
            yield one.at_s + max(page.start_s - one.from_s, 0.0), page


def _takes(passage: Passage, sound: str, recorded: Recorded) -> Iterator[tuple[float, float, Take]]:
    pictures = _files(recorded.manifest, passage.track, needs_picture=True)
    heard = _heard(recorded.manifest, sound)
    for file in pictures:
        first = max(passage.from_s, file.start_s)
        last = min(passage.to_s, file.start_s + file.duration_s)
        edges = [first, *(one.start_s for one in heard[1:] if first < one.start_s < last), last]
        for from_s, to_s in pairwise(edges):
            if to_s - from_s >= SHORTEST_S:
                yield from_s, to_s, _take(recorded, file, heard, from_s, to_s)


def _take(
    recorded: Recorded, file: Track, heard: Sequence[Track], from_s: float, to_s: float
) -> Take:
    sounds = [one for one in heard if one.start_s <= from_s] or list(heard[:1])
    sound = sounds[-1] if sounds else None
    return Take(
        film=str(recorded.folder / file.file),
        from_s=from_s - file.start_s,
        to_s=to_s - file.start_s,
        sound=str(recorded.folder / sound.file) if sound else "",
        sound_from_s=file.start_s - sound.start_s if sound else 0.0,
    )


def _heard(manifest: Manifest, name: str) -> list[Track]:
    """Give the files of what is heard; a recording may have no sound, unless one is asked for."""
    has_sound = any(one.channels and one.name == PROGRAMME for one in manifest.tracks)
    if name or has_sound:
        return _files(manifest, name or PROGRAMME, needs_picture=False)
    return []


def _files(manifest: Manifest, name: str, *, needs_picture: bool) -> list[Track]:
    """Give the files of a track in order of time. Raises Refused."""
    fit = [one for one in manifest.tracks if (one.width if needs_picture else one.channels)]
    found = sorted((one for one in fit if one.name == name), key=lambda one: one.start_s)
    if not found:
        there_are = ", ".join(dict.fromkeys(one.name for one in fit)) or "-"
        code = "edit-no-track" if needs_picture else "edit-no-sound"
        raise refused(code, name=name, there_are=there_are)
    if any(one.problem == ELSEWHERE for one in found):
        raise refused("edit-elsewhere", name=name)
    return found
