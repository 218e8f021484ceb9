"""Makes the final files of a track from its parts: as they lie, or joined.

A join is written beside its parts, synced, read back and decoded in part; then it is announced in
the journal, then renamed, then the parts are removed: at every moment one of both is whole.
"""

import logging
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from classroom_media.api import NS, Kind, RecordError
from classroom_media.record.durable import sync_folder
from classroom_media.record.flatten import flatten
from classroom_media.record.join import join
from classroom_media.record.journal import (
    JOURNAL_FILE,
    Hole,
    TrackExamined,
    TrackJoined,
    durably,
)
from classroom_media.record.manifest import ELSEWHERE
from classroom_media.record.plan import ROUNDING_NS, Plan, Segment, Whole, plan
from classroom_media.record.reading import check_pictures, content_of
from classroom_media.record.samples import Content
from classroom_media.record.story import Part, Story

logger = logging.getLogger(__name__)

NOT_JOINED: Final = "not-joined"
DAMAGED: Final = "damaged"
UNREADABLE: Final = "unreadable"
EMPTY_BYTES: Final = 4096  # an unreadable part of this size never held a picture

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """One final file."""

    track: str
    file: str
    start_ns: int
    content: Content
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Assembly:
    """Brings the parts of each track into their final form; tracks may be worked on at once."""

    folder: Path
    second: Path
    story: Story
    contents: dict[str, Content]
    report: Report
    spare_bytes: int  # left free by a join
    one_at_a_time: Lock = field(default_factory=Lock)  # a join takes as much room as its track

    def finish_track(self, name: str) -> tuple[list[Result], tuple[Hole, ...]]:
        """Join what can be joined of one track; give its files, and what they miss."""
        results: list[Result] = []
        joined = [event for event in self.story.joined if event.track == name]
        for event in joined:
            content = content_of(self.folder / event.file)
            results.append(Result(name, event.file, event.start_ns, content))
        taken = gone(joined)
        parts = [p for p in self.story.parts if p.track == name and p.file not in taken]
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

    def _bring_about(self, name: str, whole: Whole) -> list[Result]:
        problem = NOT_JOINED
        try:
            self._require_here(whole)
            if whole.is_there_already:
                content = whole.segments[0].content
                if flatten(self.folder / whole.file):
                    self.report(f"flattened {whole.file}")
                problem = DAMAGED
                self._check(whole, whole.file, content)
            else:
                with self.one_at_a_time:
                    content = self._join(name, whole)
            return [Result(name, whole.file, whole.start_ns, content)]
        except RecordError as error:
            logger.warning("%s is left as it is: %s", whole.file, error)
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
                flatten(place(self.folder, self.second, file))
        found = problem if is_here else ELSEWHERE
        return Result(name, file, segment.shift_ns, segment.content, found)

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


def place(folder: Path, second: Path, file: str) -> Path:
    """Say where a file is: in its place, or where it could not be brought from."""
    return folder / file if (folder / file).exists() else second / file


def gone(joined: Iterable[TrackJoined]) -> set[str]:
    """Which names do not stand for parts any more; a whole may have the name of one."""
    return {file for event in joined for file in (*event.parts, event.file)}


def complete_joins(folder: Path, story: Story) -> None:
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
