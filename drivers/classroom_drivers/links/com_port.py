"""A serial port at the other end of a network, by RFC 2217: its speed is set from here.

A server that gives the bare bytes, at a speed that was set by hand, is tcp://. Modem lines are left
alone, so that the port may be a pseudo-terminal, too.

Checked on: ser2net 4.3.11 and pyserial 3.5, before emulated cameras.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_drivers.api import Link, LinkError
from classroom_drivers.codecs.rfc2217 import PortClient, escape
from classroom_drivers.links.serial_port import BITS_A_BYTE
from classroom_drivers.links.tcp import TcpTransport

AGREE_S = 3.0


class ComPortTransport:
    """The way to a port behind a server."""

    def __init__(self, host: str, port: int, baud: int) -> None:
        self.byte_s = BITS_A_BYTE / baud
        self._server = TcpTransport(host, port)
        self._baud = baud

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ComPortLink"]:
        """Connect and set the port, for the length of a block; LinkError when it cannot be."""
        async with self._server.open() as stream:
            link = ComPortLink(stream, PortClient(self._baud))
            try:
                async with asyncio.timeout(AGREE_S):
                    baud = await link.agree()
            except TimeoutError as error:
                raise LinkError("no answer as of RFC 2217; is it tcp:// instead?") from error
            if baud != self._baud:
                raise LinkError(f"the port stays at {baud} baud, and is not set to {self._baud}")
            yield link


class ComPortLink:
    """An open port."""

    def __init__(self, stream: Link, client: PortClient) -> None:
        self._stream = stream
        self._client = client
        self._heard = b""

    async def agree(self) -> int:
        """Have the server set the port; give the speed that it has then."""
        await self._stream.write(self._client.begin())
        while not self._client.agreed_baud:
            if not await self._hear():
                raise LinkError("the server closed the connection before it had set the port")
            if self._client.refused:
                raise LinkError("the server does not set its port (RFC 2217); use tcp://")
        return self._client.agreed_baud

    async def write(self, data: bytes) -> None:
        """Hand over bytes for the port."""
        await self._stream.write(escape(data))

    async def read(self) -> bytes:
        """Wait for bytes of the port; empty once the server has closed."""
        while not self._heard:
            if not await self._hear():
                return b""
        heard, self._heard = self._heard, b""
        return heard

    async def _hear(self) -> bool:
        """Take what arrives, answer what is for us; False once the server has closed."""
        data = await self._stream.read()
        port, answer = self._client.feed(data)
        self._heard += port
        if answer:
            await self._stream.write(answer)
        return bool(data)
