"""The hub's side of every link, on one socket."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import zmq
import zmq.asyncio

from classroom_edge.sessions.commands import AnyCommand
from classroom_edge.sessions.link.answers import Answers
from classroom_edge.sessions.link.clock import HubClock
from classroom_edge.sessions.link.desk import Desk
from classroom_edge.sessions.link.doorman import Doorman
from classroom_edge.sessions.link.effects import (
    Answered,
    Asked,
    AtHub,
    Dropped,
    Effect,
    EnrolAsked,
    Informed,
    Inquired,
    Linked,
    Lost,
    Misdeed,
    Offered,
    Send,
    Site,
    Surveying,
)
from classroom_edge.sessions.link.films import Answering, Question, Reply, no_films
from classroom_edge.sessions.link.hub_end import HubEnd, NotLinkedError
from classroom_edge.sessions.link.keys import KeyPair
from classroom_edge.sessions.link.misdeeds import Misdeeds
from classroom_edge.sessions.link.sockets import hub_socket, send_now
from classroom_edge.sessions.link.survey_hub import SurveyDesk
from classroom_edge.sessions.link.wire import Answer, Inform, Load, Loaded, Surveyed
from classroom_edge.sessions.state import NS, Session

EVERYWHERE: Final = "::"
IO_THREADS: Final = 3  # who greets a thousand sites lets nobody else wait: a greeting is 0.3 ms
LOOKS_EVERY_S: Final = 0.25  # for sites that have fallen silent

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Registry:
    """Who may come in. The code is open while a new key may bring a secret."""

    site_of: Callable[[str], Site | None]
    is_open: Callable[[], bool]
    redeem: Callable[[str, str], Awaitable[tuple[str, str]]]  # secret, key -> site, reason


@dataclass(kw_only=True)
class Hub:
    """Every site's link. `heard` is told who is there, who is lost, and what is asked for.

    Whatever it is told is the word of the site whose key said it.
    """

    keys: KeyPair
    host: str  # "::" = every address, IPv4 too
    port: int
    registry: Registry
    survey: SurveyDesk | None = None  # None: lines are not measured
    heard: Callable[[AtHub], None]
    clock: HubClock = field(default_factory=lambda: HubClock(time.time_ns, time.monotonic_ns))
    inquired: Answering = no_films
    misdeeds: Misdeeds = field(default_factory=Misdeeds)
    _answers: Answers[Answer] = field(default_factory=Answers, init=False)
    _informed: Answers[Inform] = field(default_factory=Answers, init=False)
    _end: HubEnd = field(init=False)
    _socket: zmq.asyncio.Socket | None = field(default=None, init=False)
    _tasks: asyncio.TaskGroup | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._end = HubEnd(self.registry.site_of, lambda: secrets.randbits(62) | 1)

    @property
    def linked(self) -> frozenset[str]:
        """The sites that are there now."""
        return self._end.linked

    async def run(self) -> None:
        """Run until cancelled.

        Raises:
            OSError: the port is taken. zmq.ZMQError is one.
        """
        context = zmq.asyncio.Context(io_threads=IO_THREADS)
        context.set(zmq.MAX_SOCKETS, 64)
        doorman = Doorman(context=context, admits=self._admits)
        desk = Desk(
            host=None if self.host == EVERYWHERE else self.host,
            port=self.port + 1,
            key=self.keys.public,
            is_open=self.registry.is_open,
        )
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(doorman.run())
                self._tasks.create_task(desk.run())
                self._tasks.create_task(self._look_round())
                await self._serve(context)
        finally:
            self._socket = self._tasks = None
            context.destroy(linger=0)

    async def ask(self, site: str, session: str, command: AnyCommand, *, within_s: float) -> str:
        """Ask a site for something; give its answer, "" = done, or a reason.

        Raises:
            NotLinkedError: it is not there.
            SilentError: it did not answer in time; if it has not done it yet, it never will.
        """
        deadline_ns = self.clock() + round(within_s * NS)
        ask_id, send = self._end.ask(site, session, command, deadline_ns=deadline_ns)
        self._put_now(site, send)
        return (await self._answers.wait(site, ask_id, within_s)).reason

    def answer(self, site: str, ask_id: int, reason: str = "", sdp: str = "") -> None:
        """Answer what a site asked for or offered. Raises NotLinkedError."""
        self._put(self._end.answer(site, ask_id, reason, sdp))

    async def inquire(self, site: str, question: Question, *, within_s: float) -> Reply:
        """Ask a site about films. Raises NotLinkedError, SilentError."""
        deadline_ns = self.clock() + round(within_s * NS)
        number, send = self._end.inquire(site, question, deadline_ns=deadline_ns)
        self._put_now(site, send)
        return (await self._informed.wait(site, number, within_s)).reply

    def want_offer(self, site: str, session: str) -> None:
        """Have a site offer its picture and sound. Raises NotLinkedError."""
        self._put(self._end.want_offer(site, session))

    def tell(self, site: str, session: Session) -> None:
        """Tell a site how a session stands. Raises NotLinkedError."""
        self._put(self._end.tell(site, session))

    async def _serve(self, context: zmq.asyncio.Context) -> None:
        host = f"[{self.host}]" if ":" in self.host else self.host
        with hub_socket(context, self.keys) as socket:
            socket.bind(f"tcp://{host}:{self.port}")
            self._socket = socket
            while True:
                frames = await socket.recv_multipart(copy=False)
                self._received(frames)

    def _received(self, frames: list[zmq.Frame]) -> None:
        key = str(frames[-1].get("User-Id"))
        if len(frames) != 2:
            self._told_of(Misdeed(key, "garbage", f"{len(frames)} frames"))
            return
        route, data = (frame.bytes for frame in frames)
        self._carry_out(self._end.received(key, route, data, self.clock()))

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._put(effect)
                case Answered():
                    self._answers.take(effect.site, effect.answer.id, effect.answer)
                case Informed():
                    self._informed.take(effect.site, effect.told.id, effect.told)
                case Misdeed():
                    self._told_of(effect)
                case Dropped(what=what, why=why):
                    level = logging.DEBUG if what == "Beat" else logging.INFO
                    logger.log(level, "link: %s of %s is %s, dropped", what, effect.site, why)
                case EnrolAsked() | Inquired() | Surveying() if self._tasks:
                    self._tasks.create_task(self._work_on(effect))
                case Linked() | Lost() | Asked() | Offered():
                    self.heard(effect)

    def _put(self, send: Send) -> bool:
        """Send at once or not at all: nobody waits for a site that does not read."""
        sent = self._socket is not None and send_now(self._socket, send.route, send.data)
        if not sent:
            logger.debug(
                "link: a site that is gone or does not read misses %d bytes", len(send.data)
            )
        return sent

    def _put_now(self, site: str, send: Send) -> None:
        """Send a question; nobody waits for the answer to one that was not sent.

        Raises:
            NotLinkedError: the site has just gone, or does not read.
        """
        if not self._put(send):
            raise NotLinkedError(f"{site} is not there")

    async def _look_round(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            self._carry_out(self._end.tick(self.clock()))

    async def _work_on(self, asked: EnrolAsked | Inquired | Surveying) -> None:
        match asked:
            case EnrolAsked():
                await self._enrol(asked)
            case Inquired():
                await self._inform(asked)
            case Surveying() if self.survey:
                await self._survey(self.survey, asked)

    async def _enrol(self, asked: EnrolAsked) -> None:
        site, reason = await self.registry.redeem(asked.secret, asked.key)
        if reason:
            self._told_of(Misdeed(asked.key, "enrols", reason))
        else:
            logger.info("link: %s is enrolled with key %s", site, asked.key)
        self._put(self._end.enrolled(asked.route, site, reason))

    async def _survey(self, desk: SurveyDesk, asked: Surveying) -> None:
        if isinstance(asked.what, Load):
            if desk.echoes(asked.what.token, len(asked.what.data)):
                self._put(self._end.surveyed(asked.route, Loaded(asked.what.data)))
            return
        token, reason = await desk.admit(asked.key)
        answer = Surveyed(token=token, port=desk.port, reason=reason)
        self._put(self._end.surveyed(asked.route, answer))
        if token:
            await desk.serve()

    async def _inform(self, asked: Inquired) -> None:
        reply = await self.inquired(asked.site, asked.inquiry.question)
        with suppress(NotLinkedError):  # it asks again when it is back
            self._put(self._end.inform(asked.site, asked.inquiry.id, reply))

    def _admits(self, key: str, address: str) -> bool:
        admitted = self.registry.site_of(key) is not None or self.registry.is_open()
        if not admitted:
            self._told_of(Misdeed(key, "not-enrolled", f"from {address}"))
        return admitted

    def _told_of(self, misdeed: Misdeed) -> None:
        self.misdeeds.note(misdeed, self.clock())
