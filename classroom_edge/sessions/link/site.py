"""A site's side of its link: dials out, and again, for as long as the room is open."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Final

import zmq.asyncio

from classroom_edge.sessions.commands import AnyCommand
from classroom_edge.sessions.link import address
from classroom_edge.sessions.link.answers import Answers
from classroom_edge.sessions.link.effects import (
    Answered,
    Asked,
    AtSite,
    Dropped,
    Effect,
    Informed,
    Inquired,
    Linked,
    Lost,
    Misdeed,
    OfferWanted,
    Send,
    Told,
)
from classroom_edge.sessions.link.films import Answering, Question, Reply, no_films
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import HubRecord, KeyPair
from classroom_edge.sessions.link.misdeeds import Misdeeds
from classroom_edge.sessions.link.site_end import SiteEnd
from classroom_edge.sessions.link.sockets import connected, send_now, site_socket
from classroom_edge.sessions.link.wire import Answer, Inform
from classroom_edge.sessions.state import NS

LYING_MAX: Final = 100  # messages that are taken at once
SPREAD_S: Final = 1.5  # in which sites dial first: power comes back to every school at once

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SiteLink:
    """The link of a room with its hub.

    `heard` is told when the hub is there or lost, how sessions stand, and what the hub asks for,
    which is in time and to be answered.
    """

    keys: KeyPair
    hub: HubRecord
    heard: Callable[[AtSite], None]
    spread_s: float = SPREAD_S
    random: Random = field(default_factory=SystemRandom)
    context: zmq.asyncio.Context = field(default_factory=zmq.asyncio.Context.instance)
    now_ns: Callable[[], int] = time.monotonic_ns
    inquired: Answering = no_films
    misdeeds: Misdeeds = field(default_factory=Misdeeds)
    _answers: Answers[Answer] = field(default_factory=Answers, init=False)
    _informed: Answers[Inform] = field(default_factory=Answers, init=False)
    _tasks: asyncio.TaskGroup | None = field(default=None, init=False)
    _end: SiteEnd = field(init=False)
    _socket: zmq.asyncio.Socket | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._end = SiteEnd(self.hub.site, self.random)

    @property
    def is_linked(self) -> bool:
        """Whether the hub is there."""
        return self._end.is_linked

    @property
    def hub_ns(self) -> int | None:
        """Hub time now, as well as it is known; None while it is not."""
        best = self._end.clock.best
        return None if best is None else self.now_ns() + best.offset_ns

    async def run(self) -> None:
        """Run until cancelled."""
        await asyncio.sleep(self.random.uniform(0, self.spread_s))
        with site_socket(self.context, self.keys, self.hub.key, self.random) as socket:
            socket.connect(address.parse(self.hub.address).endpoint)
            self._socket = socket
            try:
                async with asyncio.TaskGroup() as self._tasks:
                    while True:
                        if not self._end.is_linked:
                            await connected(socket)
                        await self._catch_up(socket)
                        self._carry_out(self._end.tick(self.now_ns()))
                        await self._listen(socket)
            finally:
                self._socket = self._tasks = None

    async def ask(self, session: str, command: AnyCommand, *, within_s: float = 2.0) -> str:
        """Ask the hub for something; give its answer, "" = done, or a reason.

        Raises:
            NotLinkedError: the hub is not there.
            SilentError: it did not answer in time; if it has not done it yet, it never will.
        """
        within_ns = round(within_s * NS)
        ask_id, send = self._end.ask(session, command, now_ns=self.now_ns(), within_ns=within_ns)
        self._put_now(send)
        return (await self._answers.wait(self.hub.site, ask_id, within_s)).reason

    async def offer(self, session: str, sdp: str, *, within_s: float) -> Answer:
        """Offer picture and sound to the hub; give its answer.

        Raises:
            NotLinkedError: the hub is not there.
            SilentError: it did not answer in time; a later answer is none.
        """
        within_ns = round(within_s * NS)
        offer_id, send = self._end.offer(session, sdp, now_ns=self.now_ns(), within_ns=within_ns)
        self._put_now(send)
        return await self._answers.wait(self.hub.site, offer_id, within_s)

    async def inquire(self, question: Question, *, within_s: float) -> Reply:
        """Ask the hub about films. Raises NotLinkedError, SilentError."""
        within_ns = round(within_s * NS)
        number, send = self._end.inquire(question, now_ns=self.now_ns(), within_ns=within_ns)
        self._put_now(send)
        return (await self._informed.wait(self.hub.site, number, within_s)).reply

    def answer(self, ask_id: int, reason: str = "") -> None:
        """Answer what the hub asked for."""
        self._put(self._end.answer(ask_id, reason))

    async def _catch_up(self, socket: zmq.asyncio.Socket) -> None:
        """Take what lies there: to a room that had no time for it the hub was not silent."""
        with suppress(zmq.Again):
            for _ in range(LYING_MAX):
                data = await socket.recv(zmq.NOBLOCK)
                self._carry_out(self._end.received(data, self.now_ns()))

    async def _listen(self, socket: zmq.asyncio.Socket) -> None:
        """Take what comes until the end has something to do by itself."""
        while (left_ns := self._end.next_ns - self.now_ns()) > 0:
            if not await socket.poll(max(1, left_ns // 1_000_000)):
                return
            await self._catch_up(socket)

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._put(effect)
                case Answered():
                    self._answers.take(effect.site, effect.answer.id, effect.answer)
                case Informed():
                    self._informed.take(effect.site, effect.told.id, effect.told)
                case Inquired() if self._tasks:
                    self._tasks.create_task(self._inform(effect))
                case Misdeed():
                    self.misdeeds.note(effect, self.now_ns())
                case Dropped(what=what, why=why):
                    logger.info("link: %s of the hub is %s, dropped", what, why)
                case Lost():
                    self._answers.give_up()
                    self._informed.give_up()
                    self.heard(effect)
                case Linked() | Asked() | OfferWanted() | Told():
                    self.heard(effect)

    async def _inform(self, asked: Inquired) -> None:
        reply = await self.inquired(asked.site, asked.inquiry.question)
        self._put(self._end.inform(asked.inquiry.id, reply))

    def _put(self, send: Send) -> bool:
        """Send at once or not at all: nothing waits for a hub that is away."""
        return self._socket is not None and send_now(self._socket, send.data)

    def _put_now(self, send: Send) -> None:
        """Send a question; nobody waits for the answer to one that was not sent.

        Raises:
            NotLinkedError: the hub has just gone, or does not read.
        """
        if not self._put(send):
            raise NotLinkedError("the hub is not there")
