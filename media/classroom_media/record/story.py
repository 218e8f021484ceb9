"""What a journal tells: the recording's takes, parts and marks, folded from its events. Pure.

A *take* runs from start (or resume) to pause (or stop); between takes no file time passes. A
*part* is one file of one track; a crash or a lost source ends a part but not the take.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from classroom_media.api import NS, Layout, RecordError
from classroom_media.record.journal import (
    AnyJournalEvent,
    ExpectedTrack,
    LayoutShown,
    Limited,
    Marked,
    PartFailed,
    PartSealed,
    PartStarted,
    PartSynced,
    RecordingStarted,
    RecordingStopped,
    SessionCompared,
    TakeEnded,
    TakeHeld,
    TakeReleased,
    TakeStarted,
    Taught,
    TrackExamined,
    TrackJoined,
)


@dataclass(frozen=True, slots=True)
class Take:
    """A stretch without a pause. `end_ns` is None while it is open (or nobody closed it)."""

    number: int
    from_ns: int
    boot: str
    reason: str = ""
    end_ns: int | None = None
    held_ns: int | None = None  # asked to stop at this instant, may still be undone
    ended: str = ""  # why: "pause", "stop" or "outage", of which nobody knows just when it was


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a track."""

    track: str
    number: int
    take: int
    file: str
    zero_ns: int  # the file's time 0
    known_ns: int  # sealed or synced up to here, as far as the journal knows
    known_bytes: int = 0  # and so much of the file, before it is sealed
    reason: str = ""  # why the part before it ended
    sealed: bool = False
    ended: str = ""  # why it ended, unless the take did


@dataclass(frozen=True, slots=True)
class MarkAt:
    """A marked instant, with the take it fell into (or after)."""

    take: int
    at_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class SessionTime:
    """One instant on the room's clock and on the one of a session that it is in."""

    take: int  # that it fell into, or after
    at_ns: int
    session: str
    title: str
    hub_ns: int


@dataclass(frozen=True, slots=True)
class Story:
    """A recording as its journal tells it."""

    id: str
    room: str
    title: str
    boot: str
    wall: datetime
    wall_ns: int  # CLOCK_MONOTONIC at `wall`
    tracks: tuple[ExpectedTrack, ...]
    micro: bool = False  # a micro-lesson
    taught: Taught | None = None  # by a timetable
    takes: tuple[Take, ...] = ()
    parts: tuple[Part, ...] = ()
    marks: tuple[MarkAt, ...] = ()
    layout: Layout | None = None
    limit_s: float = 0.0  # after which it ends by itself; 0 = it does not
    stopped: bool = False
    stopped_for: str = ""  # "stop", "outage", or "ended" with the daemon
    sessions: tuple[SessionTime, ...] = ()
    examined: tuple[TrackExamined, ...] = ()
    joined: tuple[TrackJoined, ...] = ()

    @property
    def open_take(self) -> Take | None:
        """The take that nobody ended, held or not."""
        return self.takes[-1] if self.takes and self.takes[-1].end_ns is None else None

    @property
    def to_be_continued(self) -> bool:
        """Whether a daemon that finds this journal should go on: nobody stopped it."""
        return not self.stopped

    @property
    def started_at(self) -> datetime:
        """Wall clock at file time 0."""
        first = self.takes[0].from_ns if self.takes else self.wall_ns
        return self.wall + timedelta(microseconds=(first - self.wall_ns) / 1000)

    def end_of(self, take: Take) -> int:
        """Where a take ends; for one that nobody ended, as far as its parts are known."""
        if take.end_ns is not None:
            return max(take.end_ns, take.from_ns)
        known = (part.known_ns for part in self.parts if part.take == take.number)
        return max([take.from_ns, *known])

    def offset_of(self, number: int) -> int:
        """File time in nanoseconds at which a take begins."""
        return sum(self.end_of(take) - take.from_ns for take in self.takes if take.number < number)

    def file_s(self, number: int, at_ns: int) -> float:
        """Turn an instant within a take into file time; beyond its ends, the nearest one."""
        for take in self.takes:
            if take.number == number:
                inside = min(max(at_ns, take.from_ns), max(self.end_of(take), take.from_ns))
                return (self.offset_of(number) + inside - take.from_ns) / NS
        return 0.0

    @property
    def duration_s(self) -> float:
        """Seconds recorded, pauses left out."""
        return sum(self.end_of(take) - take.from_ns for take in self.takes) / NS


def tell(events: Iterable[AnyJournalEvent]) -> Story:
    """Fold a journal's events, in order, into the recording's present state.

    Raises:
        RecordError: the journal does not say which recording it is about.
    """
    story: Story | None = None
    for event in events:
        if isinstance(event, RecordingStarted):
            story = story or _begin(event)
        elif story is not None:
            story = _fold(story, event)
    if story is None:
        raise RecordError("the journal has no beginning")
    return story


def _begin(event: RecordingStarted) -> Story:
    return Story(
        id=event.recording,
        room=event.room,
        title=event.title,
        boot=event.boot,
        wall=event.wall,
        wall_ns=event.at_ns,
        tracks=event.tracks,
        micro=event.micro,
        taught=event.taught,
    )


def _fold(story: Story, event: AnyJournalEvent) -> Story:
    match event:
        case TakeStarted() | TakeHeld() | TakeReleased() | TakeEnded():
            story = replace(story, takes=_takes(story.takes, event))
        case PartStarted() | PartSynced() | PartSealed() | PartFailed():
            story = replace(story, parts=_parts(story.parts, event))
        case Marked():
            number = story.takes[-1].number if story.takes else 0
            story = replace(story, marks=(*story.marks, MarkAt(number, event.at_ns, event.text)))
        case LayoutShown():
            story = replace(story, layout=event.layout)
        case Limited():
            story = replace(story, limit_s=event.limit_s)
        case SessionCompared(at_ns=at_ns, session=id_, title=title, hub_ns=hub_ns):
            number = story.takes[-1].number if story.takes else 0
            stamp = SessionTime(number, at_ns, id_, title, hub_ns)
            story = replace(story, sessions=(*story.sessions, stamp))
        case RecordingStopped():
            story = replace(story, stopped=True, stopped_for=event.reason)
        case TrackExamined():
            story = replace(story, examined=(*story.examined, event))
        case TrackJoined():
            story = replace(story, joined=(*story.joined, event))
        case _:  # sources come and go: the parts tell what that did
            pass
    return story


def _takes(
    takes: tuple[Take, ...], event: TakeStarted | TakeHeld | TakeReleased | TakeEnded
) -> tuple[Take, ...]:
    if isinstance(event, TakeStarted):
        if any(take.number == event.take for take in takes):
            return takes  # said twice after a crash
        return (*takes, Take(event.take, event.from_ns, event.boot, event.reason))

    def change(take: Take) -> Take:
        match event:
            case TakeHeld():
                return replace(take, held_ns=event.held_ns)
            case TakeEnded():
                return replace(take, end_ns=event.end_ns, held_ns=None, ended=event.reason)
            case _:
                return replace(take, held_ns=None)

    return tuple(change(take) if take.number == event.take else take for take in takes)


def _parts(
    parts: tuple[Part, ...], event: PartStarted | PartSynced | PartSealed | PartFailed
) -> tuple[Part, ...]:
    if isinstance(event, PartStarted):
        started = Part(
            event.track,
            event.part,
            event.take,
            event.file,
            event.zero_ns,
            known_ns=event.zero_ns,
            reason=event.reason,
        )
        return tuple(sorted((*parts, started), key=lambda part: (part.take, part.zero_ns)))

    def change(part: Part) -> Part:
        match event:
            case PartSealed():
                ended = "" if event.reason == "end" else event.reason
                return replace(part, known_ns=event.end_ns, sealed=True, ended=ended)
            case PartFailed():
                return replace(part, known_ns=event.synced_ns, ended=event.reason)
            case _:
                return replace(
                    part,
                    known_ns=max(part.known_ns, event.synced_ns),
                    known_bytes=max(part.known_bytes, event.synced_bytes),
                )

    return tuple(
        change(part) if (part.track, part.number) == (event.track, event.part) else part
        for part in parts
    )
