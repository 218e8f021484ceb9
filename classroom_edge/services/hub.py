"""A room that is a hub: opens what is kept, its link and its door, and works with them."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from classroom_edge.config.models import HubConfig, RoomConfig
from classroom_edge.paths import DataFolder, has_ipc
from classroom_edge.room import LinkView
from classroom_edge.services.enrolment import Enrolment
from classroom_edge.services.hub_door import HubDoor
from classroom_edge.services.leading import Accept, Leading
from classroom_edge.services.live.guests import key_of
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.conductor import Conductor
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.link import films
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import HUB_KEY, load_or_make
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import NAME_MAX, Member
from classroom_edge.sessions.taught import Taught
from classroom_edge.store import Place, Store, StoreError, sessions

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class HubService:
    """Leads the sessions of this room. Started again, it goes on with those that are kept."""

    room: RoomConfig
    config: HubConfig
    folder: DataFolder
    runtime: Path
    changed: Callable[[], None]
    accept: Accept
    guests: Callable[[], frozenset[str]]  # peers that are connected
    watch: Callable[[str], str]  # where a session is broadcast, for its sites; "" = nowhere
    inquired: films.Answering = films.no_films
    missing: Callable[[], tuple[Missing, ...]] = tuple
    database: Place | None = None  # None: in the data folder
    guest_key: bytes | None = field(default=None, init=False)
    _leading: Leading | None = field(default=None, init=False)
    _answers: HubDoor | None = field(default=None, init=False)
    _store: Store | None = field(default=None, init=False)

    @property
    def view(self) -> LinkView:
        """What the room's state shows of it."""
        return self._leading.view if self._leading else LinkView(role="hub")

    @property
    def hub_ns(self) -> int | None:
        """Hub time now, which is this room's."""
        return self._leading.now_ns if self._leading else None

    def stir(self) -> None:
        """Tell the sites soon what has changed for them."""
        if self._leading is not None:
            self._leading.stir()

    def want_offer(self, site: str, session: str) -> None:
        """Have a site offer its picture and sound."""
        if self._leading is not None:
            self._leading.want_offer(site, session)

    async def speak(self, session: str, who: str, command: c.AnyCommand) -> str:
        """Carry out a command of somebody known for certain; give the reason why not, or ""."""
        if self._leading is None:
            return "starting"
        return await self._leading.asked(session, command, by=who)

    async def inquire(self, site: str, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask a site about films. Raises NotLinkedError, SilentError."""
        if self._leading is None:
            raise NotLinkedError("the hub is starting")
        return await self._leading.inquire(site, question, within_s=within_s)

    async def taught(self, site: str, since_ns: int) -> tuple[Taught, ...]:
        """Give the sessions that a site was invited to, and that ended since."""
        if self._store is None:
            return ()
        try:
            return await self._store.run(
                partial(sessions.taught_to, member=site, since_ns=since_ns)
            )
        except StoreError as error:
            logger.warning("%s", error)
            return ()

    async def answer(self, request: local.AnyRequest) -> local.Reply:
        """Answer somebody of this room, who speaks for it. Raises StoreError."""
        if self._answers is None:
            return local.Reply(reason="starting")
        return await self._answers.answer(request)

    async def run(self) -> None:
        """Run until cancelled.

        Raises:
            KeyFileError: the hub's key cannot be read or made.
            StoreError: what is kept cannot be read or written.
            zmq.ZMQError: the port is taken.
        """
        keys = await asyncio.to_thread(load_or_make, self.folder.link / HUB_KEY)
        self.guest_key = key_of(keys.secret)
        conductor = Conductor(
            Member(id=self.room.id, name=self.room.name[:NAME_MAX], role=Role.HUB)
        )
        async with Store(self.database or self.folder.database) as store:
            conductor.take_up(await store.run(sessions.going_on))
            enrolment = await Enrolment.of(store)
            self._store = store
            self._leading = Leading(
                config=self.config,
                room=self.room.id,
                keys=keys,
                store=store,
                conductor=conductor,
                enrolment=enrolment,
                changed=self.changed,
                accept=self.accept,
                guests=self.guests,
                watch=self.watch,
                inquired=self.inquired,
            )
            self._answers = HubDoor(
                config=self.config,
                room=self.room.id,
                hub_key=keys.public,
                guest_key=self.guest_key,
                store=store,
                enrolment=enrolment,
                leading=self._leading,
                missing=self.missing,
            )
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._leading.run())
                    if has_ipc():
                        door = local.at_door(self.runtime, self.answer)
                        tasks.create_task(door.run())
            finally:
                self._leading = self._answers = self._store = None
