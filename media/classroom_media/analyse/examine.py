"""Examines one file of a recording: its packets, its sound, and its pictures at their keyframes."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import av
import msgspec

from classroom_media.analyse.cadence import Tally, by_second
from classroom_media.analyse.figures import FileReport, Loudness, Passage, Trouble
from classroom_media.analyse.hearing import listen
from classroom_media.analyse.holdings import Holdings
from classroom_media.analyse.passages import outside
from classroom_media.analyse.seeing import Seen, look_at
from classroom_media.analyse.truths import counted, moved
from classroom_media.api import Kind, RecordError
from classroom_media.direct.signs import Role, role_of
from classroom_media.emulate import inspection
from classroom_media.record.manifest import PROGRAMME, Gap, Track
from classroom_media.record.reading import packets_of


@dataclass(slots=True)
class Evidence:
    """A file's report so far, and what is needed to hold it against others."""

    path: Path
    said: FileReport
    tallies: dict[Kind, Tally] = field(default_factory=dict)
    numbers: list[inspection.Seen] = field(default_factory=list)  # at times of the recording


def examine(
    holdings: Holdings,
    track: Track,
    excused: Sequence[tuple[float, float]],
    thinned: Sequence[tuple[float, float]] = (),
) -> Evidence:
    """Examine a track's file.

    The programme may stand still within `excused`, and lack pictures within `thinned`.
    """
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
    found = Evidence(path, said, tallies)
    _listen_to(found)
    is_programme = track.name == PROGRAMME
    known = gaps + [_thin(*span) for span in thinned if is_programme]
    _look_at(found, known, excused if is_programme else ())
    passages = tuple(outside(found.said.passages, gaps))
    found.said = msgspec.structs.replace(found.said, passages=passages)
    return found


def _thin(from_s: float, to_s: float) -> Gap:
    return Gap(track=PROGRAMME, from_s=from_s, to_s=to_s, length_s=0.0, reason="load")


def _tallies(path: Path, start_s: float) -> tuple[dict[Kind, Tally], str]:
    tallies: dict[Kind, Tally] = {}
    try:
        for kind, packet in packets_of(path):
            tally = tallies.setdefault(kind, Tally(start_s))
            tally.add(packet.pts_ns, len(packet.data), key=packet.key)
    except RecordError as error:
        return tallies, str(error)
    return tallies, "" if tallies else f"{path}: nothing in it can be read"


def _listen_to(found: Evidence) -> None:
    if Kind.SOUND not in found.tallies:
        return
    loudness, silences = listen(found.path, found.said.start_s)
    found.said = msgspec.structs.replace(
        found.said, loudness=loudness if loudness != Loudness() else None, passages=silences
    )


def _look_at(found: Evidence, gaps: Sequence[Gap], excused: Sequence[tuple[float, float]]) -> None:
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
