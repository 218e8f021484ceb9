"""How a VISCA camera is spoken with: commands, questions, refusals, and its place in a chain.

Several cameras on one serial line are a chain. Each driver hears what all of them say, and takes
what its own address says. Addresses are given out by one packet for the whole chain; who has the
lowest address sends it, and the others hear that it was done.

An answer does not say to what. One that comes too late, or twice, must not be taken for the next
one: after every disturbance the camera is asked its version, whose answer is like no other.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from classroom_drivers.api import LinkError, RefusedError, ReplyTimeoutError, Transport
from classroom_drivers.codecs import visca
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.visca_ip import RESET, ControllerCodec, OutOfStep, ResetDone
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Codec, Exchange, Priority

REPLY_S = 1.0
SONY_REPLY_S, SONY_RESEND = 0.35, 2  # a datagram may be lost; the same one again does no harm
SIGN_S = 0.3  # for what a camera may leave unanswered
TURN_S = 0.1  # so much longer than the one before it waits for another to set the addresses
VERSION_LENGTH = 7
BUSY_TRIES, BUSY_S = 5, 0.1
OF_EARLIER = {visca.CANCELLED, visca.NO_SOCKET}  # about what was replaced, not what we ask

Heard = visca.Reply | ResetDone | OutOfStep
CODECS: Mapping[str, Callable[[], Codec[Heard]]] = MappingProxyType(
    {"bare": lambda: PlainCodec(visca.ReplyDecoder().feed), "sony": ControllerCodec}
)


class BusyError(RefusedError):
    """Both sockets of the camera are in use; a little later it will do."""


class NotUnderstoodError(RefusedError):
    """The camera does not know it; or it complains of something else altogether."""


class OutOfStepError(LinkError):
    """The camera and we count differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a camera is spoken with."""

    address: int
    framing: str  # a key of CODECS
    chain: bool  # others may be on the line


class ViscaDevice(PoweredDevice[Heard]):
    """A camera that can be asked things; what it can do is added by others."""

    def __init__(self, transport: Transport, warmth: Warmth, manner: Manner) -> None:
        super().__init__(transport, CODECS[manner.framing], warmth)
        self.address = manner.address
        self.movement = 0  # counts stops and movements: what is older must not start any more
        self.new_link = False
        self._sony = manner.framing == "sony"
        self._reply_s, self._resend = (SONY_REPLY_S, SONY_RESEND) if self._sony else (REPLY_S, 0)
        self._chain = manner.chain and not self._sony
        self._numbered = asyncio.Event()  # somebody has set the addresses of the chain
        self._joined = False  # our camera has its address, as far as we know
        self._unknown: set[str] = set()  # questions that this camera does not know
        self._stumbles = 0  # sequence errors since the last answer that was in order

    # what a camera adds to

    async def begin(self) -> None:
        """Remember that this link is new: addresses and counters are not set yet."""
        self.new_link = True
        self._numbered.clear()
        self._unknown.clear()
        self._stumbles = 0

    async def probe(self) -> None:
        """Come into step: count from 0, have an address, leave late answers behind."""
        if self._sony:
            await self._hear("reset", RESET, ResetDone)
        elif not self._chain or not self.new_link:
            await self.come_into_step()
        elif not (self._joined and await self.come_into_step()):
            await self._join_chain()

    async def keep_address(self) -> None:
        """Have an address again when the chain has changed."""
        if self._chain and not self._joined:
            await self._join_chain()

    def unasked(self, reply: Heard) -> None:
        """Take the news that somebody joined or left the chain, or that it is numbered."""
        match reply:
            case visca.NetworkChange() if self._chain:
                self._numbered.clear()
                self._joined = False
                self.poll_soon()
            case visca.Echo(body) if body[0] == visca.ADDRESSES_SET:
                self._numbered.set()
            case OutOfStep():
                self._stumble()

    def accepted(self, kind: str, socket: int) -> None:
        """Take note of the socket in which a command of this kind is done."""

    async def make_room(self, kind: str) -> None:
        """Free a socket for a command of this kind, if that is right."""

    def identified(self, version: bytes) -> None:
        """Take what the camera says of itself."""

    # what a camera uses

    def ours(self, address: int) -> bool:
        """Only in a chain does the address matter; some cameras give a wrong one elsewhere."""
        return not self._chain or address == self.address

    async def do(
        self,
        name: str,
        body: bytes,
        *,
        kind: str = "",
        gap_s: float = 0.0,
        deadline_s: float = 5.0,
        again: bool = True,
    ) -> None:
        """Do a command.

        A busy camera is asked again, unless something newer was asked for; so is one that says
        that it did not understand, because some say so of nothing. What must not be done twice
        (`again` is False) is not asked again when it may have been done.
        """
        mine = self.movement
        problem: Exception | None = None
        for _ in range(BUSY_TRIES):
            try:
                await self._command(name, body, kind, gap_s, deadline_s)
            except NotUnderstoodError as error:
                if isinstance(problem, NotUnderstoodError) or not again:
                    raise
                problem = error
            except BusyError as error:
                problem = error
                await self.make_room(kind)
                await asyncio.sleep(BUSY_S)
            except OutOfStepError as error:
                if not again:
                    return
                problem = error
                await asyncio.sleep(BUSY_S)
            else:
                return
            if kind == "move" and mine != self.movement:
                return
        if problem:
            raise problem

    async def ask(
        self,
        name: str,
        body: bytes,
        lengths: tuple[int, ...],
        priority: Priority = Priority.POLL,
        timeout_s: float = 0.0,
    ) -> bytes:
        """Ask for something whose answer has one of these lengths."""

        def told(heard: Heard) -> bytes | None:
            match heard:
                case visca.Answer(address, data) if self.ours(address) and len(data) in lengths:
                    return data
            self.check(name, heard)
            return None

        exchange = Exchange[Heard, bytes](
            name=f"{name}?",
            data=visca.encode(self.address, body),
            answer=told,
            timeout_s=timeout_s or self._reply_s,
            resend=self._resend,
            priority=priority,
        )
        try:
            answer = await self.line.ask(exchange)
        except OutOfStepError:  # the question had arrived and the answer was lost: ask anew
            answer = await self.line.ask(exchange)
        except NotUnderstoodError:  # perhaps it was not about this
            if body == visca.ASK_VERSION:
                raise
            await self.come_into_step()
            answer = await self.line.ask(exchange)
        self._stumbles = 0
        return answer

    async def maybe(self, name: str, body: bytes, lengths: tuple[int, ...]) -> bytes | None:
        """Ask what not every camera tells; one that does not is not asked again on this link."""
        if name in self._unknown:
            return None
        try:
            return await self.ask(name, body, lengths)
        except NotUnderstoodError:
            self._unknown.add(name)
        except RefusedError:
            pass
        return None

    async def come_into_step(self) -> bool:
        """Ask the version, so that no older answer is still to come; say whether it answers."""
        try:
            version = await self.ask(
                "version", visca.ASK_VERSION, (VERSION_LENGTH,), Priority.SETUP, SIGN_S
            )
        except ReplyTimeoutError:
            return False
        except RefusedError:
            return True
        self.identified(version)
        return True

    def check(self, name: str, heard: Heard) -> None:
        """Raise what a reply says against this, if it is one of ours and does."""
        match heard:
            case visca.Refusal(address, _, code) if self.ours(address) and code not in OF_EARLIER:
                text = f"{name}: {visca.REFUSALS.get(code, f'error {code:02X}')}"
                kinds = {visca.BUSY: BusyError, visca.NOT_UNDERSTOOD: NotUnderstoodError}
                raise kinds.get(code, RefusedError)(text)
            case OutOfStep():
                self._stumble()
                raise OutOfStepError(f"{name}: out of step")

    async def _command(
        self, name: str, body: bytes, kind: str, gap_s: float, deadline_s: float
    ) -> None:
        def answer(heard: Heard) -> bool | None:
            match heard:
                case visca.Ack(address, socket) if self.ours(address):
                    self.accepted(kind, socket)
                    return True
                case visca.Completion(address, 0) if self.ours(address):
                    return True  # done without a socket, and without an acknowledgement
            self.check(name, heard)
            return None

        exchange = Exchange[Heard, bool](
            name=name,
            data=visca.encode(self.address, body),
            answer=answer,
            timeout_s=self._reply_s,
            resend=self._resend,
            once=kind == "move",
            kind=kind,
            gap_s=gap_s,
            deadline_s=deadline_s,
        )
        await self.line.ask(exchange)
        self._stumbles = 0

    async def _join_chain(self) -> None:
        """Give out the addresses, unless another does it first, and clear what ours was doing.

        Cameras with fixed addresses stay silent.
        """
        self._joined = True
        try:
            if not await self._another_numbers():
                await self._hear(
                    "addresses", visca.encode(visca.ALL, visca.SET_ADDRESS), visca.Echo
                )
            await self._hear("clear", visca.encode(self.address, visca.CLEAR), visca.Completion)
        except ReplyTimeoutError:
            return

    async def _another_numbers(self) -> bool:
        """Wait for one's turn; say whether somebody before us has set the addresses."""
        try:
            async with asyncio.timeout(TURN_S * (self.address - 1)):
                await self._numbered.wait()
        except TimeoutError:
            return False
        return True

    async def _hear(self, name: str, data: bytes, kind: type[Heard]) -> None:
        """Send what is not answered as commands and questions are, if it is answered at all."""

        def answer(heard: Heard) -> bool | None:
            to_us = self.ours(getattr(heard, "address", self.address))
            return True if isinstance(heard, kind) and to_us else None

        exchange = Exchange[Heard, bool](
            name=name,
            data=data,
            answer=answer,
            timeout_s=SIGN_S,
            resend=self._resend,
            priority=Priority.SETUP,
        )
        await self.line.ask(exchange)

    def _stumble(self) -> None:
        """Count a sequence error: one may mean a lost answer, two that the camera began anew."""
        self._stumbles += 1
        if self._stumbles > 1:
            self.line.doubt()
