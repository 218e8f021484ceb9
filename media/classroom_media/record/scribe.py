"""Tells the journal and the daemon what becomes of a track's files, and knows their names."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from classroom_media.api import NS, Kind, RecordError
from classroom_media.messages import Begin, TrackEvent
from classroom_media.record.durable import DISK_FULL, TrackError, problem_of
from classroom_media.record.journal import (
    JOURNAL_FILE,
    AnyJournalEvent,
    Journal,
    PartFailed,
    PartSealed,
    PartStarted,
    PartSynced,
    replay,
)

PROGRESS_NS: Final = 5 * NS  # how often a part's progress is worth a line
SECOND_FROM: Final = 1001  # parts in a second folder; no part in the first has such a number


class Scribe:
    """The journal's end of one take of one track, in one folder: the parts' or the second one.

    A part is announced in the journal before it is written: nobody has to guess later. The line
    reaches the disk with the first bytes of the part (`DurableFile`, `beside`). What becomes of
    the part is noted if there is room; the finisher looks at the files in any case.
    """

    def __init__(
        self,
        track: str,
        kind: Kind,
        begin: Begin,
        *,
        emit: Callable[[TrackEvent], None],
        is_second: bool = False,
    ) -> None:
        self.part = SECOND_FROM - 1 if is_second else 0
        self.track = track
        self.folder = Path(begin.second if is_second else begin.folder)
        self._kind = kind
        self._begin = begin
        self._emit = emit
        self._journal: Journal | None = None
        self._progress_ns = 0

    def survey(self) -> int | None:
        """Open the journal; tell where an earlier worker's last part of this take began.

        Raises:
            TrackError: the journal cannot be opened.
        """
        if self._journal is not None:
            return None
        path = self.folder / JOURNAL_FILE
        began_ns: int | None = None
        try:
            self.folder.mkdir(exist_ok=True)
            self._journal = Journal(path)
            events = replay(path)
        except RecordError as error:
            raise _as_track_error(error) from error
        except OSError as error:
            raise TrackError(problem_of(error), str(error)) from error
        for event in events:
            if isinstance(event, PartStarted) and event.track == self.track:
                self.part = max(self.part, event.part)
                if event.take == self._begin.take:
                    began_ns = max(event.zero_ns, began_ns or event.zero_ns)
        return began_ns

    def started(self, zero_ns: int, reason: str) -> Path:
        """Announce the next part; give the path of its file.

        Raises:
            TrackError: there is no room for a line, or no journal.
        """
        try:
            self.part += 1
            while (path := self.folder / part_file(self.track, self.part, self._kind)).exists():
                self.part += 1
            self._append(
                PartStarted(
                    at_ns=zero_ns,
                    track=self.track,
                    part=self.part,
                    take=self._begin.take,
                    zero_ns=zero_ns,
                    file=path.name,
                    reason=reason,
                )
            )
        except RecordError as error:
            raise _as_track_error(error) from error
        except OSError as error:
            raise TrackError(problem_of(error), str(error)) from error
        self._progress_ns = -PROGRESS_NS
        self._tell("started", self.part)
        return path

    def synced(self, number: int, now_ns: int, synced_ns: int, synced_bytes: int) -> None:
        """Note progress of a part: the first at once, then every few seconds."""
        if not synced_bytes or now_ns - self._progress_ns < PROGRESS_NS:
            return
        self._progress_ns = now_ns
        with suppress(RecordError):
            self._append(
                PartSynced(
                    at_ns=now_ns,
                    track=self.track,
                    part=number,
                    synced_ns=synced_ns,
                    synced_bytes=synced_bytes,
                )
            )

    def sealed(self, number: int, now_ns: int, end_ns: int, reason: str) -> None:
        """Note that a part is complete and on disk."""
        with suppress(RecordError):
            self._append(
                PartSealed(
                    at_ns=now_ns, track=self.track, part=number, end_ns=end_ns, reason=reason
                )
            )
        self._tell("sealed", number)

    def failed(self, number: int, now_ns: int, synced_ns: int, error: TrackError) -> None:
        """Note that a part broke off."""
        with suppress(RecordError):
            self._append(
                PartFailed(
                    at_ns=now_ns,
                    track=self.track,
                    part=number,
                    synced_ns=synced_ns,
                    reason=error.problem,
                    problem=str(error),
                )
            )
        self._tell("failed", number, error.problem)

    def close(self) -> None:
        """Give back the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _append(self, event: AnyJournalEvent) -> None:
        if self._journal is None:
            raise RecordError("the journal is not open")
        self._journal.append(event)

    def _tell(self, what: str, number: int, problem: str = "") -> None:
        self._emit(
            TrackEvent(
                what=what,
                recording=self._begin.recording,
                track=self.track,
                part=number,
                kind=self._kind,
                problem=problem,
            )
        )


def part_file(track: str, number: int, kind: Kind) -> str:
    """Name the file of a part: ``students.mp4``, ``students.2.mp4``, ``students-sound.m4a``."""
    ending = "m4a" if kind is Kind.SOUND else "mp4"
    return f"{track}.{ending}" if number == 1 else f"{track}.{number}.{ending}"


def _as_track_error(error: RecordError) -> TrackError:
    cause = error.__cause__
    return TrackError(problem_of(cause) if isinstance(cause, OSError) else DISK_FULL, str(error))
