"""Makes the report of a recording's folder. Reads only; what is broken is reported as far as known.

Every file is read once for its packets, once for its sound, and looked at at its keyframes;
files of emulated cameras are decoded from end to end as well, for the truth that is in them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import av

from classroom_media.analyse.examine import Evidence, examine
from classroom_media.analyse.figures import Method, Offset, Report
from classroom_media.analyse.holdings import holdings_of
from classroom_media.analyse.shots import (
    encodings,
    outages,
    passed_s,
    shots,
    still_by_right,
    strains,
)
from classroom_media.analyse.truths import offset
from classroom_media.api import Kind
from classroom_media.compose.load import Step
from classroom_media.direct.signs import Role, role_of
from classroom_media.emulate import inspection
from classroom_media.record.manifest import Track

HALF: Final = Step.HALF.word  # every second picture of the programme is left out

Progress = Callable[[str], None]


def report_on(folder: Path, progress: Progress = lambda _file: None) -> Report:
    """Look through a recording; `progress` hears the name of every file that is begun.

    Raises:
        RecordError: there is nothing of a recording in this folder.
    """
    holdings = holdings_of(folder)
    manifest = holdings.manifest
    story = holdings.story
    shown = shots(holdings.events, story) if story else ()
    screens = {track.source for track in manifest.tracks if role_of(track.source) is Role.SCREEN}
    excused = still_by_right(shown, screens)
    strained = strains(holdings.events, story) if story else ()
    thinned = [(one.from_s, one.to_s) for one in strained if one.step == HALF]
    found: list[Evidence] = []
    for track in _in_order(manifest.tracks):
        progress(track.file)
        found.append(examine(holdings, track, excused, thinned))
    return Report(
        id=manifest.id,
        title=manifest.title,
        room=manifest.room,
        state=manifest.state,
        started_at=manifest.started_at if story or holdings.told else None,
        duration_s=manifest.duration_s,
        problem=manifest.problem,
        files=tuple(one.said for one in found),
        offsets=tuple(_offsets(found)),
        gaps=manifest.gaps,
        marks=manifest.marks,
        shots=shown,
        passed_s=passed_s(holdings.events, story) if story else None,
        outages=outages(holdings.events, story) if story else (),
        strains=strained,
        encodings=encodings(holdings.events, story) if story else (),
    )


def _in_order(tracks: Sequence[Track]) -> list[Track]:
    """Put the programme first, and a source's picture before its sound."""
    sources = list(dict.fromkeys(["", *(track.source for track in tracks)]))
    return sorted(tracks, key=lambda t: (sources.index(t.source), t.kind, t.start_s))


def _offsets(found: Sequence[Evidence]) -> Iterator[Offset]:
    """Hold every picture against the sound that belongs to it."""
    beeps: dict[Path, list[float]] = {}
    for one in found:
        sound = _sound_of(one, found)
        if sound is None:
            continue
        measured = None
        if one.numbers:
            if sound.path not in beeps:
                beeps[sound.path] = _beeps(sound)
            measured = offset(one.path, sound.path, one.numbers, beeps[sound.path])
        yield measured or _by_timestamps(one, sound)


def _sound_of(one: Evidence, found: Sequence[Evidence]) -> Evidence | None:
    """Give the file with the sound of a picture: itself, or one of the same source."""
    if Kind.PICTURE not in one.tallies or Kind.SOUND in one.tallies:
        return one if Kind.PICTURE in one.tallies else None
    sounds = [other for other in found if set(other.tallies) == {Kind.SOUND}]
    return next((other for other in sounds if other.said.source == one.said.source), None)


def _beeps(sound: Evidence) -> list[float]:
    with suppress(av.FFmpegError, OSError, ValueError):
        return [at_s + sound.said.start_s for at_s in inspection.beeps(sound.path)]
    return []


def _by_timestamps(picture: Evidence, sound: Evidence) -> Offset:
    first, heard = picture.tallies[Kind.PICTURE].first_s, sound.tallies[Kind.SOUND].first_s
    known = first is not None and heard is not None
    return Offset(
        picture=picture.path.name,
        sound=sound.path.name,
        method=Method.TIMESTAMPS if known else Method.UNKNOWN,
        median_ms=round(1000 * (heard - first), 1)
        if first is not None and heard is not None
        else None,
    )
