"""What all devices at the end of a line share: state, polling, and the way to their methods.

A driver adds a class with the methods of its capabilities, what it is known ABOUT, and up to six
hooks: `begin`, `probe`, `poll`, `unasked`, `noticed` and `lockouts`. The arguments of its
`__init__` after the transport, all by keyword, are its options in room.toml.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Generic

from classroom_drivers.actions import capabilities_of, perform
from classroom_drivers.api import (
    Availability,
    DeviceError,
    DeviceState,
    LinkError,
    LockedOutError,
    Lockout,
    Plain,
    Transport,
    Value,
    ValueSource,
)
from classroom_drivers.companions import companions
from classroom_drivers.devices.about import About
from classroom_drivers.links.exchange import Codec, ReplyT
from classroom_drivers.links.journal import Journal
from classroom_drivers.links.line import Line

POLL_S = 3.0


class LineDevice(Generic[ReplyT]):
    """A device behind a supervised line; `run` keeps both alive.

    SHARING says whether its wire may carry other devices: "chain" when all may speak at any time
    (VISCA), "bus" when one question at a time may be on it (RS-485). UNIT names the option by
    which devices on a shared wire are told apart.
    """

    ABOUT: ClassVar[About]
    SHARING: ClassVar[str] = ""
    UNIT: ClassVar[str] = "address"
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({})  # scheme -> port when none is given
    BAUD: ClassVar[int] = 9600
    TLS_AFTER: ClassVar[bytes] = b""  # what it says in clear before TLS begins

    def __init__(
        self,
        transport: Transport,
        codec: Callable[[], Codec[ReplyT]],
        *,
        may_hang_up: bool = False,
    ) -> None:
        self.line: Line[ReplyT] = Line(
            transport, codec, self, may_hang_up=may_hang_up, sharing=self.SHARING
        )
        self.choices: dict[str, tuple[str, ...]] = {}
        self._values: dict[str, Value] = {}
        self._since_s: dict[str, float] = {}  # when a value became what it is, on the loop's clock
        self.poll_s = POLL_S
        self.notices_port = 0  # of ours, UDP, to which it sends news by itself; 0 is none
        self._refusal = ""
        self._poll_soon = asyncio.Event()
        self._met = asyncio.Event()
        self._changed: Callable[[DeviceState], None] | None = None
        self._published: DeviceState | None = None

    @classmethod
    def variant(cls, options: Mapping[str, Any]) -> "type[LineDevice[Any]]":
        """Give the class that is meant by these options; most drivers are but one."""
        return cls

    # what everybody may ask

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, in kebab case; a driver whose devices differ says which."""
        return capabilities_of(type(self))

    def state(self) -> DeviceState:
        """Give what is known at this moment."""
        return DeviceState(
            availability=self.line.availability,
            values=MappingProxyType(dict(self._values)),
            choices=MappingProxyType(dict(self.choices)),
            lockouts=self.lockouts(),
            problem=self.line.problem or self._refusal,
        )

    @property
    def journal(self) -> Journal:
        """What was written to it and read from it lately, secrets masked."""
        return self.line.journal

    async def perform(
        self, capability: str, action: str, arguments: Mapping[str, Any] | None = None
    ) -> None:
        """Do an action by its name: ``perform("power", "set-power", {"on": True})``."""
        await perform(self, capability, action, arguments or {})

    async def meet(self, within_s: float) -> None:
        """Wait until it has told its state for the first time, refused us, or the time is over."""
        try:
            async with asyncio.timeout(within_s):
                await self._met.wait()
        except TimeoutError:
            pass

    async def run(self, changed: Callable[[DeviceState], None] | None = None) -> None:
        """Keep connected, poll and report until cancelled."""
        self._changed = changed
        self.publish()
        async with companions() as start:
            start(self.line.run())
            start(self.tend())
            await self._poll_for_ever()

    # what a driver may override

    async def begin(self) -> None:
        """Do what must come first on every new link, at SETUP priority."""

    async def probe(self) -> None:
        """Ask the smallest thing that proves life, at SETUP priority."""
        raise NotImplementedError

    async def poll(self) -> None:
        """Ask what may have changed without us."""

    async def tend(self) -> None:
        """Do what needs doing in the background."""

    def unasked(self, reply: ReplyT) -> None:
        """Take a reply that nobody asked for."""

    def noticed(self, data: bytes) -> None:
        """Take a datagram that it sent to `notices_port`."""

    def lockouts(self) -> tuple[Lockout, ...]:
        """Compute what must wait, from state and time."""
        return ()

    # what a driver uses

    def note(self, name: str, value: Plain, source: ValueSource = ValueSource.POLLED) -> None:
        """Know a value, and tell the world if it is news."""
        known = self._values.get(name)
        if known is None or known.value != value:
            self._since_s[name] = self.now_s()
        self._values[name] = Value(value, source, datetime.now(UTC))
        self.publish()

    def assume(self, name: str, value: Plain, *, ask: bool = True) -> None:
        """Take a value for true because we asked for it; unless told otherwise, poll soon."""
        self.note(name, value, ValueSource.ASSUMED)
        if ask:
            self.poll_soon()

    def forget(self, *names: str) -> None:
        """Stop claiming to know."""
        for name in names:
            self._values.pop(name, None)
            self._since_s.pop(name, None)
        self.publish()

    def known(self, name: str) -> Plain | None:
        """Give the last known value."""
        return self._values[name].value if name in self._values else None

    def since_s(self, name: str) -> float:
        """Say since when a value has been what it is, on the loop's clock."""
        return self._since_s.get(name, self.now_s())

    def now_s(self) -> float:
        """Give the loop's time."""
        return asyncio.get_running_loop().time()

    def moment(self, at_s: float) -> datetime:
        """Turn the loop's time into a date."""
        return datetime.now(UTC) + timedelta(seconds=at_s - self.now_s())

    def poll_soon(self) -> None:
        """Poll now rather than in a few seconds."""
        self._poll_soon.set()

    def check_ready(self, capability: str) -> None:
        """Raise LockedOutError if a capability has to wait."""
        for lockout in self.lockouts():
            if lockout.capability == capability:
                left_s = (lockout.until - datetime.now(UTC)).total_seconds()
                text = f"{capability}: {lockout.reason}, ready in about {left_s:.0f} s"
                raise LockedOutError(text, lockout.until)

    def publish(self) -> None:
        """Report the state if it changed."""
        state = self.state()
        if self._changed and state != self._published:
            self._published = state
            self._changed(state)

    def line_changed(self) -> None:
        """Take the line's word that it came or went."""
        if self.line.availability is Availability.AUTH_FAILED:
            self._met.set()
        self.poll_soon()
        self.publish()

    async def _poll_for_ever(self) -> None:
        while True:
            self._poll_soon.clear()
            if self.line.availability in {Availability.ONLINE, Availability.DEGRADED}:
                await self._poll_once()
                self._met.set()
            self.publish()
            try:
                async with asyncio.timeout(self._next_look_s()):
                    await self._poll_soon.wait()
            except TimeoutError:
                pass

    async def _poll_once(self) -> None:
        self._refusal = ""
        try:
            await self.poll()
        except LinkError:
            return  # the line knows, and does what is to be done
        except DeviceError as error:
            self._refusal = str(error)

    def _next_look_s(self) -> float:
        ends = [(lockout.until - datetime.now(UTC)).total_seconds() for lockout in self.lockouts()]
        return max(min([self.poll_s, *ends]), 0.01)
