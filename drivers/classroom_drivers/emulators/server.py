"""Serves a device at a URL: tcp://127.0.0.1:0, udp://127.0.0.1:0, serial:///tmp/projector.

At tls://127.0.0.1:0 it says what its emulator's `tls_after` is, if it has one, and then encrypts
with a certificate of its own. A serial one is a pseudo-terminal with a name of its own, as a USB
adapter has; Linux and macOS. At wol://127.0.0.1:0 it hears datagrams and, while its emulator's
`is_up` says so, takes connections at the same port number. At udp://...?group=239.255.255.250 it
also hears what is sent to that multicast group.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from classroom_drivers.api import UnsupportedError
from classroom_drivers.companions import Start, companions
from classroom_drivers.emulators.box import HEARD_MAX, Box
from classroom_drivers.emulators.certificate import own_context
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.links.address import Address, parse

VISITORS_MAX = 64
CHUNK = 4096
LOOK_S = 0.02  # how often a PC's port follows its power


class Guest(Protocol):
    """One connection, as the device has it."""

    def hear(self, data: bytes) -> None:
        """Take bytes from the wire."""

    async def run(self) -> None:
        """Answer until the device hangs up."""


class Host(Protocol):
    """Whatever takes connections: an emulated device in its box, or the way to a real one."""

    def visit(self, send: Callable[[bytes], Awaitable[None]]) -> Guest:
        """Take a new connection, whose bytes go out by `send`."""


class Socket(NamedTuple):
    """What the plug is in: where it turned out to be, and how it is closed."""

    address: Address
    close: Callable[[], None]


class Served:
    """An emulator at a URL; it can be unplugged, plugged in again, and made to misbehave."""

    def __init__(self, box: Box, address: Address, start: Start) -> None:
        self.box = box
        self._address = address
        self._start_companion = start
        self._running: set[asyncio.Task[None]] = set()
        self._socket: Socket | None = None

    @property
    def url(self) -> str:
        """Where it is, the port filled in."""
        return str(self._address)

    def misbehave(self, faults: Faults) -> None:
        """Switch faults on from now; Faults() is good behaviour."""
        self.box.misbehave(faults)

    async def plug(self) -> None:
        """Put the plug in: the device can be reached.

        Raises:
            OSError: the address is taken.
        """
        self._socket = await listen(self.box, self._address, self._start)
        self._address = self._socket.address

    async def unplug(self) -> None:
        """Pull the plug: every connection ends, none can be made."""
        if self._socket:
            self._socket.close()
            self._socket = None
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._start_companion(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


@asynccontextmanager
async def serve(
    emulator: Emulator, url: str, faults: Faults | None = None
) -> AsyncIterator[Served]:
    """Serve an emulator for the length of the block; port 0 takes a free one.

    Raises:
        OSError: the address is taken.
        UnsupportedError: the URL is none of ours.
    """
    async with companions() as start:
        served = Served(Box(emulator, faults), parse(url), start)
        await served.plug()
        try:
            yield served
        finally:
            await served.unplug()


async def listen(host: Host, address: Address, start: Start) -> Socket:
    """Let a host be reached at an address; its connections are started as companions.

    Raises:
        OSError: the address is taken.
        UnsupportedError: it is no address to listen at.
    """
    kinds = {"tcp": _tcp, "tls": _tls, "udp": _udp, "serial": _serial, "wol": _wol}
    if address.scheme not in kinds:
        raise UnsupportedError(f"cannot listen at {address}; only at {', '.join(kinds)}")
    return await kinds[address.scheme](host, address, start)


async def _tcp(host: Host, address: Address, start: Start) -> Socket:
    return await _stream(host, address, start, _in_clear)


async def _tls(host: Host, address: Address, start: Start) -> Socket:
    context = own_context()
    said_before: bytes = getattr(getattr(host, "emulator", None), "tls_after", b"")

    async def encrypt(writer: asyncio.StreamWriter) -> None:
        writer.write(said_before)
        await writer.start_tls(context)

    return await _stream(host, address, start, encrypt)


async def _in_clear(writer: asyncio.StreamWriter) -> None:
    """Leave a connection as it is."""


async def _stream(
    host: Host,
    address: Address,
    start: Start,
    prepare: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> Socket:
    writers: set[asyncio.StreamWriter] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(data: bytes) -> None:
            writer.write(data)
            with contextlib.suppress(ConnectionError):
                await writer.drain()

        try:
            await prepare(writer)
        except OSError:
            pass  # who called was no friend of TLS, or left
        else:
            await _until_either(host.visit(send), reader)
        finally:
            writers.discard(writer)
            writer.close()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(writers) < VISITORS_MAX:
            writers.add(writer)
            start(attend(reader, writer))
        else:
            writer.close()

    server = await asyncio.start_server(meet, address.host, address.port)
    port = server.sockets[0].getsockname()[1]

    def close() -> None:
        server.close()
        for writer in writers:
            writer.transport.abort()

    return Socket(Address(address.scheme, address.host, port), close)


async def _until_either(visitor: Guest, reader: asyncio.StreamReader) -> None:
    """Attend until the device hangs up or the controller does."""
    async with companions() as start:
        both = start(visitor.run()), start(_listen(visitor, reader))
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)


async def _listen(visitor: Guest, reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            visitor.hear(data)


async def _udp(host: Host, address: Address, start: Start) -> Socket:
    post = _Post()
    loop = asyncio.get_running_loop()
    if group := address.query.get("group"):
        wire, _ = await loop.create_datagram_endpoint(lambda: post, sock=_in_group(address, group))
    else:
        wire, _ = await loop.create_datagram_endpoint(
            lambda: post, local_addr=(address.host, address.port)
        )
    port = wire.get_extra_info("sockname")[1]

    async def sort() -> None:
        visitors: dict[object, Guest] = {}
        while True:
            data, sender = await post.arrived.get()
            if sender not in visitors and len(visitors) < VISITORS_MAX:
                visitors[sender] = host.visit(_letters_to(wire, sender))
                start(visitors[sender].run())
            if sender in visitors:
                visitors[sender].hear(data)

    start(sort())
    return Socket(Address("udp", address.host, port), wire.close)


async def _wol(host: Host, address: Address, start: Start) -> Socket:
    heard = await _udp(host, address, start)
    door = _Door(address.host, heard.address.port)
    start(door.mind(host))

    def close() -> None:
        heard.close()
        door.close()

    return Socket(Address("wol", address.host, heard.address.port), close)


class _Door:
    """A TCP port that is open while a PC is up; who knocks is let go again at once."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._server: asyncio.Server | None = None

    async def mind(self, host: Host) -> None:
        """Open and close as the PC comes and goes."""
        box, clock = host, asyncio.get_running_loop().time
        assert isinstance(box, Box)  # noqa: S101 - only an emulated PC can be up or down
        while True:
            up = box.emulator.is_up(clock()) and not box.silent(clock())  # type: ignore[attr-defined]
            if up and self._server is None:
                self._server = await asyncio.start_server(_let_go, *self._place)
            elif not up:
                self.close()
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """Close it."""
        if self._server:
            self._server.close()
            self._server = None


def _let_go(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _in_group(address: Address, group: str) -> socket.socket:
    """Hear what is sent to a multicast group by way of an address of ours, and what is for us."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        wire.bind(("", address.port))
        member = socket.inet_aton(group) + socket.inet_aton(address.host)
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except OSError:
        wire.close()
        raise
    return wire


class _Post(asyncio.DatagramProtocol):
    """Keeps what arrives until it is sorted."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue(HEARD_MAX)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a datagram; a full box loses it, as a network does."""
        if not self.arrived.full():
            self.arrived.put_nowait((data, addr))


def _letters_to(
    wire: asyncio.DatagramTransport, receiver: tuple[str, int]
) -> Callable[[bytes], Coroutine[Any, Any, None]]:
    async def send(data: bytes) -> None:
        if not wire.is_closing():
            wire.sendto(data, receiver)

    return send


async def _serial(host: Host, address: Address, start: Start) -> Socket:
    ours, theirs = _terminal(Path(address.path))

    async def send(data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # nobody reads: bytes are lost, as on a wire
            os.write(ours, data)

    visitor = host.visit(send)
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, lambda: visitor.hear(os.read(ours, CHUNK)))
    start(visitor.run())

    def close() -> None:
        loop.remove_reader(ours)
        Path(address.path).unlink(missing_ok=True)
        os.close(ours)
        os.close(theirs)

    return Socket(address, close)


def _terminal(name: Path) -> tuple[int, int]:
    """Make a pseudo-terminal of that name; a link left from before gives way, a file does not."""
    if not hasattr(os, "openpty"):
        raise UnsupportedError("an emulated serial port needs pseudo-terminals (Linux, macOS)")
    import tty  # noqa: PLC0415 - not there on Windows

    if name.is_symlink():
        name.unlink()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    name.symlink_to(os.ttyname(theirs))
    return ours, theirs
