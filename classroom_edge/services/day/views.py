"""The school day as everybody sees it: from lessons, what was done, and people's wishes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from classroom_edge.room import ChoreView, JobView, LessonView, Words
from classroom_edge.words import words
from classroom_schedules import Occurrence, School
from classroom_schedules.calendar import SpecialDay
from classroom_schedules.runner import Due, Kind, Ledger, Wish, granted
from classroom_schedules.runner.care import UNSEEN, Care
from classroom_schedules.runner.ledger import DONE
from classroom_schedules.weeks import Weekday
from classroom_schedules.words import LANGUAGES, Remark, remark, say

CHORES: Final = tuple(f"#{one}" for one in (Kind.BOOT, Kind.NIGHT, Kind.IDLE, Kind.SHUTDOWN))
DAY: Final = timedelta(days=1)


def both(text: Remark) -> Words:
    """Say something in every language."""
    return {language: text.tell(language) for language in LANGUAGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What a view is made of; `occurrences` are the room's as planned, `lessons` those held."""

    now: datetime
    occurrences: Sequence[Occurrence]
    lessons: Sequence[Due]
    wishes: Sequence[Wish]
    ledger: Ledger

    def views(self) -> tuple[LessonView, ...]:
        """Show every lesson of today, in the order of time."""
        occurrences, _added = granted(self.occurrences, self.wishes)
        held = {due.occurrence.id: due for due in self.lessons}
        today = self.now.date()
        found = [
            self._held(held[one.id]) if one.id in held else _off(one)
            for one in occurrences
            if one.date == today
        ]
        vanished = [due for id_, due in held.items() if id_ not in {one.id for one in occurrences}]
        found += [self._held(due) for due in vanished if due.occurrence.date == today]
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.id)))

    def next(self) -> LessonView | None:
        """Show the next lesson, today's or a later day's."""
        coming = (due for due in self.lessons if due.occurrence.starts_at > self.now)
        due = min(coming, key=lambda one: one.occurrence.starts_at, default=None)
        return self._held(due) if due else None

    def _held(self, due: Due) -> LessonView:
        one = due.occurrence
        ends_at = one.ends_at + due.added
        return LessonView(
            id=one.id,
            title=one.title,
            classes=one.classes,
            teachers=one.teachers,
            periods=one.periods,
            starts_at=one.starts_at,
            ends_at=ends_at,
            state=_state(one.starts_at, ends_at, self.now),
            why={language: one.why(language) for language in LANGUAGES},
            recorded=due.rule.record,
            jobs=tuple(self._jobs(due)),
        )

    def _jobs(self, due: Due) -> Iterator[JobView]:
        names = {Kind.PREPARE: due.rule.routine, Kind.TIDY: due.rule.end_routine}
        for job in due.jobs():
            entry, name = self.ledger.last(job.lesson, job.kind), names.get(job.kind, "")
            if entry is None:
                yield JobView(job.kind, job.at, "waiting", name)
            else:
                why = {} if entry.why == DONE else both(entry.why)
                yield JobView(job.kind, job.at, entry.outcome, name, why)


def chores(care: Care, ledger: Ledger, now: datetime) -> Iterator[ChoreView]:
    """Show what the room does by itself today: what has become of it, and what is ahead."""
    latest = {
        one.job.rpartition("#")[2]: one
        for one in sorted(ledger, key=lambda entry: entry.at)
        if one.job.endswith(CHORES) and one.at.astimezone(now.tzinfo).date() == now.date()
    }
    for kind, entry in latest.items():
        why = {} if entry.why == DONE else both(entry.why)
        yield ChoreView(kind, entry.at.astimezone(now.tzinfo), entry.outcome, why)
    for one in care.ahead:
        if one.state != UNSEEN and one.at - now < DAY:
            yield ChoreView(one.job.kind, one.at, one.state, both(one.why) if one.why else {})


def heading(school: School, day: date) -> Words:
    """Say what day it is for the school: weekday, week, and what is special about it."""
    return {language: _heading(school, day, language) for language in LANGUAGES}


def wish_words(wish: Wish, lessons: Sequence[Due], occurrences: Sequence[Occurrence]) -> Words:
    """Say what a wish was, for "undo"."""
    titles = {one.id: one.title for one in occurrences}
    titles |= {due.occurrence.id: due.occurrence.title for due in lessons}
    return words("day").both(
        f"wish.{wish.kind}",
        title=titles.get(wish.lesson, ""),
        other=titles.get(wish.other, ""),
        minutes=wish.minutes,
    )


def undoable(wishes: Sequence[Wish], now: datetime) -> Wish | None:
    """Give the newest wish of today."""
    today = [one for one in wishes if one.at.astimezone(now.tzinfo).date() == now.date()]
    return today[-1] if today else None


def _heading(school: School, day: date, language: str) -> str:
    weekday = say(Weekday.of(day).word, language)
    term = school.calendar.term(day)
    week = term.week(day).said().tell(language) if term else ""
    special = (_special(one, language) for one in school.calendar.special().get(day, ()))
    return " · ".join(part for part in (weekday, week, *special) if part)


def _special(one: SpecialDay, language: str) -> str:
    kind = remark(f"kind.{one.kind.value}").tell(language)
    return f"{one.name} ({kind})" if one.name else kind


def _off(one: Occurrence) -> LessonView:
    return LessonView(
        id=one.id,
        title=one.title,
        classes=one.classes,
        teachers=one.teachers,
        periods=one.periods,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        state="off",
        why={language: one.why(language) for language in LANGUAGES},
    )


def _state(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    if now < starts_at:
        return "coming"
    return "now" if now < ends_at else "over"
