"""SFTP as a target: sent beside, gone on with where it was cut, read back, renamed into place.

Which server it is, its pinned host key tells; nothing is sent to another. SFTP has no checksum
that servers agree on, so everything is read back.

Source: draft-ietf-secsh-filexfer-02 (SFTP 3), sections 6.4 and 6.5; OpenSSH's PROTOCOL, sections
4.3 (posix-rename@openssh.com) and 4.5 (fsync@openssh.com).
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar, cast
from urllib.parse import unquote, urlsplit

import asyncssh

from classroom_edge.library.deliver.files import Files, partial_name
from classroom_edge.library.deliver.pieces import pieces
from classroom_edge.library.deliver.sftp_errors import translated
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    Item,
    MisconfiguredError,
    Proof,
    Receipt,
    Target,
    TransientError,
    receipt_of,
)

PIECE: Final = 256 << 10  # several requests are under way at once within it
SILENCE_S: Final = 60.0
CONNECT_S: Final = 20.0
HOME: Final = "/~/"  # a path that begins so is below the user's own folder

T = TypeVar("T")


@dataclass
class Sftp:
    """A place on an SFTP server."""

    spec: TargetSpec
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner, init=False)
    _connection: asyncssh.SSHClientConnection | None = field(default=None, init=False)
    _client: asyncssh.SFTPClient | None = field(default=None, init=False)

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Read what lies there; None = it is not the item."""
        lies = self._do(lambda client: self._lies(client, where, item, course))
        return self._receipt(where, item, sent=False) if lies else None

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send the rest of it beside, read all of it back, rename it into place."""
        self._do(lambda client: self._sent(client, where, item, course))
        return self._receipt(where, item, sent=True)

    def remove(self, where: str) -> bool:
        """Remove a file, and its folder if that is empty now."""

        async def gone(client: asyncssh.SFTPClient) -> None:
            path = self._path(where)
            await client.remove(path)
            with suppress(asyncssh.SFTPError):
                await client.rmdir(str(PurePosixPath(path).parent))

        self._do(gone)
        return True

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.abort()
            self._runner.run(self._connection.wait_closed())
        self._runner.close()

    async def _lies(
        self, client: asyncssh.SFTPClient, where: str, item: Item, course: Course
    ) -> bool:
        path = self._path(where)
        if not await client.isfile(path) or await client.getsize(path) != item.size:
            return False
        return await _digest(client, path, item, course) == item.sha256

    async def _sent(
        self, client: asyncssh.SFTPClient, where: str, item: Item, course: Course
    ) -> None:
        path, beside = self._path(where), self._path(partial_name(where, item))
        await client.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
        await _write(client, beside, item, course)
        if await _digest(client, beside, item, course) != item.sha256:
            await client.remove(beside)
            raise TransientError("other-there", where)
        await client.posix_rename(beside, path)
        if await client.getsize(path) != item.size:
            raise TransientError("other-there", where)

    def _path(self, where: str) -> str:
        base = unquote(urlsplit(self.spec.url).path).rstrip("/")
        full = f"{base}/{where}"
        return full.removeprefix(HOME) if full.startswith(HOME) else full

    def _receipt(self, where: str, item: Item, *, sent: bool) -> Receipt:
        address = f"sftp://{urlsplit(self.spec.url).netloc}{self._path(where)}"
        return receipt_of(item, Proof.READ_BACK, address, sent=sent)

    def _do(self, work: Callable[[asyncssh.SFTPClient], Coroutine[Any, Any, T]]) -> T:
        """Work on the server. Raises DeliveryError."""

        async def connected() -> T:
            if self._client is None:
                self._client = await self._open()
            return await work(self._client)

        with translated():
            return self._runner.run(connected())

    async def _open(self) -> asyncssh.SFTPClient:
        """Connect, to the server with the pinned key only."""
        parts, spec = urlsplit(self.spec.url), self.spec
        key = spec.options.get("key", "")
        self._connection = await asyncssh.connect(
            parts.hostname or "",
            parts.port or 22,
            known_hosts=([_host_key(spec.options.get("host_key", ""))], [], []),
            username=spec.username,
            password=spec.password or None,
            client_keys=[key] if key else None,
            agent_path=None,
            config=None,
            connect_timeout=CONNECT_S,
            login_timeout=CONNECT_S,
            keepalive_interval=SILENCE_S / 3,
        )
        return await self._connection.start_sftp_client()


def made(spec: TargetSpec, _about: About | None) -> Target:
    """Make the target; `options`: host_key, and key = the file of a private key."""
    return Files(Sftp(spec))


def _host_key(text: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(text)
    except asyncssh.KeyImportError as error:
        raise MisconfiguredError("host-key-odd", str(error)) from error


async def _write(client: asyncssh.SFTPClient, path: str, item: Item, course: Course) -> None:
    """Write the rest of an item to what an earlier try left of it."""
    at = await client.getsize(path) or 0 if await client.exists(path) else 0
    at = at if at <= item.size else 0
    if at:
        course.resumed(item, at)
    async with client.open(path, "r+b" if at else "wb") as file:
        for piece in pieces(item, at, PIECE):
            async with asyncio.timeout(SILENCE_S):
                await file.write(piece, at)
            at += len(piece)
            course.sent(item, len(piece))
        with suppress(asyncssh.SFTPOpUnsupported):
            await file.fsync()


async def _digest(client: asyncssh.SFTPClient, path: str, item: Item, course: Course) -> str:
    digest = hashlib.sha256()
    async with client.open(path, "rb") as file:
        while True:
            async with asyncio.timeout(SILENCE_S):
                piece = await file.read(PIECE)
            if not piece:
                return digest.hexdigest()
            digest.update(cast("bytes", piece))
            course.read(item, len(piece))
