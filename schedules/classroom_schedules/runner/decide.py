"""Decides what is to be done now, what is not and why, and when to look again. Pure.

A job is done when its time has come, made up while it is still useful, and otherwise said to be
missed, with the reason. Whoever carries a decision out claims each job in the ledger before,
and notes what came of it after; what was only claimed when the power went is decided anew, by
what the room shows: so nothing is done twice, and nothing is forgotten.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classroom_schedules.runner.case import Case, Do, Say, Step, Wait
from classroom_schedules.runner.dues import Due
from classroom_schedules.runner.facts import Facts
from classroom_schedules.runner.job import Kind
from classroom_schedules.runner.ledger import Ledger, Outcome

SPEAKING_LOOK: Final = timedelta(seconds=5)
KEPT_ON: Final = timedelta(minutes=30)  # before the next lesson nothing is switched off


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, what to note, when to look again, and the lesson that waits for a person."""

    todo: tuple[Do, ...]
    said: tuple[Say, ...]
    next_at: datetime | None
    waiting: Due | None = None


def decide(lessons: Sequence[Due], ledger: Ledger, facts: Facts) -> Decision:
    """Decide for the lessons of a room; `lessons` are in the order of time."""
    found = list(_steps(lessons, ledger, facts))
    waits = [step for _due, step in found if isinstance(step, Wait)]
    return Decision(
        todo=_one_recording(step for _due, step in found if isinstance(step, Do)),
        said=tuple(step for _due, step in found if isinstance(step, Say)),
        next_at=min((wait.until for wait in waits), default=None),
        waiting=next((due for due, step in found if isinstance(step, Wait) and step.person), None),
    )


def _steps(lessons: Sequence[Due], ledger: Ledger, facts: Facts) -> Iterator[tuple[Due, Step]]:
    counted = ledger.counted()
    for due in lessons:
        for job in due.jobs():
            case = Case(job=job, ledger=counted, whole=ledger, now=facts.now, due=due, facts=facts)
            step = _following(case, lessons) if job.kind is Kind.TIDY else _STEPS[job.kind](case)
            if step:
                yield due, step


def _one_recording(todo: Iterable[Do]) -> tuple[Do, ...]:
    """Leave out a second recording to begin: what comes next is decided when the first runs."""
    found = tuple(todo)
    first = next((one for one in found if one.job.kind is Kind.RECORD), None)
    return tuple(one for one in found if one.job.kind is not Kind.RECORD or one is first)


def _prepare(case: Case) -> Step | None:
    if case.is_over:
        return None
    return _untimely(case) if case.is_untimely else case.do()


def _untimely(case: Case) -> Step | None:
    return case.missed() if case.is_late else Wait(case.opens_at)


def _record(case: Case) -> Step | None:
    running = case.facts.running
    if case.is_over and not _goes_on(case):
        return None
    turn = case.turn + case.is_over
    if case.is_running and running and not _is_stray(case):
        return case.say(Outcome.DONE, "runner.found", turn=turn, recording=running.id)
    if case.is_untimely:
        return _untimely(case)
    if running:
        return Wait(case.job.until, person=not running.lesson)
    return case.do(turn)


def _goes_on(case: Case) -> bool:
    """Say whether a recording was cut, and enough of its lesson remains to go on with it."""
    last, stop = case.last, case.ledger.last(case.job.lesson, Kind.STOP)
    if last is None or last.outcome is not Outcome.DONE or case.is_running:
        return False
    is_ended = stop is not None and stop.is_final and stop.turn == last.turn
    return case.is_cut and not is_ended and case.facts.now < case.job.until


def _stop(case: Case) -> Step | None:
    record = case.whole.last(case.job.lesson, Kind.RECORD)
    if record is None or record.outcome is Outcome.BEGUN:
        return None
    if case.last and case.last.is_final and case.last.turn == record.turn:
        return None
    if record.outcome is Outcome.VOID:
        return case.do(record.turn) if case.is_running else None
    if record.outcome is not Outcome.DONE:
        is_late = case.facts.now >= case.job.at
        return case.say(Outcome.MISSED, "runner.nothing-recorded") if is_late else None
    return (_stop_running if case.is_running else _stopped)(case, record.turn)


def _stopped(case: Case, turn: int) -> Say | Wait | None:
    """Say why there is nothing to stop any more."""
    if case.last and (case.last.outcome, case.last.turn) == (Outcome.BEGUN, turn):
        return case.say(Outcome.DONE, "runner.done", turn=turn)
    if not case.is_cut:
        return case.say(Outcome.SKIPPED, "runner.person-stopped", turn=turn)
    if case.facts.now < case.due.begins_until:
        return Wait(case.due.begins_until)
    return case.say(Outcome.SKIPPED, "runner.cut", turn=turn)


def _stop_running(case: Case, turn: int) -> Do | Wait:
    now, latest = case.facts.now, case.due.latest
    if now < case.opens_at:
        return Wait(case.opens_at)
    if case.facts.is_speaking and now < latest:
        return Wait(min(now + SPEAKING_LOOK, latest))
    return case.do(turn)


def _off_air(case: Case) -> Do | Say | Wait | None:
    """End what is live with the lesson, and like its recording not while somebody speaks."""
    live = case.whole.last(case.job.lesson, Kind.LIVE)
    if live is None or live.outcome is Outcome.BEGUN:
        return None
    if case.last and case.last.is_final and case.last.turn == live.turn:
        return None
    if live.outcome is Outcome.VOID:
        return case.do(live.turn)
    if not (live.outcome is Outcome.DONE and live.recording):
        is_late = case.facts.now >= case.job.at
        return case.say(Outcome.MISSED, "runner.not-live") if is_late else None
    return _stop_running(case, live.turn)


def _is_stray(case: Case) -> bool:
    """Say whether a clock that was ahead has begun what is recorded."""
    record = case.whole.last(case.job.lesson, Kind.RECORD)
    return record is not None and record.outcome is Outcome.VOID


def _following(case: Case, lessons: Sequence[Due]) -> Step | None:
    """Tidy, unless a lesson goes on or begins too soon for anything to be switched off."""
    if case.is_over:
        return None
    if case.facts.now < case.opens_at:
        return Wait(case.opens_at)
    for other in lessons:
        soon = other.prepares_at < case.facts.now + KEPT_ON
        if other is not case.due and soon and other.stops_at > case.facts.now:
            at = f"{other.occurrence.starts_at:%H:%M}"
            return case.say(Outcome.SKIPPED, "runner.kept-on", at=at)
    if case.is_late:
        return case.missed()
    return Wait(case.job.until) if case.facts.running else case.do()


_STEPS: Final = {
    Kind.PREPARE: _prepare,
    Kind.RECORD: _record,
    Kind.LIVE: _prepare,
    Kind.STOP: _stop,
    Kind.OFF_AIR: _off_air,
}
