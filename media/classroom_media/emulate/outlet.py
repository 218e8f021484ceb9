"""A network outlet on loopback whose plug can be pulled: whoever is connected is cut off."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_media.emulate.feed import Feed


class Outlet(ABC):
    """Serves feeds by path: ``outlet.feeds["/teacher"] = feed``."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[None]:
        """Listen on loopback; on leaving, hang up on everybody, as a camera without power does."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()

    def garble(self, rubbish: bytes) -> None:
        """Put bytes that mean nothing into what everybody is sent."""
        for writer in self._writers:
            writer.write(rubbish)

    @abstractmethod
    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its end."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self.attend(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the other side is gone, or speaks something else: hang up
        finally:
            self._writers.discard(writer)
            writer.close()
