"""One wire, and the taps on it: a serial port or a connection that several devices share.

The link is opened with the first user and closed with the last. When it ends, it ends for all of
them; all of them see every byte that arrives. One user's task keeps it; when that one goes, another
opens it again, which the others hardly notice.

On a bus, a unit that does not answer costs the others a time-out at each attempt. So it is tried
at a falling rate while others answer, and the more such units there are, the less often each.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext

from classroom_drivers.api import DeviceError, Link, LinkError, Transport
from classroom_drivers.companions import companions
from classroom_drivers.links.turns import Turns

BACK_OFF_S = (0.0, 0.25, 0.5, 1.0, 1.5)
FALLING_S = (1.0, 2.0, 4.0, 8.0, 10.0)
QUIET_BYTES, QUIET_LEAST_S = 3.5, 0.00175


class SharedWire:
    """A transport and its users; `sharing` is "chain" or "bus", as in LineDevice.SHARING."""

    def __init__(self, transport: Transport, sharing: str) -> None:
        bus = sharing == "bus"
        quiet_s = max(QUIET_BYTES * transport.byte_s, QUIET_LEAST_S) if transport.byte_s else 0.0
        self.byte_s = transport.byte_s
        self.private: bool = getattr(transport, "private", False)  # nobody can read along
        self.sharing = sharing
        self.turns = Turns(half_duplex=bus, quiet_s=quiet_s if bus else 0.0)
        self._transport = transport
        self._link: Link | None = None
        self._taps: set[Tap] = set()
        self._users: set[SharedLink] = set()
        self._overhearing: set[Callable[[bytes], None]] = set()
        self._hosting = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._up = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    def tap(self) -> "Tap":
        """Give one more device its way to the wire."""
        return Tap(self)

    async def host(self, tap: "Tap") -> None:
        """Keep the link for all users, until cancelled: one of the taps does it at a time."""
        self._taps.add(tap)
        try:
            async with self._hosting:
                while True:
                    while not self._users:
                        self._wanted.clear()
                        await self._wanted.wait()
                    async with companions() as start:
                        self._serving = start(self._serve())
                        await asyncio.wait([self._serving])
        finally:
            self._taps.discard(tap)

    @asynccontextmanager
    async def use(self) -> AsyncIterator["SharedLink"]:
        """Use the link for the length of a block; LinkError when it cannot be opened."""
        user = SharedLink(self)
        self._users.add(user)
        self._wanted.set()
        if self._link:
            user.open()
        try:
            await user.opened
            yield user
        finally:
            self._users.discard(user)
            if not self._users and self._serving:
                self._link = None
                self._serving.cancel()

    @contextmanager
    def overhear(self, take: Callable[[bytes], None]) -> Iterator[None]:
        """Give `take` what others hear, for the length of a block."""
        self._overhearing.add(take)
        try:
            yield
        finally:
            self._overhearing.discard(take)

    async def write(self, data: bytes) -> None:
        """Hand over bytes; whose turn it is was settled before."""
        await self._up.wait()
        if self._link is None:
            raise LinkError("the link has ended")
        await self._link.write(data)

    def pause_s(self, failures: int, *, of: "Tap") -> float:
        """Say how long after an attempt that failed, the first being 1, another one is due."""
        others_answer = any(tap.answers for tap in self._taps - {of})
        if not (self.turns.half_duplex and others_answer):
            return step_of(BACK_OFF_S, failures)
        silent = sum(not tap.answers for tap in self._taps)
        return step_of(FALLING_S, failures) * max(silent, 1)

    async def _serve(self) -> None:
        """Open the link and hand out what arrives, until it ends or nobody wants it any more."""
        try:
            async with self._transport.open() as link:
                self._link = link
                self._up.set()
                for user in self._users:
                    user.open()
                while data := await link.read():
                    self._hand_out(data)
                self._end(self._users, b"")
        except DeviceError as error:
            self._end(self._users, error)
        finally:
            self._link = None
            self._up.clear()

    def _hand_out(self, data: bytes) -> None:
        for user in self._users:
            user.arrive(data)
        for take in tuple(self._overhearing):
            take(data)

    def _end(self, users: set["SharedLink"], how: bytes | DeviceError) -> None:
        for user in users:
            user.end(how)
        self._users = self._users - users


class SharedLink:
    """A user's open link; closed by leaving `use`."""

    def __init__(self, wire: SharedWire) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wire = wire
        self._arrived: asyncio.Queue[bytes | DeviceError] = asyncio.Queue()

    async def write(self, data: bytes) -> None:
        """Hand over bytes; whose turn it is was settled before."""
        await self._wire.write(data)

    async def read(self) -> bytes:
        """Wait for bytes, everybody's; empty once the other side has closed."""
        arrived = await self._arrived.get()
        if isinstance(arrived, DeviceError):
            raise arrived
        return arrived

    def open(self) -> None:
        """Let the user begin."""
        if not self.opened.done():
            self.opened.set_result(None)

    def arrive(self, data: bytes) -> None:
        """Take what came in."""
        self._arrived.put_nowait(data)

    def end(self, how: bytes | DeviceError) -> None:
        """Say that the link has ended, or why there is none."""
        if isinstance(how, DeviceError) and not self.opened.done():
            self.opened.set_exception(how)
        else:
            self._arrived.put_nowait(how)


class Tap:
    """A device's own way to a wire: a Transport, and what a line wants to know besides."""

    def __init__(self, wire: SharedWire) -> None:
        self.byte_s = wire.byte_s
        self.private = wire.private
        self.turns = wire.turns
        self.open = wire.use
        self.overhear = wire.overhear
        self.answers = False  # the line's word: its device was heard of when it was last asked
        self._wire = wire

    async def host(self) -> None:
        """Keep the wire for all who use it, whenever it is our turn to; until cancelled."""
        await self._wire.host(self)

    def pause_s(self, failures: int) -> float:
        """Say how long after an attempt that failed, the first being 1, another one is due."""
        return self._wire.pause_s(failures, of=self)


class OwnTap:
    """A transport that nobody else uses, seen as a wire with one tap."""

    def __init__(self, transport: Transport) -> None:
        self.byte_s = transport.byte_s
        self.turns = Turns()
        self.open = transport.open
        self.answers = False

    async def host(self) -> None:
        """Do nothing: there is nobody to keep it for."""

    def overhear(self, take: Callable[[bytes], None]) -> AbstractContextManager[None]:
        """Hear nothing: nobody else listens."""
        return nullcontext()

    def pause_s(self, failures: int) -> float:
        """Say how long after an attempt that failed, the first being 1, another one is due."""
        return step_of(BACK_OFF_S, failures)


def tap_of(transport: Transport, sharing: str) -> Tap | OwnTap:
    """Give the tap that a transport is; a bare one that may be shared becomes a wire."""
    if isinstance(transport, Tap):
        return transport
    return SharedWire(transport, sharing).tap() if sharing else OwnTap(transport)


def step_of(steps: Sequence[float], failures: int) -> float:
    """Give the step that is due after so many failures, the last one for ever."""
    return steps[min(failures, len(steps)) - 1]
