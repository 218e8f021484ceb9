"""Makes the report of a recording's folder. Reads only; what is broken is reported as far as known.

Every file is read once for its packets, once for its sound, and looked at at its keyframes;
files of emulated cameras are decoded from end to end as well, for the truth that is in them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import av
import msgspec

from classroom_media.analyse.cadence import Tally, by_second
from classroom_media.analyse.figures import (
    FileReport,
    Loudness,
    Method,
    Offset,
    Passage,
    Report,
    Trouble,
)
from classroom_media.analyse.hearing import listen
from classroom_media.analyse.holdings import Holdings, holdings_of
from classroom_media.analyse.passages import outside
from classroom_media.analyse.seeing import Seen, look_at
from classroom_media.analyse.shots import outages, shots, still_by_right
from classroom_media.analyse.truths import counted, moved, offset
from classroom_media.api import Kind, RecordError
from classroom_media.direct.signs import Role, role_of
from classroom_media.emulate import inspection
from classroom_media.record.manifest import PROGRAMME, Gap, Track
from classroom_media.record.reading import packets_of

Progress = Callable[[str], None]


@dataclass(slots=True)
class _Evidence:
    """A file's report so far, and what is needed to hold it against others."""

    path: Path
    said: FileReport
    tallies: dict[Kind, Tally] = field(default_factory=dict)
    numbers: list[inspection.Seen] = field(default_factory=list)  # at times of the recording


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
    found = [_examine(holdings, track, excused, progress) for track in _in_order(manifest.tracks)]
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
        outages=outages(holdings.events, story) if story else (),
    )


def _in_order(tracks: Sequence[Track]) -> list[Track]:
    """Put the programme first, and a source's picture before its sound."""
    sources = list(dict.fromkeys(["", *(track.source for track in tracks)]))
    return sorted(tracks, key=lambda t: (sources.index(t.source), t.kind, t.start_s))


def _examine(
    holdings: Holdings,
    track: Track,
    excused: Sequence[tuple[float, float]],
    progress: Progress,
) -> _Evidence:
    progress(track.file)
    path = holdings.folder / track.file
    tallies, problem = _tallies(path, track.start_s)
    gaps = [gap for gap in holdings.manifest.gaps if gap.track in {"", track.name}]
    said = FileReport(
        track=track.name,
        source=track.source,
        kind=track.kind,
        file=track.file,
        codec=track.codec,
        start_s=round(track.start_s, 3),
        duration_s=round(track.duration_s, 3),
        bytes=path.stat().st_size if path.is_file() else 0,
        bitrate_kbps=by_second(tally.kbps for tally in tallies.values()),
        problem=track.problem or problem,
    )
    found = _Evidence(path, said, tallies)
    _listen_to(found)
    _look_at(found, gaps, excused if track.name == PROGRAMME else ())
    passages = tuple(outside(found.said.passages, gaps))
    found.said = msgspec.structs.replace(found.said, passages=passages)
    return found


def _tallies(path: Path, start_s: float) -> tuple[dict[Kind, Tally], str]:
    tallies: dict[Kind, Tally] = {}
    try:
        for kind, packet in packets_of(path):
            tally = tallies.setdefault(kind, Tally(start_s))
            tally.add(packet.pts_ns, len(packet.data), key=packet.key)
    except RecordError as error:
        return tallies, str(error)
    return tallies, "" if tallies else f"{path}: nothing in it can be read"


def _listen_to(found: _Evidence) -> None:
    if Kind.SOUND not in found.tallies:
        return
    loudness, silences = listen(found.path, found.said.start_s)
    found.said = msgspec.structs.replace(
        found.said, loudness=loudness if loudness != Loudness() else None, passages=silences
    )


def _look_at(found: _Evidence, gaps: Sequence[Gap], excused: Sequence[tuple[float, float]]) -> None:
    tally = found.tallies.get(Kind.PICTURE)
    if tally is None:
        return
    said = found.said
    seen = look_at(
        found.path,
        said.start_s,
        said.start_s + said.duration_s,
        key_distance_s=tally.key_distance_s,
        may_stand_still=role_of(said.source) is Role.SCREEN,
    )
    pictures = msgspec.structs.replace(tally.pictures(gaps), look_s=seen.look_s)
    if seen.numbered:
        with suppress(av.FFmpegError, OSError):
            found.numbers = moved(inspection.pictures(found.path), said.start_s)
            pictures = counted(pictures, found.numbers, gaps)
    found.said = msgspec.structs.replace(
        said, pictures=pictures, passages=(*said.passages, *_unexcused(seen, excused))
    )


def _unexcused(seen: Seen, excused: Sequence[tuple[float, float]]) -> Iterator[Passage]:
    """Leave out where the programme stood still because the screen that it showed did."""
    for passage in seen.passages:
        inside = any(
            from_s - seen.look_s <= passage.from_s and passage.to_s <= to_s + seen.look_s
            for from_s, to_s in excused
        )
        if passage.trouble is not Trouble.FREEZE or not inside:
            yield passage


def _offsets(found: Sequence[_Evidence]) -> Iterator[Offset]:
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


def _sound_of(one: _Evidence, found: Sequence[_Evidence]) -> _Evidence | None:
    """Give the file with the sound of a picture: itself, or one of the same source."""
    if Kind.PICTURE not in one.tallies or Kind.SOUND in one.tallies:
        return one if Kind.PICTURE in one.tallies else None
    sounds = [other for other in found if set(other.tallies) == {Kind.SOUND}]
    return next((other for other in sounds if other.said.source == one.said.source), None)


def _beeps(sound: _Evidence) -> list[float]:
    with suppress(av.FFmpegError, OSError, ValueError):
        return [at_s + sound.said.start_s for at_s in inspection.beeps(sound.path)]
    return []


def _by_timestamps(picture: _Evidence, sound: _Evidence) -> Offset:
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
