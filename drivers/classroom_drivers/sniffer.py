"""Stands between a controller and a device, hands on what either says, and writes it all down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from classroom_drivers.api import Link, LinkError, Transport
from classroom_drivers.companions import companions
from classroom_drivers.emulators.server import listen
from classroom_drivers.links.address import Address, parse
from classroom_drivers.links.journal import Journal
from classroom_drivers.links.transports import transport_for
from classroom_drivers.recording import BYTES_MAX, ENTRIES_MAX, is_pretended
from classroom_drivers.transcript import Evidence, Transcript, of_frames

BAUD = 9600  # where the URL does not say
Send = Callable[[bytes], Awaitable[None]]


class Sniffer:
    """The way to the device; every controller that comes gets a link of its own."""

    def __init__(self, url: str, *, lasting: bool) -> None:
        self.journal = Journal()
        self.journal.bound(entries_max=ENTRIES_MAX, bytes_max=BYTES_MAX)
        self.problem = ""  # why the device could not be reached, when it was tried last
        self._began_s = asyncio.get_running_loop().time()
        self._address = parse(url)
        self._url = url
        self._transport, _ = transport_for(self._address, baud=BAUD)
        self._lasting = lasting

    def visit(self, send: Send) -> "Bridge":
        """Take a controller."""
        return Bridge(self._transport, self.journal, send, lasting=self._lasting, host=self)

    def transcript(self, driver: str) -> Transcript:
        """Give what was recorded so far; nobody knows what it means yet."""
        steps = of_frames(
            self.journal.frames(),
            since_s=self._began_s,
            datagrams=self._address.scheme == "udp",
        )
        return Transcript(
            driver=driver,
            recorded=datetime.now(UTC),
            source=Evidence.EMULATOR if is_pretended(self._url) else Evidence.BENCH,
            transport=self._address.scheme,
            note="overheard between a controller and the device",
            steps=steps,
        )


class Bridge:
    """One controller's way to the device.

    A wire or a port without connections is `lasting`: when the device ends its link, the next
    word of the controller opens another. Otherwise the controller's connection ends too.
    """

    def __init__(
        self, way: Transport, journal: Journal, send: Send, *, lasting: bool, host: Sniffer
    ) -> None:
        self._way = way
        self._journal = journal
        self._send = send
        self._lasting = lasting
        self._host = host
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()

    def hear(self, data: bytes) -> None:
        """Take bytes from the controller."""
        self._heard.put_nowait(data)

    async def run(self) -> None:
        """Hand on what is said until the device ends it, or for ever."""
        said = b""
        while True:
            try:
                await self._bridge(said)
            except LinkError as error:
                self._host.problem = str(error)
            if not self._lasting:
                return
            said = await self._heard.get()

    async def _bridge(self, first: bytes) -> None:
        async with self._way.open() as link:
            self._journal.opened(None)
            self._host.problem = ""
            try:
                async with companions() as start:
                    start(self._to_device(link, first))
                    while data := await link.read():
                        self._journal.heard(data)
                        await self._send(data)
                self._journal.hung_up()
            finally:
                self._journal.closed()

    async def _to_device(self, link: Link, first: bytes) -> None:
        data = first
        while True:
            if data:
                self._journal.wrote("", data)
                await link.write(data)
            data = await self._heard.get()


@asynccontextmanager
async def sniffing(listen_at: str, url: str) -> AsyncIterator[tuple[Sniffer, str]]:
    """Be between two places for the length of a block; give the sniffer and where it listens.

    A serial port that is there is opened; for one that is not, a terminal of that name is made,
    to which a program on this machine can connect.

    Raises:
        UnsupportedError: one of the URLs is none of ours.
        OSError: the address is taken.
        LinkError: the port cannot be opened.
    """
    address = parse(listen_at)
    sniffer = Sniffer(url, lasting=address.scheme != "tcp")
    async with companions() as start:
        if _is_port(address):
            port, _ = transport_for(address, baud=BAUD)
            async with port.open() as link:
                start(_attend(link, sniffer))
                yield sniffer, str(address)
            return
        plain = Address(address.scheme, address.host, address.port, address.path)
        socket = await listen(sniffer, plain, start)
        try:
            yield sniffer, str(socket.address)
        finally:
            socket.close()


def _is_port(address: Address) -> bool:
    return address.scheme == "serial" and Path(address.path).is_char_device()


async def _attend(controller: Link, sniffer: Sniffer) -> None:
    bridge = sniffer.visit(controller.write)
    async with companions() as start:
        start(bridge.run())
        while data := await controller.read():
            bridge.hear(data)
