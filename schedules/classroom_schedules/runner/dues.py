"""The lessons of a room, with what is done for each: from when on, and until when it is useful."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from classroom_schedules.occurrence import Occurrence
from classroom_schedules.rules import Live, Rule, rule_for
from classroom_schedules.runner.job import Job, Kind
from classroom_schedules.runner.ledger import Entry, Ledger
from classroom_schedules.words import remark

LEAST: Final = timedelta(minutes=2)  # of a lesson; for less, nothing is begun any more
CALLED: Final = timedelta(seconds=30)  # before the bell: rooms elsewhere begin together
TIDY_WITHIN: Final = timedelta(hours=2)  # after a lesson; later, the night puts everything off
REMEMBERED: Final = timedelta(days=1)  # lessons that have begun, and are in no timetable any more
NOTHING: Final = Rule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A lesson that is held, what is done for it, and when the room's next one begins.

    A recording ends some time after the bell, later while somebody still speaks, but not
    later than the next lesson begins, unless a person has added minutes: a person's word wins.
    """

    occurrence: Occurrence
    rule: Rule = NOTHING
    added: timedelta = timedelta()  # to its end, by persons
    next_at: datetime | None = None  # the bell of the room's next lesson

    @property
    def prepares_at(self) -> datetime:
        """Give when its routine runs."""
        return self.occurrence.starts_at - timedelta(minutes=self.rule.early_min)

    @property
    def begins_until(self) -> datetime:
        """Give from when on too little of it is left to begin anything."""
        starts_at, ends_at = self.occurrence.starts_at, self.occurrence.ends_at
        return max(starts_at + timedelta(seconds=1), ends_at - LEAST)

    @property
    def stops_at(self) -> datetime:
        """Give when its recording ends."""
        return self._before_next(timedelta(minutes=self.rule.late_min))

    @property
    def latest(self) -> datetime:
        """Give when it ends at the latest, however long somebody speaks."""
        return self._before_next(timedelta(minutes=self.rule.late_min + self.rule.extend_min))

    def jobs(self) -> Iterator[Job]:
        """Give what is done for it, in the order in which it is done."""
        lesson, stops_at = self.occurrence.id, self.stops_at
        if self.rule.routine:
            yield Job(lesson, Kind.PREPARE, self.prepares_at, self.begins_until)
        if self.rule.record:
            yield Job(lesson, Kind.RECORD, self.occurrence.starts_at, self.begins_until)
        if self.rule.live:
            yield Job(lesson, Kind.LIVE, self.occurrence.starts_at - CALLED, self.begins_until)
        if self.rule.record:
            yield Job(lesson, Kind.STOP, stops_at, self.latest)
        if self.rule.live:
            yield Job(lesson, Kind.OFF_AIR, stops_at, self.latest)
        if self.rule.end_routine:
            yield Job(lesson, Kind.TIDY, stops_at, stops_at + TIDY_WITHIN)

    def _before_next(self, late: timedelta) -> datetime:
        asked = self.occurrence.ends_at + self.added
        return max(asked, min(asked + late, self.next_at)) if self.next_at else asked + late


def dues(
    occurrences: Iterable[Occurrence],
    rules: Sequence[Rule],
    ledger: Ledger,
    added: Mapping[str, timedelta],
    now: datetime,
) -> tuple[Due, ...]:
    """Give the lessons held in one room, in the order of time; `now` is in the school's zone.

    One whose recording has begun, or that is live, stays where it is: no new
    timetable cuts or doubles it.
    """
    recorded = {one.lesson: _local(one, now) for one in ledger.begun()}
    live = {one.lesson: _local(one, now) for one in ledger.begun(Kind.LIVE)}
    begun = live | recorded
    known = {one.id: one for one in occurrences}
    gone = (one for id_, one in begun.items() if id_ not in known and _is_recent(one, now))
    all_ = [*(_as_begun(one, begun.get(one.id)) for one in known.values()), *map(_vanished, gone)]
    held = sorted((one for one in all_ if one.is_held), key=lambda one: (one.starts_at, one.id))
    nexts = [*(after.starts_at for _one, after in pairwise(held)), None]
    return tuple(
        Due(
            occurrence=one,
            rule=_rule(rules, one, recorded=one.id in recorded, live=one.id in live),
            added=added.get(one.id, timedelta()),
            next_at=next_at,
        )
        for one, next_at in zip(held, nexts, strict=False)
    )


def _rule(rules: Sequence[Rule], one: Occurrence, *, recorded: bool, live: bool) -> Rule:
    """Give its rule; what was begun by one that is no more is ended nevertheless."""
    found = rule_for(rules, one) or NOTHING
    ways = found.live or ((Live.SESSION,) if live else ())
    return replace(found, record=found.record or recorded or one.is_recorded, live=ways)


def _local(entry: Entry, now: datetime) -> Entry:
    starts_at, ends_at = entry.starts_at or entry.at, entry.ends_at or entry.at
    zone = now.tzinfo
    return replace(entry, starts_at=starts_at.astimezone(zone), ends_at=ends_at.astimezone(zone))


def _is_recent(entry: Entry, now: datetime) -> bool:
    return entry.ends_at is not None and now - REMEMBERED < entry.ends_at < now + REMEMBERED


def _as_begun(one: Occurrence, begun: Entry | None) -> Occurrence:
    if begun is None or begun.starts_at is None or begun.ends_at is None:
        return one
    overlaps = one.starts_at < begun.ends_at and begun.starts_at < one.ends_at
    ends_at = max(one.ends_at, begun.ends_at) if overlaps and one.is_held else begun.ends_at
    return replace(one, starts_at=begun.starts_at, ends_at=ends_at, is_held=True)


def _vanished(begun: Entry) -> Occurrence:
    """Give a lesson that a new timetable does not have any more, from what is known of it."""
    starts_at, ends_at = begun.starts_at or begun.at, begun.ends_at or begun.at
    return Occurrence(
        id=begun.lesson,
        date=starts_at.date(),
        starts_at=starts_at,
        ends_at=ends_at,
        title=begun.lesson.rpartition("/")[2],
        room="",
        is_held=True,
        reasons=(remark("held.vanished"),),
    )
