"""Looks after the room when there is no lesson: claims, acts and notes, as with lessons."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from classroom_edge.room import Who
from classroom_edge.services.day.memory import Memory
from classroom_schedules.runner import Due, Entry, Kind, Outcome, WishKind
from classroom_schedules.runner.care import Business, Care, Chore, Presence, Spared, look_after
from classroom_schedules.runner.habits import Habits

NAME: Final = "caretaker"
ROUNDS_MAX: Final = 6  # of deciding and doing; more would be a mistake of ours

logger = logging.getLogger(__name__)


class Surroundings(Protocol):
    """What a caretaker sees of a room, and may do in it. Commands raise `Refused`."""

    @property
    def boot(self) -> str:
        """Name this start of the machine."""
        ...

    def up(self) -> timedelta:
        """Tell for how long the machine has been on."""
        ...

    def business(self) -> frozenset[Business]:
        """Tell what the room is at."""
        ...

    def quiet_for(self) -> timedelta | None:
        """Tell for how long nobody has been heard; None: nobody was since the daemon began."""
        ...

    async def routine(self, who: Who, name: str) -> None:
        """Have a routine run."""
        ...

    async def shut_down(self, who: Who) -> None:
        """Shut the machine down."""
        ...


@dataclass(kw_only=True)
class Caretaker:
    """One room's. `began_at` is when this daemon began."""

    memory: Memory
    habits: Habits
    room: Surroundings
    began_at: datetime
    touched_at: datetime | None = None
    care: Care = field(default_factory=Care, init=False)
    _hindered_at: datetime | None = field(default=None, init=False)
    _busy_at: datetime | None = field(default=None, init=False)

    async def look(self, now: datetime, lessons: Sequence[Due], *, is_right: bool) -> Care:
        """Do what is due now; `now` is in the school's zone. Give what is ahead."""
        for _ in range(ROUNDS_MAX):
            presence = self.presence(now, is_right=is_right)
            self.care = look_after(self.habits, lessons, self.memory.ledger, presence)
            self._hindered_at = now if self.care.is_hindered else self._hindered_at
            self._busy_at = now if self.care.is_busy else self._busy_at
            if not (self.care.todo or self.care.said):
                break
            await self.memory.note(*(_said(one, now) for one in self.care.said))
            for chore in self.care.todo:
                await self.memory.do(_entry(chore, now), partial(self._act, chore, now))
        return self.care

    def presence(self, now: datetime, *, is_right: bool = True) -> Presence:
        """Tell who is there and what goes on."""
        quiet_for, touched_at = self.room.quiet_for(), self.touched_at
        signs = [touched_at] if touched_at else []
        signs += [now - quiet_for] if quiet_for is not None else []
        until, by = self.stays()
        return Presence(
            now=now,
            boot=self.room.boot,
            booted_at=now - self.room.up(),
            began_at=min(self.began_at, now),
            touched_at=touched_at,
            sign_at=max(signs, default=None),
            hindered_at=self._hindered_at,
            busy_at=self._busy_at,
            business=self.room.business(),
            stays_until=until.astimezone(now.tzinfo) if until else None,
            stays_by=by,
            is_right=is_right,
        )

    def stays(self) -> tuple[datetime | None, str]:
        """Give until when a person wants the room left on, and who."""
        asked = [one for one in self.memory.wishes if one.kind is WishKind.STAY]
        ends = [(one.at + timedelta(minutes=one.minutes), one.by) for one in asked]
        return max(ends, default=(None, ""))

    async def _act(self, chore: Chore, now: datetime) -> Entry:
        who = Who(name=NAME, why=chore.job.id)
        if chore.job.kind is Kind.SHUTDOWN:
            await self.room.shut_down(who)
        else:
            await self.room.routine(who, chore.routine)
        return replace(_entry(chore, now), outcome=Outcome.DONE, why=chore.why)


def _entry(chore: Chore, now: datetime) -> Entry:
    return Entry(job=chore.job.id, turn=chore.turn, outcome=Outcome.BEGUN, at=now)


def _said(one: Spared, now: datetime) -> Entry:
    return Entry(job=one.job.id, turn=one.turn, outcome=one.outcome, at=now, why=one.why)
