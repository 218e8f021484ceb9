"""The journal of a recording: what happened, in order, one JSON line per event.

Daemon and workers append to the same ``journal.jsonl``: each event is one write to a file
opened for appending, so lines of several processes never mix. A power cut or a full disk can
tear a line; replay passes over it and reads on with the next. Nothing is ever rewritten; a line
whose way to the disk is in doubt is appended once more, and counts once. The manifest is derived
from the journal, and so is what to do after a crash (`story.tell`).

Every event carries ``at_ns``, CLOCK_MONOTONIC. That clock starts anew with the machine, so
`RecordingStarted` and `TakeStarted` also name the boot they belong to.
"""

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import takewhile
from operator import ne
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from classroom_media.api import Kind, Layout, RecordError
from classroom_media.direct.engine import Reason
from classroom_media.messages import StandIn
from classroom_media.record.durable import sync_folder

JOURNAL_FILE: Final = "journal.jsonl"
DIRECTOR: Final = "director"


class JournalEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """The common part of every line."""

    at_ns: int


class ExpectedTrack(msgspec.Struct, frozen=True, kw_only=True):
    """A track that the recording is meant to have. `source` is "" for the programme."""

    name: str
    source: str
    kind: Kind


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """The lesson of a timetable that is recorded; `occurrence` is what the timetable calls it."""

    occurrence: str
    subject: str
    classes: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    starts_at: datetime | None = None  # by the bell; aware
    ends_at: datetime | None = None


class RecordingStarted(JournalEvent, frozen=True, kw_only=True, tag="recording-started"):
    """The first line. `wall` (aware) is the wall clock at the same instant as `at_ns`."""

    recording: str
    room: str
    title: str
    wall: datetime
    boot: str
    pre_roll_s: float = 0.0
    tracks: tuple[ExpectedTrack, ...] = ()
    micro: bool = False  # a micro-lesson: its silent ends are trimmed
    taught: Taught | None = None  # None: a person began it


class TakeStarted(JournalEvent, frozen=True, kw_only=True, tag="take-started"):
    """Recording begins, or goes on after a pause ("pause") or an outage ("outage")."""

    take: int
    from_ns: int
    boot: str
    lead_in: bool = False
    reason: str = ""


class TakeHeld(JournalEvent, frozen=True, kw_only=True, tag="take-held"):
    """Stop was asked for at `held_ns`, and may still be undone."""

    take: int
    held_ns: int


class TakeReleased(JournalEvent, frozen=True, kw_only=True, tag="take-released"):
    """The stop was undone: the take goes on as if it had never been held."""

    take: int


class TakeEnded(JournalEvent, frozen=True, kw_only=True, tag="take-ended"):
    """What lies before `end_ns` is kept. `reason` is "pause", "stop" or "outage"."""

    take: int
    end_ns: int
    reason: str


class PartStarted(JournalEvent, frozen=True, kw_only=True, tag="part-started"):
    """A file is about to be written. Its time 0 is the instant `zero_ns`."""

    track: str
    part: int
    take: int
    zero_ns: int
    file: str
    reason: str = ""  # why the part before it ended: "lost", "disk-full", "format" ...


class PartSynced(JournalEvent, frozen=True, kw_only=True, tag="part-synced"):
    """What lies before `synced_ns` is on disk; written every few seconds."""

    track: str
    part: int
    synced_ns: int
    synced_bytes: int


class PartSealed(JournalEvent, frozen=True, kw_only=True, tag="part-sealed"):
    """The file is complete and synced. `reason` is "end", "lost", "format" or "disk-full"."""

    track: str
    part: int
    end_ns: int
    reason: str


class PartFailed(JournalEvent, frozen=True, kw_only=True, tag="part-failed"):
    """The file broke off: readable up to about `synced_ns`, and not trusted beyond it."""

    track: str
    part: int
    synced_ns: int
    reason: str  # "disk-full", "disk-failed" or "broken"
    problem: str = ""  # in the words of the system


class SourceLost(JournalEvent, frozen=True, kw_only=True, tag="source-lost"):
    """A source delivers nothing any more."""

    source: str
    problem: str = ""


class SourceBack(JournalEvent, frozen=True, kw_only=True, tag="source-back"):
    """A lost source delivers again."""

    source: str


class Marked(JournalEvent, frozen=True, kw_only=True, tag="marked"):
    """Somebody marked the instant `at_ns`."""

    text: str = ""


class Limited(JournalEvent, frozen=True, kw_only=True, tag="limited"):
    """The recording ends by itself after so many seconds, pauses left out; 0 = it does not."""

    limit_s: float


class LayoutShown(JournalEvent, frozen=True, kw_only=True, tag="layout-shown"):
    """The programme shows this layout from `at_ns` on.

    `by` names who wanted it, `DIRECTOR` for the director's rules, which have a `reason`.
    """

    layout: Layout
    by: str = ""
    reason: Reason | None = None


class SparesHeard(JournalEvent, frozen=True, kw_only=True, tag="spares-heard"):
    """These spare microphones are heard in the programme from `at_ns` on, or just before it."""

    stand_ins: tuple[StandIn, ...]  # none: every microphone is heard itself


class ProgrammeMade(JournalEvent, frozen=True, kw_only=True, tag="programme-made"):
    """The programme's pictures come about so from `at_ns` on, or half a second before."""

    making: str  # "encoding" or "passing": a camera's own packets


class LoadShed(JournalEvent, frozen=True, kw_only=True, tag="load-shed"):
    """The machine is too slow for the programme from `at_ns` on, or less so, or no more."""

    step: str  # what is done without: "spare" ... "half" (see `compose.load`); "" = nothing
    left_out: int = 0  # pictures of the programme that are missing since the line before this one


class EncoderUsed(JournalEvent, frozen=True, kw_only=True, tag="encoder-used"):
    """The programme's pictures are encoded by this from `at_ns` on, or just before it."""

    encoder: str  # as FFmpeg calls it
    problem: str = ""  # what failed at that before, and why


class SessionCompared(JournalEvent, frozen=True, kw_only=True, tag="session-compared"):
    """The room is in a session with others, and `at_ns` is `hub_ns` of the time they share."""

    session: str
    title: str
    hub_ns: int


class RecordingStopped(JournalEvent, frozen=True, kw_only=True, tag="recording-stopped"):
    """The recording is over: never to be continued, only to be finished."""

    reason: str = ""  # "stop", "outage", or "ended" with the daemon


class Hole(msgspec.Struct, frozen=True):
    """File time at which a track shows nothing of what happened."""

    from_ns: int
    to_ns: int
    reason: str


class TrackExamined(JournalEvent, frozen=True, kw_only=True, tag="track-examined"):
    """The finisher has looked through a track's parts, before it joins any of them."""

    track: str
    holes: tuple[Hole, ...]


class TrackJoined(JournalEvent, frozen=True, kw_only=True, tag="track-joined"):
    """`whole`, verified and synced, takes the place of `parts` under the name `file`."""

    track: str
    whole: str
    file: str
    parts: tuple[str, ...]
    start_ns: int = 0  # where the file's time 0 lies in the recording


AnyJournalEvent = (
    RecordingStarted
    | TakeStarted
    | TakeHeld
    | TakeReleased
    | TakeEnded
    | PartStarted
    | PartSynced
    | PartSealed
    | PartFailed
    | SourceLost
    | SourceBack
    | Marked
    | LayoutShown
    | Limited
    | SparesHeard
    | ProgrammeMade
    | LoadShed
    | EncoderUsed
    | SessionCompared
    | RecordingStopped
    | TrackExamined
    | TrackJoined
)

_HASTY: Final = (  # not even worth a second attempt
    PartSynced,
    LayoutShown,
    ProgrammeMade,
    LoadShed,
    EncoderUsed,
)
_UNSYNCED: Final = (PartStarted, PartSealed, PartFailed)  # who writes a part syncs them with it
_LINE_START: Final = b'{"event":'
_encode = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[AnyJournalEvent]] = msgspec.json.Decoder(AnyJournalEvent)


class Journal:
    """The appending end of a journal; several processes may hold one of the same file.

    Raises:
        RecordError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn = _ends_torn(path)
        self._owed = b""  # lines that may not have reached the disk
        try:
            is_new = not path.exists()
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _O_BINARY, 0o644)
            if is_new:
                sync_folder(path.parent)
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror}") from error

    def append(self, event: AnyJournalEvent) -> None:
        """Add a line; return once it is on disk, or written, for one of a part.

        No recorder waits for the disk before it goes on with the next part. What could not be
        written is tried again with the next line.

        Raises:
            RecordError: the line could not be written; a torn piece of it may stand there.
        """
        line = _encode(event) + b"\n"
        try:
            if isinstance(event, _HASTY):
                self._write(line)
                return
            waits = bool(self._owed) or not isinstance(event, _UNSYNCED)
            self._owed += line
            self._write(self._owed)
            if waits:
                _fdatasync(self._file)
            self._owed = b""
        except OSError as error:
            raise RecordError(f"{self._path}: {error.strerror}") from error

    def _write(self, lines: bytes) -> None:
        text = (b"\n" if self._torn else b"") + lines
        self._torn = True
        if os.write(self._file, text) != len(text):
            raise OSError(errno.ENOSPC, "no space for a whole line")
        self._torn = False

    def close(self) -> None:
        """Close the file; what was appended stays, whatever the system says to that."""
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Journals:
    """The same lines in several journals, so that one disk may fail.

    Raises:
        RecordError: none of them can be opened, or, from `append`, none can be written.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._journals: list[Journal] = []
        failure: RecordError | None = None
        for path in paths:
            try:
                self._journals.append(Journal(path))
            except RecordError as error:
                failure = failure or error
        if not self._journals and failure is not None:
            raise failure

    def append(self, event: AnyJournalEvent) -> None:
        """Add a line to each, as `Journal.append` does."""
        failures: list[RecordError] = []
        for journal in self._journals:
            try:
                journal.append(event)
            except RecordError as error:
                failures.append(error)
        if len(failures) == len(self._journals):
            raise failures[0]

    def close(self) -> None:
        """Close them."""
        for journal in self._journals:
            journal.close()


def replay(path: Path, *others: Path) -> tuple[AnyJournalEvent, ...]:
    """Read a journal, as `events_in` does; with others of the same recording, where there are any.

    Raises:
        RecordError: the file cannot be read.
    """
    there = [one for one in others if one.exists()]
    if there and not path.exists():
        path, *there = there
    try:
        return events_in(path.read_bytes(), *(one.read_bytes() for one in there))
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def events_in(*texts: bytes) -> tuple[AnyJournalEvent, ...]:
    """Give every whole line once, in order; torn and unknown ones are passed over."""
    parsed = ((line, _parse(line)) for line in merged(*texts))
    return tuple(event for _line, event in parsed if event is not None)


def merged(*texts: bytes) -> list[bytes]:
    """Give the lines of several journals of one recording, each once.

    A line that only a later journal has stands before the next one that both have.
    """
    lines: list[bytes] = []
    for text in texts:
        own = dict.fromkeys(line[line.rfind(_LINE_START) :] for line in text.split(b"\n") if line)
        lines = _woven(lines, own)
    return lines


def _woven(lines: Sequence[bytes], own: Iterable[bytes]) -> list[bytes]:
    known, rest = set(lines), iter(lines)
    woven: dict[bytes, None] = {}
    waiting: dict[bytes, None] = {}
    for line in own:
        if line not in known:
            waiting[line] = None
        elif line not in woven:
            woven |= dict.fromkeys(takewhile(partial(ne, line), rest))
            woven |= waiting
            woven[line] = None
            waiting = {}
    return list(woven | dict.fromkeys(rest) | waiting)


def durably(path: Path, events: Sequence[AnyJournalEvent]) -> None:
    """Append some events and close again.

    Raises:
        RecordError: a line could not be written.
    """
    with Journal(path) as journal:
        for event in events:
            journal.append(event)


def boot_id() -> str:
    """Name the present run of the machine: CLOCK_MONOTONIC is comparable within one only."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _parse(line: bytes) -> AnyJournalEvent | None:
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None


def _ends_torn(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


_O_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_fdatasync: Final = getattr(os, "fdatasync", os.fsync)
