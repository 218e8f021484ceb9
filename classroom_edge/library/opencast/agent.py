"""This room as a capture agent: tells Opencast how it stands, and asks what is to be recorded.

What was told last is kept: a day without a network is a day by the last calendar. Asking is spread
over time, so that a school's rooms do not all ask at the full hour.

Source: Opencast's documentation for developers, "Capture Agent Communication Protocol".
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from random import Random, SystemRandom
from typing import Final
from urllib.parse import quote, urlencode

from classroom_edge.library.deliver.target import DeliveryError, TransientError
from classroom_edge.library.deliver.web import check
from classroom_edge.library.opencast import calendar, wire
from classroom_edge.library.opencast.core import Core
from classroom_schedules.occurrence import Occurrence
from classroom_schedules.words import remark

TELLS_EVERY_S: Final = 60.0
ASKS_EVERY_S: Final = 300.0
LOOKS_EVERY_S: Final = 2.0
SPREAD_S: Final = 20.0  # of the first word
AHEAD: Final = timedelta(days=14)

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Agent:
    """A room at one Opencast; `state` is idle, capturing or uploading."""

    core: Core
    name: str
    schedule: Path  # where the calendar is kept
    inputs: tuple[str, ...]
    state: Callable[[], str]
    recorded: Callable[[], str]  # the occurrence whose recording runs; "" = none
    spread_s: float = SPREAD_S
    random: Random = field(default_factory=SystemRandom)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    trouble: str = field(default="", init=False)  # code of the last error, while it lasts
    _events: tuple[calendar.Event, ...] = field(default=(), init=False)
    _tag: str = field(default="", init=False)
    _told: str = field(default="", init=False)
    _tell_at: datetime = field(init=False)
    _ask_at: datetime = field(init=False)
    _open: str = field(default="", init=False)  # the event whose recording was told as begun
    _is_configured: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._tell_at = self._ask_at = self.now()

    async def run(self) -> None:
        """Run until cancelled; then be offline."""
        self._events = await asyncio.to_thread(calendar.load, self.schedule)
        await asyncio.sleep(self.random.uniform(0, self.spread_s))
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOKS_EVERY_S)
        finally:
            if self._told:
                await asyncio.shield(asyncio.to_thread(self._say_offline))

    async def look(self) -> None:
        """Tell and ask what is due."""
        try:
            await asyncio.to_thread(self._tell)
            if self.now() >= self._ask_at:
                self._ask_at = self._later(ASKS_EVERY_S)
                await asyncio.to_thread(self._ask)
        except (DeliveryError, OSError) as error:
            self._failed(getattr(error, "code", "crashed"), str(error))
        else:
            self._failed("", "")

    def occurrences(self, room: str) -> tuple[Occurrence, ...]:
        """Give what is planned, as the room's day has it."""
        return tuple(occurrence_of(event, room) for event in self._events)

    def _tell(self) -> None:
        """Tell how the room stands, when that is due or has changed."""
        state = self.state()
        if state != self._told or self.now() >= self._tell_at:
            self._post(f"agents/{quote(self.name, safe='')}", {"address": "", "state": state})
            self._told, self._tell_at = state, self._later(TELLS_EVERY_S)
        if not self._is_configured:
            properties = wire.properties({"capture.device.names": ",".join(self.inputs)})
            where = f"agents/{quote(self.name, safe='')}/configuration"
            self._post(where, {"configuration": properties})
            self._is_configured = True
        self._tell_recording()

    def _tell_recording(self) -> None:
        running = self.recorded()
        event = running.removeprefix(calendar.PREFIX) if calendar.is_event(running) else ""
        if event != self._open:
            if self._open:
                self._post_state(self._open, "capture_finished")
            self._open = ""
            if event:
                self._post_state(event, "capturing")
            self._open = event

    def _post_state(self, uid: str, state: str) -> None:
        try:
            self._post(f"recordings/{quote(uid)}", {"state": state})
        except TransientError:
            raise
        except DeliveryError as error:  # it was deleted there, meanwhile
            logger.info("opencast: %s is not told of %s: %s", uid, state, error)

    def _ask(self) -> None:
        """Ask for the calendar, and keep it."""
        cutoff = round((self.now() + AHEAD).timestamp() * 1000)
        query = urlencode({"agentid": self.name, "cutoff": cutoff})
        url = f"{self.core.service(wire.SCHEDULER)}/calendars"
        headers = {"If-None-Match": self._tag} if self._tag else {}
        answer = self.core.ask("GET", url, query=query, headers=headers)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return
        check(answer, HTTPStatus.OK)
        try:
            told = calendar.read(answer.body)
        except calendar.CalendarError as error:
            raise TransientError("answer-odd", str(error)) from error
        events = calendar.merged(self._events, told, self.now())
        if events != self._events:
            calendar.keep(self.schedule, events)
        self._events, self._tag = events, answer.headers.get("etag", "")

    def _say_offline(self) -> None:
        try:
            self._post(f"agents/{quote(self.name, safe='')}", {"address": "", "state": "offline"})
        except DeliveryError as error:
            logger.info("opencast: not told that this room ends: %s", error)

    def _post(self, path: str, fields: Mapping[str, str]) -> None:
        check(self.core.post(f"{self.core.service(wire.ADMIN)}/{path}", fields), HTTPStatus.OK)

    def _later(self, every_s: float) -> datetime:
        return self.now() + timedelta(seconds=every_s * self.random.uniform(0.8, 1.2))

    def _failed(self, code: str, said: str) -> None:
        """Say once when it begins to fail, and once when it is good again."""
        if code != self.trouble:
            self.trouble = code
            logger.warning("opencast %s: %s", self.core.url, said or "answers again")


def occurrence_of(event: calendar.Event, room: str) -> Occurrence:
    """Give an event as the room's day has it: recorded, whatever the rules say."""
    starts_at, ends_at = event.starts_at.astimezone(), event.ends_at.astimezone()
    day: date = starts_at.date()
    return Occurrence(
        id=event.id,
        date=day,
        starts_at=starts_at,
        ends_at=ends_at,
        title=event.title,
        room=room,
        is_held=True,
        reasons=(remark("held.imported"),),
        is_recorded=True,
    )
