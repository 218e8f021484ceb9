"""TCP: a stream to a host and port."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_drivers.api import LinkError

CHUNK = 4096
DEAD_MS = 5000  # unconfirmed bytes for so long mean that the other side is gone


class TcpTransport:
    """The way to a TCP server."""

    byte_s = 0.0

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    @asynccontextmanager
    async def open(self) -> AsyncIterator["TcpLink"]:
        """Connect for the length of a block; LinkError when nobody is there."""
        try:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise LinkError(f"{self._host}:{self._port}: {reason}") from error
        _watch(writer.get_extra_info("socket"))
        try:
            yield TcpLink(reader, writer)
        finally:
            writer.transport.abort()  # nothing is worth waiting for; a half-open peer never answers


class TcpLink:
    """An open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def write(self, data: bytes) -> None:
        """Hand bytes to the system."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise LinkError(f"the connection broke: {error}") from error

    async def read(self) -> bytes:
        """Wait for bytes; empty once the other side has closed."""
        try:
            return await self._reader.read(CHUNK)
        except OSError as error:
            raise LinkError(f"the connection broke: {error}") from error


def _watch(connection: socket.socket) -> None:
    """Have the system notice a peer that vanished, where it can."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
