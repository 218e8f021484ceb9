"""Carries the timetable out: decides, claims, acts and notes, so that each job is done once."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from classroom_edge.room import Refused, Who
from classroom_edge.services.day.acts import Acts
from classroom_edge.services.day.memory import Memory
from classroom_media.record.journal import Taught
from classroom_schedules import Occurrence
from classroom_schedules.rules import Rule
from classroom_schedules.runner import (
    Decision,
    Do,
    Due,
    Entry,
    Facts,
    Kind,
    Outcome,
    Running,
    Say,
    decide,
    dues,
    granted,
)
from classroom_schedules.words import remark

ROUNDS_MAX: Final = 12  # of deciding and doing; more would be a mistake of ours
NAME: Final = "timetable"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Attendant:
    """One room's timetable at work."""

    memory: Memory
    acts: Acts
    occurrences: tuple[Occurrence, ...] = ()
    rules: Sequence[Rule] = ()
    lessons: tuple[Due, ...] = field(default=(), init=False)
    waiting: Due | None = field(default=None, init=False)  # for a person's recording to end

    async def look(self, now: datetime, *, is_synchronised: bool) -> Decision:
        """Do what is due now; `now` is in the school's zone. Give when to look again."""
        if is_synchronised:
            await self.memory.forget_what_is_ahead(now)
        for _ in range(ROUNDS_MAX):
            decision = self._decide(now)
            if not decision.todo and not decision.said:
                break
            await self.memory.note(*(_said(one, now) for one in decision.said))
            for one in decision.todo:
                entry = _entry(one.due, one.job.kind, one.turn, now)
                await self.memory.do(entry, partial(self._act, one, entry))
        self.waiting = decision.waiting
        return decision

    def instants(self, now: datetime) -> Iterator[datetime]:
        """Give every instant to come at which something is due, or too late."""
        self._find(now)
        jobs = (job for due in self.lessons for job in due.jobs())
        return (at for job in jobs for at in (job.at, job.until) if at > now)

    def running(self) -> Running | None:
        """Give what is recorded, with the lesson that it was begun for or given to."""
        running = self.acts.running()
        if running is None or running.lesson:
            return running
        return replace(running, lesson=self.memory.ledger.lesson_of(running.id))

    async def adopt(self, who: Who, due: Due, recording: str, now: datetime) -> None:
        """Let a person's recording be that of a lesson: from now on it ends with it."""
        entry = _entry(due, Kind.RECORD, self._turn(due), now)
        why = remark("runner.person-asked")
        await self.memory.note(replace(entry, outcome=Outcome.DONE, why=why, recording=recording))
        logger.info("recording %s is that of %s, says %s", recording, due.occurrence.id, who.name)

    def _turn(self, due: Due) -> int:
        last = self.memory.ledger.last(due.occurrence.id, Kind.RECORD)
        return last.turn + last.is_final if last else 1

    def _decide(self, now: datetime) -> Decision:
        self._find(now)
        running = self.running()
        facts = Facts(
            now=now,
            running=running,
            cut=self._cut(now, running),
            is_speaking=running is not None and self.acts.is_speaking(),
        )
        return decide(self.lessons, self.memory.ledger, facts)

    def _find(self, now: datetime) -> None:
        occurrences, added = granted(self.occurrences, self.memory.wishes)
        self.lessons = dues(occurrences, self.rules, self.memory.ledger, added, now)

    def _cut(self, now: datetime, running: Running | None) -> frozenset[str]:
        """Give the lessons of now whose recording no person has ended."""
        found = set()
        for due in self.lessons:
            if not due.occurrence.starts_at <= now < due.latest + timedelta(days=1):
                continue
            last = self.memory.ledger.last(due.occurrence.id, Kind.RECORD)
            stop = self.memory.ledger.last(due.occurrence.id, Kind.STOP)
            is_open = last and last.recording and not (stop and stop.is_final)
            if last and is_open and not (running and running.id == last.recording):
                found |= {due.occurrence.id} if self.acts.was_cut(last.recording) else set()
        return frozenset(found)

    async def _act(self, one: Do, entry: Entry) -> Entry:
        who = Who(name=NAME, why=one.job.id)
        rule, done = one.due.rule, replace(entry, outcome=Outcome.DONE)
        match one.job.kind:
            case Kind.PREPARE:
                await self.acts.routine(who, rule.routine)
            case Kind.TIDY:
                await self.acts.routine(who, rule.end_routine)
            case Kind.STOP:
                await self.acts.stop(who, at_once=_is_followed(one.due))
            case Kind.LIVE:
                return await self._go_live(who, one.due, done)
            case Kind.OFF_AIR:
                live = self.memory.ledger.last(one.job.lesson, Kind.LIVE)
                await self.acts.off_air(who, live.recording if live else "")
            case Kind.RECORD:
                await self._show(who, rule)
                id_ = await self.acts.record(who, _title(one.due), _taught(one.due))
                return replace(done, recording=id_)
        return done

    async def _go_live(self, who: Who, due: Due, done: Entry) -> Entry:
        in_s = (due.occurrence.starts_at - done.at).total_seconds()
        aired = await self.acts.go_live(who, due.occurrence, due.rule, in_s)
        why = remark("runner.live-without", sites=aired.without) if aired.without else done.why
        return replace(done, recording=aired.name, why=why)

    async def _show(self, who: Who, rule: Rule) -> None:
        """Show the rule's layout; a lesson is recorded also where there is none of that name."""
        if not rule.layout:
            return
        try:
            await self.acts.layout(who, rule.layout, rule.sources)
        except Refused as error:
            logger.warning("layout %s: %s", rule.layout, error)


def _entry(due: Due, kind: Kind, turn: int, now: datetime) -> Entry:
    is_begin = kind in {Kind.RECORD, Kind.LIVE}
    return Entry(
        job=f"{due.occurrence.id}#{kind}",
        turn=turn,
        outcome=Outcome.BEGUN,
        at=now,
        starts_at=due.occurrence.starts_at if is_begin else None,
        ends_at=due.occurrence.ends_at if is_begin else None,
    )


def _said(one: Say, now: datetime) -> Entry:
    entry = _entry(one.due, one.job.kind, one.turn, now)
    return replace(entry, outcome=one.outcome, why=one.why, recording=one.recording)


def _is_followed(due: Due) -> bool:
    """Say whether the next lesson begins at once: there is no time for a grace."""
    return due.next_at is not None and due.next_at <= due.latest + timedelta(minutes=1)


def _title(due: Due) -> str:
    one = due.occurrence
    return " ".join((*one.classes, one.title, *one.teachers))


def _taught(due: Due) -> Taught:
    one = due.occurrence
    return Taught(
        occurrence=one.id,
        subject=one.title,
        classes=one.classes,
        teachers=one.teachers,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
    )
