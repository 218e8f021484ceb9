"""The timetable of a room and what it does unattended; loaded beside what must not wait."""

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from classroom_edge.config.models import Config
from classroom_edge.paths import DataFolder
from classroom_edge.room import DayView, Who
from classroom_edge.services.day.acts import Acts
from classroom_edge.services.day.caretaker import Surroundings
from classroom_edge.services.day.clock import DayClock
from classroom_edge.services.refusals import refused
from classroom_edge.store import place_of
from classroom_schedules.occurrence import Occurrence

if TYPE_CHECKING:
    from classroom_edge.services.day.incoming import Incoming
    from classroom_edge.services.day.service import DayService


class DayDesk(Protocol):
    """What people may ask of the day. Everything raises `Refused`."""

    async def extend(self, who: Who, minutes: int, lesson: str = "") -> None:
        """Let a lesson last longer, the one of now if none is named."""

    async def skip(self, who: Who, lesson: str) -> None:
        """Do nothing for a lesson that has not begun."""

    async def begin_early(self, who: Who, lesson: str) -> None:
        """Begin a lesson of today now."""

    async def swap(self, who: Who, lesson: str, other: str) -> None:
        """Let two lessons of this room change places."""

    async def undo(self, who: Who) -> None:
        """Take back what was asked for last today."""

    async def adopt(self, who: Who) -> None:
        """Let the recording that a person began be that of the lesson of now."""

    async def give_way(self, who: Who) -> None:
        """End the recording that a person began, so that the lesson's own begins."""

    async def stay(self, who: Who, minutes: int) -> None:
        """Leave everything on for so long, whatever the room does by itself at night."""

    async def here(self, who: Who) -> None:
        """Know that somebody is there."""

    @property
    def incoming(self) -> "Incoming":
        """Where timetables are sent in."""
        ...

    async def confirm(self, who: Who) -> None:
        """Let a timetable that is held come into force."""


@dataclass(kw_only=True)
class TimetableService:
    """The school day of a room; there is none without a timetable, [unattended] or others' plans.

    The store takes a while to load: recorders that are to go on come first.
    """

    config: Config
    folder: DataFolder
    acts: Acts
    around: Surroundings
    changed: Callable[[], None]
    clock: DayClock = field(default_factory=DayClock)
    elsewhere: Callable[[], tuple[Occurrence, ...]] | None = None  # what others plan; None: nobody
    _day: "DayService | None" = field(default=None, init=False)

    @property
    def view(self) -> DayView | None:
        """What the room's state shows of it."""
        return self._day.view if self._day else None

    @property
    def desk(self) -> DayDesk:
        """Where people ask for something. Raises Refused."""
        if self._day is None or self._day.desk is None:
            raise refused("no-timetable")
        return self._day.desk

    def touched(self) -> None:
        """Know that a person is there."""
        if self._day is not None:
            self._day.touched()

    def quiet_until(self) -> datetime | None:
        """Give the end of the quiet hours in one of them, unless a person or lesson wants more."""
        return self._day.quiet_until() if self._day else None

    def recorded(self) -> tuple[tuple[datetime, datetime], ...]:
        """Give from when to when lessons will be recorded in the coming days, as planned."""
        return self._day.recorded() if self._day else ()

    async def run(self) -> None:
        """Run until cancelled. Raises StoreError."""
        asked = (self.config.timetable, self.config.unattended, self.elsewhere)
        if not any(one is not None for one in asked):
            await asyncio.Event().wait()
            return
        module = await asyncio.to_thread(
            importlib.import_module, "classroom_edge.services.day.service"
        )
        self._day = module.DayService(
            config=self.config,
            database=place_of(self.config.store, self.folder),
            folder=self.folder.timetable,
            acts=self.acts,
            around=self.around,
            changed=self.changed,
            clock=self.clock,
            **({"elsewhere": self.elsewhere} if self.elsewhere else {}),
        )
        await self._day.run()
