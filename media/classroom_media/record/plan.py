"""How the parts of a track become one file: which samples go where, and what is missing. Pure.

Within a take time is kept: where nothing was recorded, the last picture stands and sound is
silent. Between takes there is no time. Where a later part begins with what an earlier one also
has, the later one is taken: the earlier broke off, and its last moments are not to be trusted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.record.journal import Hole
from classroom_media.record.samples import Content, Lane, Sample
from classroom_media.record.story import Part, Story, Take

ROUNDING_NS: Final = 50_000  # what becoming ticks and back may move a stamp, and more
EDGE_NS: Final = NS // 10  # a track may begin and end this much inside its take
SLOW: Final = {  # of the usual time between samples: one is missing
    Kind.PICTURE: 1.5,
    Kind.SOUND: 1.9,  # half a block is a film that begins anew, or a clock put right
}
NEIGHBOURS: Final = 12  # before and after, which tell what is usual there: a camera may slow down
LATE: Final = "late"
STALLED: Final = "stalled"


@dataclass(frozen=True, slots=True)
class Segment:
    """What is taken from one part."""

    part: Part
    shift_ns: int  # file time of the recording at the part's time 0
    content: Content
    keep: Mapping[Kind, range]  # of the samples, in order of decoding

    def kept(self, kind: Kind) -> Sequence[Sample]:
        """The samples that are taken."""
        lane = self.content.get(kind)
        return () if lane is None else lane.samples[self.keep[kind].start : self.keep[kind].stop]


@dataclass(frozen=True, slots=True)
class Whole:
    """One file to be, of one or several parts. `start_ns` is where its time 0 lies."""

    file: str
    start_ns: int
    segments: tuple[Segment, ...]

    @property
    def formats(self) -> dict[Kind, StreamFormat]:
        """What its streams are."""
        return {k: lane.format for s in self.segments for k, lane in s.content.items()}

    @property
    def is_there_already(self) -> bool:
        """Whether its only part is all of it."""
        if len(self.segments) != 1:
            return False
        only = self.segments[0]
        return (
            only.part.file == self.file
            and only.shift_ns == self.start_ns
            and all(len(only.keep[k]) == len(lane.samples) for k, lane in only.content.items())
            and not any(silent_between(a, b) for a, b in pairwise(only.kept(Kind.SOUND)))
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a track: the files to be, and what they miss."""

    wholes: tuple[Whole, ...]
    holes: tuple[Hole, ...]


def plan(story: Story, parts: Sequence[Part], contents: Mapping[str, Content], file: str) -> Plan:
    """Arrange a track's parts, in their order, into as few files as its formats allow.

    The first file is called `file` and begins with the recording; further ones, and with an
    empty `file` all of them, keep the name and the time 0 of their first part.
    """
    segments = _segments(story, parts, contents)
    wholes: list[Whole] = []
    for group in _groups(segments):
        first = group[0]
        whole = Whole(first.part.file, first.shift_ns, tuple(group))
        wholes.append(replace(whole, file=file, start_ns=0) if file and not wholes else whole)
    return Plan(tuple(wholes), _holes(story, segments))


def silent_between(before: Sample, after: Sample) -> int:
    """How many blocks of silence fit between two blocks of sound."""
    gap_ns = after.pts_ns - before.end_ns + ROUNDING_NS
    return max(gap_ns, 0) // max(before.duration_ns, 1)


def _segments(
    story: Story, parts: Sequence[Part], contents: Mapping[str, Content]
) -> list[Segment]:
    takes = {take.number: take for take in story.takes}
    found: list[Segment] = []
    for part in parts:
        content, take = contents.get(part.file, {}), takes.get(part.take)
        if not content or take is None:
            continue
        shift_ns = story.offset_of(take.number) + part.zero_ns - take.from_ns
        keep = {kind: _within(story, take, shift_ns, lane) for kind, lane in content.items()}
        found.append(Segment(part, shift_ns, content, keep))
    kept = _without_overlap(found)
    return [segment for segment in kept if any(segment.keep.values())]


def _without_overlap(segments: Sequence[Segment]) -> list[Segment]:
    """End each part where a later one of its take begins, the next one that still has samples."""
    found: list[Segment] = []
    begins: dict[Kind, int] = {}
    for segment in reversed(segments):
        if found and segment.part.take != found[-1].part.take:
            begins = {}
        found.append(_give_way(segment, begins))
        for kind in segment.content:
            if kept := found[-1].kept(kind):
                first = kept[0]
                earlier_ns = first.pts_ns - first.duration_ns // 2 + ROUNDING_NS
                begins[kind] = earlier_ns + segment.shift_ns
    return found[::-1]


def _within(story: Story, take: Take, shift_ns: int, lane: Lane) -> range:
    """Which samples lie inside the take; before the first take may lie a hidden lead-in."""
    begin_ns = story.offset_of(take.number) - shift_ns
    end_ns = begin_ns + story.end_of(take) - take.from_ns
    start: int | None = 0
    if take is not story.takes[0]:
        start = _first(
            (n, sample.key and sample.pts_ns >= begin_ns - ROUNDING_NS)
            for n, sample in enumerate(lane.samples)
        )
    stop = _first((n, _reach(lane, sample) > end_ns) for n, sample in enumerate(lane.samples))
    length = len(lane.samples)
    return range(length if start is None else start, length if stop is None else stop)


def reach_of(lane: Lane) -> int:
    """Give the earliest end of a take, in file time, that leaves out nothing of a lane."""
    return max(max(sample.end_ns, _reach(lane, sample)) for sample in lane.samples)


def _reach(lane: Lane, sample: Sample) -> int:
    """Up to where a sample holds something of what happened; see `take.Wish.admits`."""
    if lane.format.kind is Kind.PICTURE:
        return sample.pts_ns + 1
    return sample.pts_ns + 2 * sample.duration_ns - ROUNDING_NS


def _give_way(earlier: Segment, begins: Mapping[Kind, int]) -> Segment:
    """End a part before what begins later, in file time."""
    keep = dict(earlier.keep)
    for kind, lane in earlier.content.items():
        if kind in begins:
            limit_ns = begins[kind] - earlier.shift_ns
            stop = _first((n, lane.samples[n].pts_ns > limit_ns) for n in keep[kind])
            keep[kind] = keep[kind] if stop is None else range(keep[kind].start, stop)
    return replace(earlier, keep=keep)


def _groups(segments: Iterable[Segment]) -> list[list[Segment]]:
    groups: list[list[Segment]] = []
    formats: dict[Kind, StreamFormat] = {}
    for segment in segments:
        own = {kind: _identity(lane.format) for kind, lane in segment.content.items()}
        if not groups or any(formats.get(kind, form) != form for kind, form in own.items()):
            groups.append([])
            formats = {}
        groups[-1].append(segment)
        formats |= own
    return groups


def _identity(form: StreamFormat) -> StreamFormat:
    return StreamFormat(
        kind=form.kind,
        codec=form.codec,
        width=form.width,
        height=form.height,
        sample_rate_hz=form.sample_rate_hz,
        channels=form.channels,
        extradata=form.extradata,
    )


def _first(numbered: Iterable[tuple[int, bool]]) -> int | None:
    return next((n for n, found in numbered if found), None)


# -- what is missing -----------------------------------------------------------------------


def _holes(story: Story, segments: Sequence[Segment]) -> tuple[Hole, ...]:
    found: list[Hole] = []
    for kind in Kind:
        for take in story.takes:
            taken = [s for s in segments if s.part.take == take.number and s.kept(kind)]
            if taken:
                found += _holes_in_take(story, take, taken, kind)
    return _merged(found)


def _holes_in_take(story: Story, take: Take, segments: Sequence[Segment], kind: Kind) -> list[Hole]:
    begin_ns = story.offset_of(take.number)
    end_ns = begin_ns + story.end_of(take) - take.from_ns
    last = segments[-1]
    first_ns = min(s.pts_ns for s in segments[0].kept(kind)) + segments[0].shift_ns
    last_ns = max(s.end_ns for s in last.kept(kind)) + last.shift_ns
    found: list[Hole] = []
    if first_ns > begin_ns + EDGE_NS:
        found.append(Hole(begin_ns, first_ns, segments[0].part.reason or LATE))
    for segment in segments:
        found += _stalls(segment, kind)
    for before, after in pairwise(segments):
        from_ns = max(s.end_ns for s in before.kept(kind)) + before.shift_ns
        to_ns = min(s.pts_ns for s in after.kept(kind)) + after.shift_ns
        if to_ns - from_ns > after.kept(kind)[0].duration_ns // 2:
            found.append(Hole(from_ns, to_ns, after.part.reason or STALLED))
    if last_ns < end_ns - EDGE_NS:
        found.append(Hole(last_ns, end_ns, last.part.ended or STALLED))
    return found


def _stalls(segment: Segment, kind: Kind) -> list[Hole]:
    """Find where a part has nothing though it went on; its samples last until the next one."""
    times = sorted(sample.pts_ns for sample in segment.kept(kind) if sample.end_ns > 0)
    steps = [after - before for before, after in pairwise(times)]
    usual_ns = median(steps) if steps else 0
    return [
        Hole(times[n] + round(near_ns) + segment.shift_ns, times[n + 1] + segment.shift_ns, STALLED)
        for n, step_ns in enumerate(steps)
        if step_ns > SLOW[kind] * usual_ns
        and step_ns > SLOW[kind] * (near_ns := _usual_near(steps, n))
    ]


def _usual_near(steps: Sequence[int], place: int) -> float:
    return median(steps[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1])


def _merged(holes: Iterable[Hole]) -> tuple[Hole, ...]:
    """Say once what picture and sound miss together."""
    merged: list[Hole] = []
    for hole in sorted(holes, key=lambda hole: hole.from_ns):
        if merged and hole.from_ns <= merged[-1].to_ns:
            last = merged.pop()
            hole = Hole(last.from_ns, max(last.to_ns, hole.to_ns), last.reason)  # noqa: PLW2901
        merged.append(hole)
    return tuple(merged)
