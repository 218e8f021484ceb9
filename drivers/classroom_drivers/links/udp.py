"""UDP: datagrams to and from one host and port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_drivers.api import LinkError

WAITING_MAX = 256  # datagrams nobody has read yet; more are lost, as on a network


class UdpTransport:
    """The way to a device that takes datagrams. Opening says nothing about its being there."""

    byte_s = 0.0

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    @asynccontextmanager
    async def open(self) -> AsyncIterator["UdpLink"]:
        """Open a socket for the length of a block; LinkError when there is no way to the host."""
        loop = asyncio.get_running_loop()
        try:
            wire, link = await loop.create_datagram_endpoint(
                UdpLink, remote_addr=(self._host, self._port)
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise LinkError(f"{self._host}:{self._port}: {reason}") from error
        link.wire = wire
        try:
            yield link
        finally:
            wire.abort()


class UdpLink(asyncio.DatagramProtocol):
    """An open socket."""

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[bytes | Exception] = asyncio.Queue(WAITING_MAX)
        self.wire: asyncio.DatagramTransport | None = None

    async def write(self, data: bytes) -> None:
        """Send one datagram."""
        if self.wire is None or self.wire.is_closing():
            raise LinkError("the socket is closed")
        self.wire.sendto(data)

    async def read(self) -> bytes:
        """Wait for a datagram; LinkError when the host says that nobody listens."""
        arrived = await self._arrived.get()
        if isinstance(arrived, Exception):
            raise LinkError(f"nobody listens: {arrived}") from arrived
        return arrived

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take a datagram from the loop."""
        self._put(data)

    def error_received(self, exc: Exception) -> None:
        """Take the network's word that it did not arrive."""
        self._put(exc)

    def _put(self, arrived: bytes | Exception) -> None:
        if arrived and not self._arrived.full():
            self._arrived.put_nowait(arrived)
