"""A room that is a site: linked with its hub, in the sessions it is invited to."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classroom_edge.config.models import SiteConfig
from classroom_edge.paths import DataFolder, has_ipc
from classroom_edge.room import LinkView
from classroom_edge.services.lending import Lending
from classroom_edge.services.live.offers import Accepted
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.link import films
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.effects import Asked, AtSite, Linked, Lost, OfferWanted, Told
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import SITE_KEY, HubRecord, hub_of, load_or_make
from classroom_edge.sessions.link.site import SPREAD_S, SiteLink
from classroom_edge.sessions.link.wire import Ask
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import GOING_ON, NS, Session, Stage
from classroom_edge.sessions.taught import Taught

LOOKS_EVERY_S: Final = 2.0  # whether the room was enrolled, or anew
RETOLD_S: Final = 3.0  # for a hub that is back to tell how its sessions stand
OFFER_S: Final = 6.0  # for a hub to answer an offer

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SiteService:
    """Keeps the link with the hub."""

    config: SiteConfig
    folder: DataFolder
    runtime: Path
    lending: Lending
    changed: Callable[[], None]
    offer_wanted: Callable[[], None]  # the hub lacks this room's picture and sound
    inquired: films.Answering = films.no_films
    missing: Callable[[], tuple[Missing, ...]] = tuple
    quiet: Callable[[], bool] = lambda: False  # in quiet hours nothing begins by itself
    spread_s: float = SPREAD_S
    _link: SiteLink | None = field(default=None, init=False)
    _sessions: dict[str, Session] = field(default_factory=dict, init=False)
    _left: set[str] = field(default_factory=set, init=False)  # by somebody's hand
    _retold: set[str] = field(default_factory=set, init=False)  # since the hub is there
    _tasks: asyncio.TaskGroup | None = field(default=None, init=False)

    @property
    def view(self) -> LinkView:
        """What the room's state shows of it."""
        link = self._link
        hub = (link.hub.address,) if link and link.is_linked else ()
        here = link.hub.site if link else ""
        hub_ns = self.hub_ns
        ahead_s = round((hub_ns - time.time_ns()) / NS) if hub_ns is not None else 0
        return LinkView("site", hub, tuple(self._sessions.values()), here=here, ahead_s=ahead_s)

    async def run(self) -> None:
        """Run until cancelled. Raises KeyFileError."""
        async with asyncio.TaskGroup() as tasks:
            if has_ipc():
                tasks.create_task(local.at_door(self.runtime, self.answer).run())
            while True:
                record = await asyncio.to_thread(hub_of, self.folder.link)
                if record is not None:
                    await self._linked_with(record)
                await asyncio.sleep(LOOKS_EVERY_S)

    async def answer(self, request: local.AnyRequest) -> local.Reply:
        """Answer somebody of this room, who speaks for it."""
        match request:
            case local.Status():
                view, link = self.view, self._link
                return local.Reply(
                    role="site",
                    site=link.hub.site if link else "",
                    linked=view.linked,
                    sessions=view.sessions,
                    missing=self.missing(),
                )
            case local.Do(session=id_, command=command):
                return local.Reply(reason=await self._by_hand(id_ or self._only(), command))
            case _:
                return local.Reply(reason="hub-only")

    async def _linked_with(self, record: HubRecord) -> None:
        """Be linked for as long as the room is enrolled there."""
        keys = await asyncio.to_thread(load_or_make, self.folder.link / SITE_KEY)
        link = self._link = SiteLink(
            keys=keys,
            hub=record,
            heard=self._heard,
            inquired=self.inquired,
            spread_s=self.spread_s,
        )
        try:
            async with asyncio.TaskGroup() as self._tasks:
                running = self._tasks.create_task(link.run())
                while True:
                    await asyncio.sleep(LOOKS_EVERY_S)
                    if await asyncio.to_thread(hub_of, self.folder.link) != record:
                        break  # enrolled elsewhere
                running.cancel()
        finally:
            self._link = self._tasks = None
            self._sessions.clear()

    @property
    def hub_ns(self) -> int | None:
        """Hub time now, as well as it is known."""
        return self._link.hub_ns if self._link else None

    async def inquire(
        self, _site: str, question: films.Question, *, within_s: float
    ) -> films.Reply:
        """Ask the hub about films. Raises NotLinkedError, SilentError."""
        if self._link is None:
            raise NotLinkedError("not enrolled")
        return await self._link.inquire(question, within_s=within_s)

    async def taught(self, _site: str, _since_ns: int) -> tuple[Taught, ...]:
        """Give nothing: what was taught, the hub knows."""
        return ()

    async def offer(self, session: str, sdp: str) -> Accepted:
        """Offer picture and sound to the hub; give its answer, or the reason why not."""
        try:
            if self._link is None:
                return Accepted(reason="not-enrolled")
            answer = await self._link.offer(session, sdp, within_s=OFFER_S)
        except (NotLinkedError, SilentError):
            return Accepted(reason="hub-away")
        return Accepted(answer.sdp, answer.reason)

    def _heard(self, what: AtSite) -> None:
        match what:
            case Linked():
                logger.info("the hub is there")
                self._retold = set()
                if self._tasks:
                    self._tasks.create_task(self._forget_all_but(self._retold))
            case Lost():
                logger.info("the hub is lost")
            case Told(session=session):
                self._told(session)
            case OfferWanted():
                self.offer_wanted()
            case Asked(ask=ask) if self._tasks:
                self._tasks.create_task(self._carry_out(ask))
        self.changed()

    def _told(self, session: Session) -> None:
        if session.stage is Stage.ENDED:
            self._sessions.pop(session.id, None)
            self._left.discard(session.id)
            return
        before = self._sessions.get(session.id)
        began = before is None or before.stage is Stage.PLANNED or session.id not in self._retold
        self._sessions[session.id] = session
        self._retold.add(session.id)
        wanted = self.config.auto_join and session.id not in self._left and not self.quiet()
        if wanted and began and session.stage in GOING_ON and self._tasks:
            self._tasks.create_task(self._join(session.id))

    async def _forget_all_but(self, retold: set[str]) -> None:
        """Forget the sessions that a hub which is back tells nothing of: they are over."""
        await asyncio.sleep(RETOLD_S)
        if retold is self._retold and self._link is not None and self._link.is_linked:
            known = self._sessions.items()
            self._sessions = {id_: session for id_, session in known if id_ in retold}
            self.changed()

    async def _join(self, session: str) -> None:
        if reason := await self._ask(session, c.Join()):
            logger.warning("session %s: not joined: %s", session, reason)

    async def _by_hand(self, session: str, command: c.AnyCommand) -> str:
        match command:
            case c.Join():
                self._left.discard(session)
            case c.Leave():
                self._left.add(session)
            case c.GrantCamera():
                if (lent := self.lending.of(command)) is None:
                    return Reason.NO_CAMERA
                command = lent
        return await self._ask(session, command)

    async def _ask(self, session: str, command: c.AnyCommand) -> str:
        """Ask the hub in the name of this room; give the reason why not, or ""."""
        try:
            if self._link is None:
                return "not-enrolled"
            return await self._link.ask(session, command)
        except (NotLinkedError, SilentError):
            return "hub-away"

    def _only(self) -> str:
        return next(iter(self._sessions), "")

    async def _carry_out(self, ask: Ask) -> None:
        """Turn a camera for somebody whom this room lets do so; answer the hub."""
        known = self._sessions.get(ask.session)
        grant = known.grant_of(self.view.here) if known else None
        reason = await self.lending.turn(ask.session, ask.command, grant, self.hub_ns)
        if self._link is not None:
            self._link.answer(ask.id, reason)
