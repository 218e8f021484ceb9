"""TCP: a stream to a host and port, encrypted or not.

Devices with TLS have certificates that they made themselves, which nobody can check. Without a
`fingerprint` any is accepted: who listens learns nothing, but who stands between can pretend to be
the device. With the SHA-256 of its certificate as the fingerprint, nobody else is spoken with.
"""

import asyncio
import contextlib
import hmac
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

from classroom_drivers.api import LinkError

CHUNK = 4096
DEAD_MS = 5000  # unconfirmed bytes for so long mean that the other side is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """How a stream is encrypted: what the device says in clear before, and who it must be."""

    after: bytes = b""
    fingerprint: str = ""  # SHA-256 of its certificate, in hex; without, any is accepted


class TcpTransport:
    """The way to a TCP server. `private` is whether nobody on the way can read along."""

    byte_s = 0.0

    def __init__(self, host: str, port: int, *, encryption: Encryption | None = None) -> None:
        self.private = encryption is not None
        self._host = host
        self._port = port
        self._encryption = encryption

    @asynccontextmanager
    async def open(self) -> AsyncIterator["TcpLink"]:
        """Connect for the length of a block; LinkError when nobody is there."""
        try:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise LinkError(f"{self._host}:{self._port}: {reason}") from error
        _watch(writer.get_extra_info("socket"))
        try:
            if self._encryption:
                await _encrypt(reader, writer, self._encryption)
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


async def _encrypt(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, encryption: Encryption
) -> None:
    """Wait for what is said in clear, then begin TLS; LinkError when it is not that device."""
    try:
        said = await reader.readexactly(len(encryption.after))
        if said != encryption.after:
            raise LinkError(f"the device does not offer TLS; it says {said!r}")
        await writer.start_tls(_context())
    except (OSError, EOFError) as error:
        raise LinkError(f"no encrypted connection: {error}") from error
    shown = sha256(writer.get_extra_info("ssl_object").getpeercert(binary_form=True)).hexdigest()
    wanted = encryption.fingerprint.replace(":", "").lower()
    if wanted and not hmac.compare_digest(shown.encode(), wanted.encode()):
        raise LinkError(f"another certificate than expected; the device shows {shown}")


def _context() -> ssl.SSLContext:
    """Take any certificate and whatever the system still speaks: panels are older than browsers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _watch(connection: socket.socket) -> None:
    """Have the system notice a peer that vanished, where it can."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
