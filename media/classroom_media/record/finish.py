"""Brings a stopped recording into its final form: one verified file per track, and the manifest.

    0. second folder                   what the first disk failed is brought here, if there is room
    1. manifest "finishing"            a reader knows at once
    2. joins that were cut short       completed from the journal, or thrown away
    3. parts looked through            up to the last readable packet
    4. open takes closed               in the journal: a crash closes nothing
    5. a track in one part             turned into an ordinary MP4 where it lies (`flatten`)
       or parts joined                 and removed once the whole has taken their place (`assembly`)
    6. checksums, thumbnail, manifest "finished"; what is in it, `analyse.contents` looks for

It may be killed anywhere and started again. Where there is no room to join, the parts stay
and are listed as they are.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.aside import put_aside
from classroom_media.record.assembly import (
    Assembly,
    Report,
    Result,
    complete_joins,
    gone,
    place,
)
from classroom_media.record.gather import gather
from classroom_media.record.journal import JOURNAL_FILE, Hole, TakeEnded, durably, replay
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    DamagedError,
    Gap,
    Manifest,
    State,
    Track,
    manifest_of,
    pauses,
    read_manifest,
    write_manifest,
)
from classroom_media.record.measure import measured
from classroom_media.record.plan import reach_of
from classroom_media.record.reading import content_of
from classroom_media.record.samples import Content
from classroom_media.record.story import Part, Story, tell
from classroom_media.record.tail import cut_back
from classroom_media.record.thumbnail import THUMBNAIL_FILE, write_thumbnail

logger = logging.getLogger(__name__)

OUTAGE: Final = "outage"
MISSING: Final = "missing"
SPARE_BYTES: Final = 16 * 1024 * 1024  # left free by a join, for the journal and the manifest
THUMBNAIL_AT: Final = 0.1  # of the duration


def finish(
    folder: Path,
    *,
    second: Path | None = None,
    report: Report = logger.info,
    spare_bytes: int = SPARE_BYTES,
) -> Manifest:
    """Finish a recording and give its manifest; one that is finished is left alone.

    `second` is its folder on another disk, which need not be there. `report` is told each step,
    from several threads.

    Raises:
        RecordError: there is no journal, or the disk fails; try again later.
    """
    try:
        if (manifest := read_manifest(folder)).state is State.FINISHED:
            return manifest
    except DamagedError:
        aside = put_aside(folder / MANIFEST_FILE)
        logger.warning("%s: the manifest was damaged and is now %s", folder, aside.name)
    except RecordError:
        pass  # there is none yet
    try:
        if second is not None:
            gather(folder, second, spare_bytes=spare_bytes)
        return _finish(folder, second or folder, report, spare_bytes)
    except OSError as error:
        raise RecordError(f"{folder}: {error}") from error


def _finish(folder: Path, second: Path, report: Report, spare_bytes: int) -> Manifest:
    story = tell(replay(folder / JOURNAL_FILE))
    write_manifest(folder, manifest_of(story, State.FINISHING))
    report("finishing")
    complete_joins(folder, story)
    taken = gone(story.joined)
    parts = [part for part in story.parts if part.file not in taken]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(_content, [place(folder, second, part.file) for part in parts], parts)
        contents = dict(zip((part.file for part in parts), found, strict=True))
        report("read")
        story = _close_takes(folder, story, contents)
        work = Assembly(folder, second, story, contents, report, spare_bytes)
        names = dict.fromkeys(part.track for part in story.parts)
        finished = list(pool.map(work.finish_track, names))
        results = [result for found, _holes in finished for result in found]
        tracks = tuple(pool.map(partial(_measure, work), results))
    thumbnail = _thumbnail(folder, story, results)
    report("thumbnail")
    problem = ", ".join(dict.fromkeys(result.problem for result in results if result.problem))
    manifest = msgspec.structs.replace(
        manifest_of(story, State.INCOMPLETE if problem else State.FINISHED),
        tracks=tracks,
        gaps=(*pauses(story), *_gaps(story, dict(zip(names, finished, strict=True)))),
        thumbnail=thumbnail,
        problem=problem,
        looked_through=False,
    )
    write_manifest(folder, manifest)
    report("finished")
    return manifest


def _content(path: Path, part: Part) -> Content:
    """List what a part holds, as far as it can be trusted."""
    if not part.sealed:
        cut_back(path, part.known_bytes)
    return content_of(path)


def _measure(work: Assembly, result: Result) -> Track:
    track = measured(place(work.folder, work.second, result.file), result, work.story)
    work.report(f"measured {result.file}")
    return track


def _close_takes(folder: Path, story: Story, contents: dict[str, Content]) -> Story:
    """Close takes that an outage ended behind their last packet: nothing of it is left out."""
    events: list[TakeEnded] = []
    for take in story.takes:
        if take.end_ns is not None and take.ended != OUTAGE:
            continue
        ends = [
            part.zero_ns + reach_of(lane)
            for part in story.parts
            if part.take == take.number
            for lane in contents.get(part.file, {}).values()
        ]
        end_ns = max([take.end_ns or take.from_ns, *ends])
        if end_ns != take.end_ns:
            events.append(TakeEnded(at_ns=end_ns, take=take.number, end_ns=end_ns, reason=OUTAGE))
    if not events:
        return story
    durably(folder / JOURNAL_FILE, events)
    return tell(replay(folder / JOURNAL_FILE))


def _thumbnail(folder: Path, story: Story, results: Iterable[Result]) -> str:
    """Make the thumbnail from the programme, or else from the first picture there is."""
    films = [result for result in results if Kind.PICTURE in result.content]
    films.sort(key=lambda film: film.track != "programme")
    for film in films:
        lane = film.content[Kind.PICTURE]
        earliest_s = max(lane.samples[0].pts_ns, 0) / NS
        at_s = max(story.duration_s * THUMBNAIL_AT, earliest_s)
        with suppress(RecordError):
            write_thumbnail(folder / film.file, at_s, folder / THUMBNAIL_FILE)
            return THUMBNAIL_FILE
    return ""


def _gaps(story: Story, finished: Mapping[str, tuple[list[Result], tuple[Hole, ...]]]) -> list[Gap]:
    """List what the tracks miss, and the tracks that are missing."""
    nothing = Hole(0, round(story.duration_s * NS), MISSING)
    found: list[Gap] = []
    for name in dict.fromkeys([*(track.name for track in story.tracks), *finished]):
        results, holes = finished.get(name, ([], ()))
        there = any(result.content for result in results)
        found += [_gap(name, hole) for hole in (holes if there else (nothing,))]
    return found


def _gap(name: str, hole: Hole) -> Gap:
    return Gap(
        track=name,
        from_s=hole.from_ns / NS,
        to_s=hole.to_ns / NS,
        length_s=(hole.to_ns - hole.from_ns) / NS,
        reason=hole.reason,
    )
