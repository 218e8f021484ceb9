"""The supervised line to a device: opens links, notices their end, opens them again, for ever.

A line that ends is opened again at once, then after 0.25, 0.5, 1 and at most 1.5 s from one
attempt's beginning to the next: a device that returns works within 2 s. (On a bus it is tried less
often while others answer; see `shared_wire`.) Who asks for a device that is away, or hears of it,
ends the pause. An answer that does not come makes the line ask for a sign of life; if that does
not come either, the link is given up.
Nothing that was asked for is done later than its deadline: a device that returns gets no replay.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Generic, Protocol, TypeVar

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    DeviceError,
    LinkError,
    Transport,
)
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.companions import companions
from classroom_drivers.links.command_queue import CommandQueue
from classroom_drivers.links.conversation import Conversation
from classroom_drivers.links.exchange import (
    Codec,
    Exchange,
    Pending,
    Priority,
    ReplyT,
    ResultT,
)
from classroom_drivers.links.journal import Journal
from classroom_drivers.links.shared_wire import BACK_OFF_S, tap_of

OPEN_S = 1.5  # the longest wait for a link to open
LOCKED_OUT_S = 10.0  # between attempts with a password that was refused
IN_VAIN_MAX = 4
JITTER = 0.2  # devices that vanished together do not come back in step

ReplyT_contra = TypeVar("ReplyT_contra", contravariant=True)


class Listener(Protocol[ReplyT_contra]):
    """The device's part: how a link begins, how life is proved, what to make of the rest."""

    async def begin(self) -> None:
        """Do what must come first on every new link, at SETUP priority."""

    async def probe(self) -> None:
        """Ask the smallest thing that proves life, at SETUP priority."""

    def unasked(self, reply: ReplyT_contra) -> None:
        """Take a reply that nobody asked for."""

    def line_changed(self) -> None:
        """Availability or problem has changed."""


class Line(Generic[ReplyT]):
    """A queue of exchanges, and whatever link there is at the moment to send them on.

    A device that `may_hang_up` closes its connection whenever it likes, even after every answer:
    it is not asked for a sign of life on the next one, which would be all that it answers.
    """

    def __init__(
        self,
        transport: Transport,
        codec: Callable[[], Codec[ReplyT]],
        listener: Listener[ReplyT],
        *,
        may_hang_up: bool = False,
        sharing: str = "",
        chance: random.Random | None = None,
    ) -> None:
        self.availability = Availability.CONNECTING
        self.problem = ""
        self.journal = Journal()
        self._tap = tap_of(transport, sharing)
        self._codec = codec
        self._listener = listener
        self._may_hang_up = may_hang_up
        self._chance = chance or random.Random()  # noqa: S311 - only spreads retries
        self._queue = CommandQueue()
        self._conversation: Conversation[ReplyT] | None = None
        self._failures = 0
        self._hung_up = False  # the last link ended in good health, by the other side
        self._answered = False  # something was answered on it
        self._woken = asyncio.Event()
        self._in_vain = 0  # so often it was woken since it was last online

    async def ask(self, exchange: Exchange[ReplyT, ResultT]) -> ResultT:
        """Send in its turn and give the answer.

        Raises:
            LinkError: the device is offline, or was lost meanwhile.
            ReplyTimeoutError: it did not answer.
            ExpiredError: it was not sent before its deadline.
            AuthenticationError: the device does not take our password.
            DeviceError: what `answer` raised.
        """
        if exchange.priority is not Priority.SETUP:
            self.wake()
            self._check_present(exchange.name)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[ResultT] = loop.create_future()
        self._queue.put(Pending(exchange, loop.time() + exchange.deadline_s, [answered]))
        if self._conversation:
            self._conversation.wake()
        return await answered

    def doubt(self) -> None:
        """Have the device prove that it is there, and be set up anew."""
        self.wake()
        if self._conversation:
            self._conversation.missed.set()

    def wake(self) -> None:
        """Try again now, if it is waiting to: there is reason to think that the device is back."""
        self._woken.set()

    async def run(self) -> None:
        """Keep the line open until cancelled."""
        async with companions() as start:
            start(self._tap.host())
            await self._keep_open()

    async def _keep_open(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            began_s = clock()
            try:
                await self._use_link()
            except AuthenticationError as error:
                self._lose(Availability.AUTH_FAILED, error)
                await asyncio.sleep(LOCKED_OUT_S)
            except DeviceError as error:
                self._tap.answers = self._hung_up
                if not self._hung_up:
                    self._failures += 1
                    self._lose(Availability.OFFLINE, error)
                await self._pause(began_s + self._pause_s() - clock())

    async def _use_link(self) -> None:
        """Open a link and use it until it ends, which raises DeviceError."""
        alive = self._may_hang_up and self._hung_up and self._answered
        self._hung_up = False
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(OPEN_S):
                    link = await stack.enter_async_context(self._tap.open())
            except TimeoutError as error:
                raise LinkError("nobody answers") from error
            codec = self._codec()
            talk = Conversation(
                link,
                codec,
                self._queue,
                byte_s=self._tap.byte_s,
                turns=self._tap.turns,
                unasked=self._listener.unasked,
                journal=self.journal,
            )
            self.journal.opened(codec)
            self._conversation = talk
            try:
                async with companions() as start:
                    start(talk.write())  # before reading: a greeting finds who waits for it
                    start(talk.read())
                    await self._watch(talk, alive=alive)
            finally:
                self.journal.closed()
                self._conversation = None
                self._answered = talk.answered > 0
                self._save(talk.leave())

    async def _watch(self, talk: Conversation[ReplyT], *, alive: bool) -> None:
        """Begin, prove life, and prove it again whenever an answer did not come."""
        await self._listener.begin()
        talk.answered = 0
        if not alive:
            await self._listener.probe()
        talk.open()
        self._failures = self._in_vain = 0
        while True:
            talk.missed.clear()  # what the sign of life itself missed does not count
            self._tap.answers = True
            self._hung_up = True  # if it ends now, then in good health
            self._set(Availability.ONLINE, "")
            await talk.missed.wait()
            self._hung_up = False
            self._set(Availability.DEGRADED, "an answer did not come")
            await self._listener.probe()

    def _check_present(self, name: str) -> None:
        if self.availability is Availability.OFFLINE:
            raise LinkError(f"{name}: the device is offline: {self.problem}")
        if self.availability is Availability.AUTH_FAILED:
            raise AuthenticationError(f"{name}: {self.problem}")

    def _pause_s(self) -> float:
        if self._hung_up:
            return 0.0 if len(self._queue) else BACK_OFF_S[1]
        return self._tap.pause_s(self._failures) * self._chance.uniform(1 - JITTER, 1)

    async def _pause(self, longest_s: float) -> None:
        """Wait to try again; once the least of it is over, until woken or the device is heard.

        On a bus, that least grows with every attempt that somebody asked for in vain.
        """
        self._woken.clear()
        late_s = 0.0 if self._hung_up else self._tap.turns.late_s
        longest_s = max(longest_s, late_s)
        least_s = max(late_s * 2**self._in_vain, 0.0 if self._hung_up else BACK_OFF_S[1])
        least_s = min(least_s, longest_s)
        await asyncio.sleep(least_s)
        codec = self._codec()
        with suppress(TimeoutError), self._tap.overhear(lambda data: self._overhear(codec, data)):
            async with asyncio.timeout(longest_s - least_s):
                await self._woken.wait()
                self._in_vain = min(self._in_vain + 1, IN_VAIN_MAX)

    def _overhear(self, codec: Codec[ReplyT], data: bytes) -> None:
        for found in codec.feed(data):
            if not isinstance(found, Garbage):
                self._listener.unasked(found)

    def _save(self, unanswered: list[Pending]) -> None:
        """Keep what the device hung up on, once, for the next link."""
        for pending in reversed(unanswered):
            again = pending.sent == 1 and pending.exchange.priority is not Priority.SETUP
            again &= not pending.outdated and not pending.exchange.once
            if self._hung_up and again:
                pending.spelled = ()
                self._queue.put_back(pending)
            else:
                pending.fail(LinkError(f"{pending.exchange.name}: the device was lost"))

    def _lose(self, availability: Availability, error: DeviceError) -> None:
        for pending in self._queue.drain():
            pending.fail(LinkError(f"{pending.exchange.name}: the device is offline: {error}"))
        self._set(availability, str(error))

    def _set(self, availability: Availability, problem: str) -> None:
        if (availability, problem) != (self.availability, self.problem):
            self.availability, self.problem = availability, problem
            self._listener.line_changed()
