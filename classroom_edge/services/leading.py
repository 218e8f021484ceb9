"""A hub at work: what is asked of its sessions is carried out, kept, and only then told."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from classroom_edge.config.models import HubConfig
from classroom_edge.room import LinkView
from classroom_edge.services.enrolment import Enrolment
from classroom_edge.services.live.offers import Accepted
from classroom_edge.sessions import commands as c
from classroom_edge.sessions.conductor import Conductor, seen_by
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.link import films
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.effects import Asked, AtHub, Linked, Lost, Offered
from classroom_edge.sessions.link.hub import EVERYWHERE, Hub
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import KeyPair
from classroom_edge.sessions.link.survey_hub import SurveyDesk
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import NS
from classroom_edge.store import Store, sessions

TICK_S: Final = 0.25
TURNS_WITHIN_S: Final = 1.0  # a camera of another room; later it does not turn any more
RETURN_S: Final = 5.0  # for sites to be back after the hub was started anew
BATCH: Final = 256  # commands that are kept together

Done = Callable[[], None]
Accept = Callable[[str, str, str], Awaitable[Accepted]]  # site, session, its offer
Job = Callable[[], Done | None]  # what it gives is done once everything is kept

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Leading:
    """The sessions of a hub, with its link and its store. Nothing is told before it is on disk."""

    config: HubConfig
    room: str
    keys: KeyPair
    store: Store
    conductor: Conductor
    enrolment: Enrolment
    changed: Callable[[], None]
    accept: Accept
    guests: Callable[[], frozenset[str]]  # those in browsers who are connected
    watch: Callable[[str], str]  # where a session is broadcast, for its sites; "" = nowhere
    inquired: films.Answering = films.no_films
    _jobs: asyncio.Queue[Job] = field(default_factory=asyncio.Queue, init=False)
    _told: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict, init=False)
    _hub: Hub = field(init=False)
    _turns: asyncio.TaskGroup | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._hub = Hub(
            keys=self.keys,
            host=self.config.listen,
            port=self.config.port,
            registry=self.enrolment.registry,
            survey=SurveyDesk(
                host=None if self.config.listen == EVERYWHERE else self.config.listen,
                port=self.config.media_port,
            ),
            heard=self._heard,
            inquired=self.inquired,
        )

    @property
    def view(self) -> LinkView:
        """What the room's state shows of it."""
        going_on = tuple(self.conductor.sessions.values())
        linked, ahead_ns = tuple(sorted(self._hub.linked)), self._hub.clock() - time.time_ns()
        return LinkView("hub", linked, going_on, here=self.room, ahead_s=round(ahead_ns / NS))

    async def run(self) -> None:
        """Run until cancelled. Raises StoreError, zmq.ZMQError."""
        async with asyncio.TaskGroup() as self._turns:
            self._turns.create_task(self._hub.run())
            self._turns.create_task(self._tick())
            self._turns.create_task(self._see_who_is_missing())
            while True:
                await self._work()

    def plan(self, id_: str, title: str, form: tuple[Kind, Style], *, group: str) -> int:
        """Make a new session; give hub time. It is kept with what is asked of it next."""
        now_ns = self._hub.clock()
        self.conductor.plan(id_, title, form, now_ns, group=group)
        return now_ns

    async def asked(self, session: str, command: c.AnyCommand, *, by: str = "") -> str:
        """Carry out a command of the hub itself, or of a guest; give the reason why not, or ""."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def reply(reason: str) -> None:
            if not answer.done():
                answer.set_result(reason)

        self._jobs.put_nowait(partial(self._carry_out, session, by or self.room, command, reply))
        return await answer

    def stir(self) -> None:
        """Tell the sites soon what has changed for them."""
        self._jobs.put_nowait(lambda: None)

    @property
    def now_ns(self) -> int:
        """Hub time."""
        return self._hub.clock()

    @property
    def only(self) -> str:
        """The session that is meant where none is named; "" = there is none."""
        return next(iter(self.conductor.sessions), "")

    async def inquire(self, site: str, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask a site about films. Raises NotLinkedError, SilentError."""
        return await self._hub.inquire(site, question, within_s=within_s)

    async def _work(self) -> None:
        """Carry out what waits, keep what came of it, then answer and tell."""
        jobs = [await self._jobs.get()]
        while not self._jobs.empty() and len(jobs) < BATCH:
            jobs.append(self._jobs.get_nowait())
        done = [job() for job in jobs]
        if news := self.conductor.unsaved():
            await self.store.run(partial(sessions.keep, news=news))
            self.changed()
        for answer in done:
            if answer is not None:
                answer()
        self._tell()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._jobs.put_nowait(self._let_time_pass)

    def _let_time_pass(self) -> None:
        self.conductor.tick(self._hub.linked | self.guests(), self._hub.clock())

    async def _see_who_is_missing(self) -> None:
        """Tell of the rooms that were there before the hub was started anew, and are not back."""
        await asyncio.sleep(RETURN_S)
        for site in self.conductor.missing(self._hub.linked):
            self._jobs.put_nowait(partial(self._notice, site, dark=True))

    def want_offer(self, site: str, session: str) -> None:
        """Have a site offer its picture and sound; one that is away does so when it is back."""
        with suppress(NotLinkedError):
            self._hub.want_offer(site, session)

    def _heard(self, what: AtHub) -> None:
        match what:
            case Asked():
                self._jobs.put_nowait(partial(self._by_site, what))
            case Offered() if self._turns:
                self._turns.create_task(self._accept(what))
            case Linked(site=site) | Lost(site=site):
                dark = isinstance(what, Lost)
                logger.info("%s is %s", site, "lost" if dark else "there")
                self._told = {place: n for place, n in self._told.items() if place[1] != site}
                self._jobs.put_nowait(partial(self._notice, site, dark=dark))
                self.changed()

    def _notice(self, site: str, *, dark: bool) -> None:
        self.conductor.noticed(site, dark=dark, now_ns=self._hub.clock())

    def _by_site(self, asked: Asked) -> Done | None:
        """Carry out what a site asks, unless it waited here until it was too late."""
        site, ask = asked.site, asked.ask
        if asked.deadline_ns and self._hub.clock() >= asked.deadline_ns:
            logger.info("link: Ask of %s is expired, dropped", site)
            return None
        return self._carry_out(ask.session, site, ask.command, partial(self._reply, site, ask.id))

    def _carry_out(
        self, session: str, who: str, command: c.AnyCommand, reply: Callable[[str], None]
    ) -> Done | None:
        reason = self.conductor.ask(session, who, command, self._hub.clock())
        if reason is None and isinstance(command, c.MoveCamera) and self._turns:
            self._turns.create_task(self._turn(session, command, reply))
            return None
        return partial(reply, reason or "")

    async def _turn(
        self, session: str, command: c.MoveCamera, reply: Callable[[str], None]
    ) -> None:
        """Have the room turn its camera; it looks at its own grants first."""
        try:
            reply(await self._hub.ask(command.room, session, command, within_s=TURNS_WITHIN_S))
        except (NotLinkedError, SilentError):
            reply(Reason.DARK)

    async def _accept(self, offered: Offered) -> None:
        """Answer a site's offer of picture and sound."""
        site, offer = offered.site, offered.offer
        accepted = await self.accept(site, offer.session, offer.sdp)
        with suppress(NotLinkedError):  # it offers again when it is back
            self._hub.answer(site, offer.id, accepted.reason, accepted.sdp)

    def _reply(self, site: str, ask_id: int, reason: str) -> None:
        with suppress(NotLinkedError):  # it asks again when it is back
            self._hub.answer(site, ask_id, reason)

    def _tell(self) -> None:
        """Tell each member that is there what it does not know yet."""
        linked, known = self._hub.linked, self.conductor.sessions
        self._told = {place: number for place, number in self._told.items() if place[0] in known}
        for session in self.conductor.sessions.values():
            news = (session.version, self.watch(session.id))
            for member in session.members:
                place = (session.id, member.id)
                if member.id in linked and self._told.get(place) != news:
                    self._told[place] = news
                    seen = replace(seen_by(session, member.id), watch=news[1])
                    self._hub.tell(member.id, seen)
