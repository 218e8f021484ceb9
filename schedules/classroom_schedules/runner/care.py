"""Decides what a room does when there is no lesson: nothing against a person or a recording. Pure.

Like a lesson's jobs each of these is claimed before it is done, and noted after. Before anything is
switched off a warning is shown for a while; what stands in the way only puts it off, until it is
of no use any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from classroom_schedules.runner.case import Turns
from classroom_schedules.runner.decide import KEPT_ON
from classroom_schedules.runner.dues import Due
from classroom_schedules.runner.habits import Habits
from classroom_schedules.runner.job import Job, Kind
from classroom_schedules.runner.ledger import DONE, Ledger, Outcome
from classroom_schedules.words import Remark, remark

NEAR: Final = timedelta(minutes=5)  # after a touch somebody is still there
LOOK: Final = timedelta(seconds=30)  # at what is in the way, and tells not how long
UNSEEN: Final = "unseen"  # somebody may still be there: nobody is told that nobody is
IDLE_WITHIN: Final = timedelta(days=1)
BOOT_WITHIN: Final = timedelta(minutes=15)


class Business(StrEnum):
    """What the room is at."""

    RECORDING = "recording"
    LIVE = "live"
    PLAYING = "playing"
    FINISHING = "finishing"  # the files of a recording
    DELIVERING = "delivering"  # them elsewhere


SHOWN: Final = frozenset({Business.RECORDING, Business.LIVE, Business.PLAYING})  # to somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Who is there and what goes on. What is None was not since this daemon began."""

    now: datetime
    boot: str  # this start of the machine
    booted_at: datetime
    began_at: datetime  # the daemon
    touched_at: datetime | None = None  # by a person, at the panel
    sign_at: datetime | None = None  # of somebody: a touch, a voice, a movement
    hindered_at: datetime | None = None  # when something was last shown, wanted or taught
    busy_at: datetime | None = None  # when anything at all last went on
    business: frozenset[Business] = frozenset()
    stays_until: datetime | None = None  # a person wants it left on
    stays_by: str = ""
    is_right: bool = True  # the clock shows a time that can be


@dataclass(frozen=True, slots=True)
class Chore:
    """Do a job now; with which routine, if it needs one."""

    job: Job
    turn: int
    routine: str = ""
    why: Remark = DONE


@dataclass(frozen=True, slots=True)
class Spared:
    """Note what became of a job; there is nothing to do."""

    job: Job
    turn: int
    outcome: Outcome
    why: Remark


@dataclass(frozen=True, slots=True)
class Ahead:
    """A job that will be done, and when: "coming", "warning", or "waits" for what is in the way."""

    job: Job
    at: datetime
    state: str
    why: Remark | None = None


Step = Chore | Spared | Ahead
Hindrance = tuple[Remark, datetime]


@dataclass(frozen=True, slots=True)
class Care:
    """What to do, what to note, what is ahead, and whether anything goes on that is in the way."""

    todo: tuple[Chore, ...] = ()
    said: tuple[Spared, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    is_hindered: bool = False
    is_busy: bool = False
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    habits: Habits
    lessons: Sequence[Due]
    ledger: Ledger
    presence: Presence
    counted: Ledger = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counted", self.ledger.counted())

    def knew(self, at: datetime) -> bool:
        """Say whether the room was in service then: what was before nobody has missed."""
        return any(one.at < at for one in self.ledger)

    def turns(self, job: Job) -> Turns:
        return Turns(job=job, ledger=self.counted, whole=self.ledger, now=self.presence.now)

    def hindrance(self, kinds: frozenset[Business]) -> Hindrance | None:
        """Give what is in the way, and when to look again; somebody who is there counts."""
        touched_at = self.presence.touched_at
        if touched_at is not None and self.presence.now < touched_at + NEAR:
            return remark("care.somebody"), touched_at + NEAR
        return self.business(kinds)

    def business(self, kinds: frozenset[Business]) -> Hindrance | None:
        """Give what goes on or is wanted, and when to look again."""
        now, until = self.presence.now, self.presence.stays_until
        if busy := sorted(self.presence.business & kinds):
            return remark(f"care.{busy[0]}"), now + LOOK
        if until is not None and now < until:
            said = remark("care.stays", by=self.presence.stays_by, until=f"{until:%H:%M}")
            return said, until
        if due := self.lesson():
            one, stops_at = due.occurrence, max(due.stops_at, now + LOOK)
            return remark("care.lesson", title=one.title, at=f"{one.starts_at:%H:%M}"), stops_at
        return None

    def lesson(self) -> Due | None:
        """Give the lesson that goes on, or that the room is left on for."""
        now = self.presence.now
        found = (due for due in self.lessons if due.prepares_at - KEPT_ON <= now < due.stops_at)
        return next(found, None)

    def free_at(self) -> datetime:
        """Give since when nothing has gone on, as far as this daemon knows."""
        return max(self.presence.began_at, self.presence.hindered_at or self.presence.began_at)


def look_after(habits: Habits, lessons: Sequence[Due], ledger: Ledger, presence: Presence) -> Care:
    """Decide for a room; `lessons` are those that are held, in the order of time."""
    room = _Room(habits=habits, lessons=lessons, ledger=ledger, presence=presence)
    found = list(_steps(room))
    ahead = tuple(step for step in found if isinstance(step, Ahead))
    return Care(
        todo=tuple(step for step in found if isinstance(step, Chore)),
        said=tuple(step for step in found if isinstance(step, Spared)),
        ahead=ahead,
        is_hindered=room.business(SHOWN) is not None,
        is_busy=room.business(frozenset(Business)) is not None,
        next_at=min((one.at for one in ahead), default=None),
    )


def _steps(room: _Room) -> Iterator[Step]:
    if not room.presence.is_right:
        return
    yield from _interrupted(room)
    evening = room.habits.jobs(room.presence.now)
    if room.habits.after_power_cut and room.habits.off_routine and (booted := _boot(room)):
        yield booted
    is_night_over = True
    for job in sorted(evening, key=lambda one: (one.at, one.kind != Kind.NIGHT)):
        kinds = SHOWN if job.kind is Kind.NIGHT else frozenset(Business)
        if job.kind is Kind.SHUTDOWN and not is_night_over:
            yield Ahead(job, max(job.at, room.presence.now + LOOK), "coming")
        elif step := _by_clock(room, room.turns(job), kinds):
            yield step
        if job.kind is Kind.NIGHT:
            is_night_over = room.turns(job).is_over or not job.at <= room.presence.now < job.until
    if room.habits.idle and room.habits.off_routine and (idle := _idle(room)):
        yield idle


def _interrupted(room: _Room) -> Iterator[Spared]:
    """Say of what was begun when the power went, and is of no use any more, that it was."""
    for one in room.counted:
        job, _, kind = one.job.rpartition("#")
        is_old = job != f"{room.presence.boot}/boot" and one.at < room.presence.began_at
        if one.outcome is Outcome.BEGUN and kind in {Kind.IDLE, Kind.BOOT} and is_old:
            done = Job(job, Kind(kind), one.at, one.at)
            yield Spared(done, one.turn, Outcome.SKIPPED, remark("care.interrupted"))


def _by_clock(room: _Room, turns: Turns, kinds: frozenset[Business]) -> Step | None:
    job = turns.job
    if turns.is_over:
        return None
    if job.kind is Kind.SHUTDOWN and (was_off := _was_off(room, turns)):
        return was_off
    hindrance = room.hindrance(kinds)
    if turns.is_late:
        why = hindrance[0] if hindrance else remark("care.too-late")
        is_told = turns.is_said(turns.turn, Outcome.MISSED) or not room.knew(job.at)
        return None if is_told else Spared(job, turns.turn, Outcome.MISSED, why)
    return _put_off(turns, job.at, hindrance) or _warned(room, turns, job.at)


def _put_off(turns: Turns, at: datetime, hindrance: Hindrance | None) -> Ahead | None:
    if hindrance and turns.now >= at:
        return Ahead(turns.job, min(hindrance[1], turns.job.until), "waits", hindrance[0])
    return None


def _warned(room: _Room, turns: Turns, at: datetime) -> Chore | Ahead:
    """Do it once its warning was shown long enough."""
    is_shutdown, warning = turns.job.kind is Kind.SHUTDOWN, room.habits.warning
    since = [at - warning, room.free_at()]
    if left_at := room.presence.touched_at:
        since.append(left_at + NEAR)
    if is_shutdown:
        night = room.counted.last(turns.job.lesson.replace("shutdown", "night"), Kind.NIGHT)
        since += [one for one in (room.presence.busy_at, night and night.at) if one]
    at = max(turns.opens_at, max(since) + warning)
    if turns.now >= at:
        return Chore(turns.job, turns.turn, "" if is_shutdown else room.habits.off_routine)
    state = "warning" if turns.now >= at - warning else "coming"
    return Ahead(turns.job, at, state)


def _was_off(room: _Room, turns: Turns) -> Spared | None:
    """Say that the machine was off, and is on again: it is not shut down a second time."""
    last = turns.last
    if last and last.outcome is Outcome.BEGUN and last.at < room.presence.booted_at:
        return Spared(turns.job, turns.turn, Outcome.DONE, DONE)
    return None


def _idle(room: _Room) -> Step | None:
    """Switch off once nobody has been there for long; what is off already stays off."""
    presence, habits = room.presence, room.habits
    since = max(room.free_at(), presence.sign_at or presence.began_at)
    at = since + habits.idle
    job = Job(f"{since:%Y-%m-%dT%H:%M:%S}/idle", Kind.IDLE, at, at + IDLE_WITHIN)
    turns = room.turns(job)
    if turns.is_over or turns.is_late or room.business(SHOWN) or not _is_on(room):
        return None
    at = max(turns.opens_at, job.at + habits.warning)
    if presence.now < job.at:
        return Ahead(turns.job, job.at, UNSEEN)
    if presence.now < at:
        return Ahead(turns.job, at, "warning")
    return Chore(turns.job, turns.turn, habits.off_routine)


def _is_on(room: _Room) -> bool:
    """Say whether anything may be on: somebody or something was there since all was off."""
    offs = [one.at for one in room.counted if _is_off(one.job) and one.outcome is Outcome.DONE]
    if not offs:
        return True
    ons = [one.at for one in room.counted if one.job.endswith(f"#{Kind.PREPARE}")]
    presence = room.presence
    ons += [at for at in (presence.sign_at, presence.hindered_at) if at is not None]
    return max(ons, default=datetime.min.replace(tzinfo=presence.now.tzinfo)) > max(offs)


def _is_off(job: str) -> bool:
    return job.endswith((f"#{Kind.NIGHT}", f"#{Kind.IDLE}", f"#{Kind.BOOT}"))


def _boot(room: _Room) -> Step | None:
    """After the machine was off: a lesson goes on, and otherwise everything is off."""
    presence, booted_at = room.presence, room.presence.booted_at
    job = Job(f"{presence.boot}/boot", Kind.BOOT, booted_at, booted_at + BOOT_WITHIN)
    turns = room.turns(job)
    is_told = turns.is_over or turns.is_said(turns.turn, Outcome.MISSED)
    if is_told or presence.began_at >= job.until:  # or it did not begin with the machine
        return None
    if turns.is_late:
        return Spared(job, turns.turn, Outcome.MISSED, remark("care.too-late"))
    if turns.is_untimely:
        return Ahead(job, turns.opens_at, "coming")
    if due := room.lesson():
        return _go_on(room, turns, due)
    if hindrance := room.hindrance(SHOWN):
        return Spared(job, turns.turn, Outcome.SKIPPED, hindrance[0])
    return Chore(job, turns.turn, room.habits.off_routine)


def _go_on(room: _Room, turns: Turns, due: Due) -> Step:
    """Have a lesson's routine run again: what was on when the power went is off now."""
    one, prepared = due.occurrence, room.counted.last(due.occurrence.id, Kind.PREPARE)
    said = remark("care.lesson", title=one.title, at=f"{one.starts_at:%H:%M}")
    was_before = prepared is not None and prepared.at < room.presence.booted_at
    if due.rule.routine and was_before and prepared and prepared.outcome is Outcome.DONE:
        return Chore(turns.job, turns.turn, due.rule.routine, said)
    return Spared(turns.job, turns.turn, Outcome.SKIPPED, said)
