"""One job, all that bears on it, and what may come of looking at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classroom_schedules.runner.dues import Due
from classroom_schedules.runner.facts import Facts
from classroom_schedules.runner.job import Job, Kind
from classroom_schedules.runner.ledger import Entry, Ledger, Outcome
from classroom_schedules.words import Remark, remark

RETRY: Final = timedelta(seconds=30)  # after the room has refused


@dataclass(frozen=True, slots=True)
class Do:
    """Do a job now."""

    job: Job
    due: Due
    turn: int


@dataclass(frozen=True, slots=True)
class Say:
    """Note what became of a job; there is nothing to do."""

    job: Job
    due: Due
    turn: int
    outcome: Outcome
    why: Remark
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing yet; look again then. `person`: what is in the way is a person's recording."""

    until: datetime
    person: bool = False


Step = Do | Say | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """One job and its turns. `ledger` is what counts, `whole` also what a wrong clock has done."""

    job: Job
    ledger: Ledger
    whole: Ledger
    now: datetime

    @property
    def last(self) -> Entry | None:
        """Give the newest turn that counts."""
        return self.ledger.last(self.job.lesson, self.job.kind)

    @property
    def turn(self) -> int:
        """Give the turn that is decided about."""
        if self.last:
            return self.last.turn
        used = self.whole.last(self.job.lesson, self.job.kind)
        return used.turn + 1 if used else 1

    @property
    def is_over(self) -> bool:
        """Say whether it was done, or is not to be."""
        return self.last is not None and self.last.is_final

    @property
    def opens_at(self) -> datetime:
        """Give when it is to be done: at its time, or a while after the room has refused."""
        last = self.last
        failed = last is not None and last.outcome is Outcome.FAILED
        return max(self.job.at, last.at + RETRY) if last and failed else self.job.at

    @property
    def is_untimely(self) -> bool:
        """Say whether it is too early for it, or too late."""
        return self.is_late or self.now < self.opens_at

    @property
    def is_late(self) -> bool:
        """Say whether it is of no use any more."""
        return self.now >= self.job.until

    def is_said(self, turn: int, outcome: Outcome) -> bool:
        """Say whether that was noted last."""
        return self.last is not None and (self.last.turn, self.last.outcome) == (turn, outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Turns):
    """A lesson's job, and all that bears on it."""

    due: Due
    facts: Facts

    @property
    def is_running(self) -> bool:
        """Say whether the lesson's recording runs."""
        return self.facts.running is not None and self.facts.running.lesson == self.job.lesson

    @property
    def is_cut(self) -> bool:
        """Say whether the lesson's recording was ended by no person."""
        return self.job.lesson in self.facts.cut

    def do(self, turn: int = 0) -> Do:
        """Have it done."""
        return Do(self.job, self.due, turn or self.turn)

    def say(
        self, outcome: Outcome, key: str, /, *, turn: int = 0, recording: str = "", **more: str
    ) -> Say | None:
        """Have it noted, once."""
        why, turn = remark(key, **more), turn or self.turn
        if self.is_said(turn, outcome):
            return None
        return Say(self.job, self.due, turn, outcome, why, recording)

    def missed(self) -> Say | None:
        """Have it noted that it is too late, unless why is known already."""
        running, last = self.facts.running, self.last
        if last and last.outcome is Outcome.FAILED:
            return None
        if self.job.kind is Kind.RECORD and running and not running.lesson:
            return self.say(Outcome.MISSED, "runner.person-recorded")
        return self.say(Outcome.MISSED, "runner.missed", until=f"{self.job.until:%H:%M}")
