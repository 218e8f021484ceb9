"""What has become of jobs: the memory that makes each of them be done once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from classroom_schedules.runner.job import Kind, job_id
from classroom_schedules.words import Remark, remark

DONE: Final = remark("runner.done")
WRONG: Final = remark("runner.wrong-clock")
AHEAD: Final = timedelta(minutes=5)  # what was done so much later than now, a wrong clock did


class Outcome(StrEnum):
    """What has become of a job."""

    BEGUN = "begun"  # claimed; whether it was done, the room tells
    DONE = "done"
    FAILED = "failed"  # the room refused; tried again while it is useful
    MISSED = "missed"  # too late, or not possible; open again should the clock be put back
    SKIPPED = "skipped"  # not to be done, for good
    VOID = "void"  # a clock that was ahead did it; it counts for nothing


FINAL: Final = frozenset({Outcome.DONE, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One turn of a job.

    A second one follows where an outage has ended a recording, or a clock was wrong. The turn of
    a stop is that of the recording that it ends.
    """

    job: str
    turn: int
    outcome: Outcome
    at: datetime
    why: Remark = DONE
    recording: str = ""  # that it began; of what is live, the session, or the broadcast
    starts_at: datetime | None = None  # of the lesson, as it was when its recording began
    ends_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Say whether nothing more comes of this turn."""
        return self.outcome in FINAL

    @property
    def lesson(self) -> str:
        """Give the lesson that it is for."""
        return self.job.rpartition("#")[0]


class Ledger:
    """Every entry, by job."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._turns = defaultdict[str, list[Entry]](list)
        for one in sorted(entries, key=lambda entry: entry.turn):
            self._turns[one.job].append(one)

    def __iter__(self) -> Iterator[Entry]:
        return (one for turns in self._turns.values() for one in turns)

    def last(self, lesson: str, kind: Kind) -> Entry | None:
        """Give the newest turn of a lesson's job."""
        turns = self._turns.get(job_id(lesson, kind))
        return turns[-1] if turns else None

    def begun(self, kind: Kind = Kind.RECORD) -> Iterator[Entry]:
        """Give the first turn that counts of every lesson whose recording has begun, or is live."""
        for job, turns in self._turns.items():
            if job.endswith(f"#{kind}"):
                counted = (one for one in turns if one.outcome is not Outcome.VOID)
                yield from [one for one in counted if one.recording][:1]

    def lesson_of(self, recording: str) -> str:
        """Give the lesson that a recording belongs to; "" if it is a person's."""
        return next((one.lesson for one in self if one.recording == recording), "")

    def counted(self) -> "Ledger":
        """Give what counts."""
        return Ledger(one for one in self if one.outcome is not Outcome.VOID)

    def ahead(self, now: datetime) -> tuple[Entry, ...]:
        """Give what a clock that was ahead of the right time, which is now, has done: as void."""
        found = (one for one in self if one.at > now + AHEAD and one.outcome is not Outcome.VOID)
        return tuple(replace(one, outcome=Outcome.VOID, why=WRONG) for one in found)
