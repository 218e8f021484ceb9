"""The way to a PC that may be off: datagrams to wake it, TCP to see whether it is there.

A link is open as long as we have a network, for a PC that is off is not a device that is lost.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from errno import ENETDOWN, ENETUNREACH

from classroom_drivers.api import LinkError
from classroom_drivers.codecs.wake_on_lan import ASK, AWAY, HERE
from classroom_drivers.companions import Start, companions

EVERYBODY = "255.255.255.255"
WAKE_PORT = 9  # "discard": nobody listens there
KNOCK_S = 1.0  # so long a PC may take to answer
NO_NETWORK = {ENETDOWN, ENETUNREACH}


class WakeTransport:
    """The way to one PC.

    `broadcast` is where packets go; on a machine in two networks the one of the PC's own, such as
    10.0.0.255. A PC that refuses a connection is there too, unless `refusal_is_here` is False.
    """

    byte_s = 0.0

    def __init__(
        self,
        host: str,
        port: int,
        *,
        broadcast: str = EVERYBODY,
        wake_port: int = WAKE_PORT,
        refusal_is_here: bool = True,
    ) -> None:
        self._host = host
        self._port = port
        self._to = broadcast, wake_port or port
        self._refusal_is_here = refusal_is_here

    @asynccontextmanager
    async def open(self) -> AsyncIterator["WakeLink"]:
        """Have a socket for packets, for the length of a block."""
        loop = asyncio.get_running_loop()
        post = _Post()
        try:
            wire, _ = await loop.create_datagram_endpoint(
                lambda: post, local_addr=("0.0.0.0", 0), allow_broadcast=True
            )
        except OSError as error:
            raise LinkError(f"no socket: {error}") from error
        try:
            async with companions() as start:
                yield WakeLink(self, wire, post, start)
        finally:
            wire.abort()

    def wake(self, wire: asyncio.DatagramTransport, packet: bytes) -> None:
        """Send a packet."""
        wire.sendto(packet, self._to)

    async def knock(self) -> bool:
        """Say whether the PC answers.

        Raises:
            LinkError: there is no network.
        """
        try:
            async with asyncio.timeout(KNOCK_S):
                _, writer = await asyncio.open_connection(self._host, self._port)
        except ConnectionRefusedError:
            return self._refusal_is_here
        except TimeoutError:
            return False
        except OSError as error:
            if error.errno in NO_NETWORK:
                raise LinkError(f"no network: {error}") from error
            return False
        writer.transport.abort()
        return True


class WakeLink:
    """A socket for packets; and questions, which never leave as such."""

    def __init__(
        self,
        way: WakeTransport,
        wire: asyncio.DatagramTransport,
        post: "_Post",
        start: Start,
    ) -> None:
        self._way = way
        self._wire = wire
        self._post = post
        self._start = start

    async def write(self, data: bytes) -> None:
        """Send a packet, or find out whether the PC is there."""
        if data == ASK:
            self._start(self._knock())
        else:
            self._way.wake(self._wire, data)

    async def read(self) -> bytes:
        """Wait for a sign of it; LinkError when there is no network."""
        arrived = await self._post.arrived.get()
        if isinstance(arrived, LinkError):
            raise arrived
        return arrived

    async def _knock(self) -> None:
        try:
            here = await self._way.knock()
        except LinkError as error:
            self._post.put(error)
        else:
            self._post.put(HERE if here else AWAY)


class _Post(asyncio.DatagramProtocol):
    """Keeps what nobody has read yet."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[bytes | LinkError] = asyncio.Queue(16)

    def put(self, news: bytes | LinkError) -> None:
        """Keep it, unless there is too much already."""
        with suppress(asyncio.QueueFull):
            self.arrived.put_nowait(news)

    def error_received(self, exc: Exception) -> None:
        """Take the system's word that a packet did not leave."""
        self.put(LinkError(f"a packet did not leave: {exc}"))
