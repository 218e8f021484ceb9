"""Brings a stopped recording into its final form: one verified file per track, and the manifest.

    0. second folder                   what the first disk failed is brought here, if there is room
    1. manifest "finishing"            a reader knows at once
    2. joins that were cut short       completed from the journal, or thrown away
    3. parts looked through            up to the last readable packet
    4. open takes closed               in the journal: a crash closes nothing
    5. a track in one part             turned into an ordinary MP4 where it lies
       or parts joined                 written beside them, synced, read back, decoded in part;
                                       then announced in the journal, then renamed, then the
                                       parts are removed: at every moment one of both is whole
    6. checksums, thumbnail, manifest "finished"; what is in it, `analyse.contents` looks for

It may be killed anywhere and started again. Where there is no room to join, the parts stay
and are listed as they are.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Lock
from typing import Final

import msgspec

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.durable import sync_folder
from classroom_media.record.flatten import flatten
from classroom_media.record.gather import gather
from classroom_media.record.join import join
from classroom_media.record.journal import (
    JOURNAL_FILE,
    Hole,
    TakeEnded,
    TrackExamined,
    TrackJoined,
    durably,
    replay,
)
from classroom_media.record.manifest import (
    ELSEWHERE,
    Gap,
    Manifest,
    State,
    Track,
    kind_of,
    manifest_of,
    pauses,
    read_manifest,
    write_manifest,
)
from classroom_media.record.plan import ROUNDING_NS, Plan, Segment, Whole, plan, reach_of
from classroom_media.record.reading import Content, check_pictures, content_of
from classroom_media.record.story import Part, Story, tell
from classroom_media.record.tail import cut_back
from classroom_media.record.thumbnail import THUMBNAIL_FILE, write_thumbnail

logger = logging.getLogger(__name__)

OUTAGE: Final = "outage"
NOT_JOINED: Final = "not-joined"
DAMAGED: Final = "damaged"
UNREADABLE: Final = "unreadable"
MISSING: Final = "missing"
SPARE_BYTES: Final = 16 * 1024 * 1024  # left free by a join, for the journal and the manifest
EMPTY_BYTES: Final = 4096  # an unreadable part of this size never held a picture
THUMBNAIL_AT: Final = 0.1  # of the duration

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """One final file."""

    track: str
    file: str
    start_ns: int
    content: Content
    problem: str = ""


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
    with suppress(RecordError):
        if (manifest := read_manifest(folder)).state is State.FINISHED:
            return manifest
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
    _complete_joins(folder, story)
    gone = _gone(story.joined)
    parts = [part for part in story.parts if part.file not in gone]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(_content, [_place(folder, second, part.file) for part in parts], parts)
        contents = dict(zip((part.file for part in parts), found, strict=True))
        report("read")
        story = _close_takes(folder, story, contents)
        work = _Work(folder, second, story, contents, report, spare_bytes)
        names = dict.fromkeys(part.track for part in story.parts)
        finished = list(pool.map(work.finish_track, names))
        results = [result for found, _holes in finished for result in found]
        tracks = tuple(pool.map(work.describe, results))
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


@dataclass(frozen=True, slots=True)
class _Work:
    """What the threads that finish a track share."""

    folder: Path
    second: Path
    story: Story
    contents: dict[str, Content]
    report: Report
    spare_bytes: int
    one_at_a_time: Lock = field(default_factory=Lock)  # a join takes as much room as its track

    def finish_track(self, name: str) -> tuple[list[Result], tuple[Hole, ...]]:
        """Join what can be joined of one track; give its files, and what they miss."""
        results: list[Result] = []
        joined = [event for event in self.story.joined if event.track == name]
        for event in joined:
            content = content_of(self.folder / event.file)
            results.append(Result(name, event.file, event.start_ns, content))
        gone = _gone(joined)
        parts = [p for p in self.story.parts if p.track == name and p.file not in gone]
        unreadable = self._unreadable(name, parts)
        wanted = "" if joined or not parts else f"{name}{Path(parts[0].file).suffix}"
        if wanted in {result.file for result in unreadable}:
            wanted = ""  # nothing takes the place of what somebody may still save
        to_do = plan(self.story, parts, self.contents, wanted)
        holes = self._holes(name, to_do)
        for whole in to_do.wholes:
            results += self._bring_about(name, whole)
        return results + unreadable, holes

    def _holes(self, name: str, to_do: Plan) -> tuple[Hole, ...]:
        """Tell what a track misses; noted before the parts that show it are gone."""
        for examined in self.story.examined:
            if examined.track == name:
                return examined.holes
        if not all(whole.is_there_already for whole in to_do.wholes):
            event = TrackExamined(at_ns=0, track=name, holes=to_do.holes)
            durably(self.folder / JOURNAL_FILE, [event])
        return to_do.holes

    def describe(self, result: Result) -> Track:
        """Measure a final file."""
        path = _place(self.folder, self.second, result.file)
        picture = result.content.get(Kind.PICTURE)
        sound = result.content.get(Kind.SOUND)
        lanes = result.content.values()
        expected = {track.name: track for track in self.story.tracks}.get(result.track)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.report(f"measured {result.file}")
        return Track(
            name=result.track,
            source=expected.source if expected else result.track.removesuffix("-sound"),
            kind=kind_of(result.track, picture=picture is not None),
            file=result.file,
            codec="+".join(
                result.content[kind].format.codec for kind in Kind if kind in result.content
            ),
            duration_s=max((lane.end_ns for lane in lanes), default=0) / NS,
            start_s=result.start_ns / NS,
            width=picture.format.width if picture else 0,
            height=picture.format.height if picture else 0,
            fps=_fps(result.content),
            sample_rate_hz=sound.format.sample_rate_hz if sound else 0,
            channels=sound.format.channels if sound else 0,
            bytes=path.stat().st_size,
            sha256=digest,
            problem=result.problem,
        )

    def _bring_about(self, name: str, whole: Whole) -> list[Result]:
        ready = whole.is_there_already
        try:
            self._require_here(whole)
            if ready:
                content = self._flatten(whole)
            else:
                with self.one_at_a_time:
                    content = self._join(name, whole)
            return [Result(name, whole.file, whole.start_ns, content)]
        except RecordError as error:
            logger.warning("%s is left as it is: %s", whole.file, error)
            problem = DAMAGED if ready else NOT_JOINED
            return [self._as_it_is(name, segment, problem) for segment in whole.segments]

    def _require_here(self, whole: Whole) -> None:
        for segment in whole.segments:
            if not (self.folder / segment.part.file).exists():
                raise RecordError(f"{segment.part.file} is in the second folder")

    def _as_it_is(self, name: str, segment: Segment, problem: str) -> Result:
        file = segment.part.file
        is_here = (self.folder / file).exists()
        if problem == NOT_JOINED:
            with suppress(RecordError):
                flatten(_place(self.folder, self.second, file))
        found = problem if is_here else ELSEWHERE
        return Result(name, file, segment.shift_ns, segment.content, found)

    def _flatten(self, whole: Whole) -> Content:
        content = whole.segments[0].content
        if flatten(self.folder / whole.file):
            self.report(f"flattened {whole.file}")
        self._check(whole, whole.file, content)
        return content

    def _join(self, name: str, whole: Whole) -> Content:
        parts = tuple(segment.part.file for segment in whole.segments)
        needed = sum((self.folder / file).stat().st_size for file in parts)
        if shutil.disk_usage(self.folder).free < needed + self.spare_bytes:
            raise RecordError(f"no room to join {needed >> 20} MiB")
        fresh = f".joining.{whole.file}"
        (self.folder / fresh).unlink(missing_ok=True)
        join(self.folder, whole, self.folder / fresh)
        self.report(f"joined {whole.file}")
        content = content_of(self.folder / fresh)
        try:
            self._check(whole, fresh, content)
        except RecordError:
            (self.folder / fresh).unlink()
            raise
        self.report(f"checked {whole.file}")
        event = TrackJoined(
            at_ns=0,
            track=name,
            whole=fresh,
            file=whole.file,
            parts=parts,
            start_ns=whole.start_ns,
        )
        durably(self.folder / JOURNAL_FILE, [event])
        self.report(f"announced {whole.file}")
        _put_in_place(self.folder, event, self.report)
        return content

    def _check(self, whole: Whole, file: str, content: Content) -> None:
        """Return if a file holds what it should, and its pictures can be decoded.

        Of the packets before the file's time 0 a reader may give all, or none.
        """
        for kind in whole.formats:
            kept = sum(len(segment.kept(kind)) for segment in whole.segments)
            shown = sum(
                sample.pts_ns + segment.shift_ns - whole.start_ns > ROUNDING_NS
                for segment in whole.segments
                for sample in segment.kept(kind)
            )
            found = len(content[kind].samples) if kind in content else 0
            if found < shown or (kind is Kind.PICTURE and found > kept):
                raise RecordError(f"{file}: {found} of {shown} packets of {kind}")
        if Kind.PICTURE in content:
            check_pictures(self.folder / file, content[Kind.PICTURE])

    def _unreadable(self, name: str, parts: Iterable[Part]) -> list[Result]:
        """Remove files of which nothing was ever on disk; list the ones that should be whole."""
        results: list[Result] = []
        for part in parts:
            path = self.folder / part.file
            if self.contents.get(part.file) or not path.exists():
                continue
            was_synced = part.sealed or part.known_ns > part.zero_ns
            if not was_synced or path.stat().st_size <= EMPTY_BYTES:
                logger.info("%s was never on disk", part.file)
                path.unlink()
            else:
                shift_ns = round(self.story.file_s(part.take, part.zero_ns) * NS)
                results.append(Result(name, part.file, shift_ns, {}, problem=UNREADABLE))
        return results


def _place(folder: Path, second: Path, file: str) -> Path:
    """Say where a file is: in its place, or where it could not be brought from."""
    return folder / file if (folder / file).exists() else second / file


def _content(path: Path, part: Part) -> Content:
    """List what a part holds, as far as it can be trusted."""
    if not part.sealed:
        cut_back(path, part.known_bytes)
    return content_of(path)


def _gone(joined: Iterable[TrackJoined]) -> set[str]:
    """Which names do not stand for parts any more; a whole may have the name of one."""
    return {file for event in joined for file in (*event.parts, event.file)}


def _complete_joins(folder: Path, story: Story) -> None:
    """End what a finisher had begun: announced files go in place, others go away."""
    for event in story.joined:
        _put_in_place(folder, event, logger.debug)
    for stray in folder.glob(".joining.*"):
        stray.unlink()


def _put_in_place(folder: Path, event: TrackJoined, report: Report) -> None:
    with suppress(FileNotFoundError):  # it is in place already
        (folder / event.whole).replace(folder / event.file)
        sync_folder(folder)
    report(f"renamed {event.file}")
    for part in event.parts:
        if part != event.file:
            (folder / part).unlink(missing_ok=True)
            report(f"removed {part}")
    sync_folder(folder)


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


def _fps(content: Content) -> float:
    lane = content.get(Kind.PICTURE)
    if lane is None:
        return 0.0
    return round(NS / max(median(sample.duration_ns for sample in lane.samples), 1), 3)
