"""A door for connections: what a site says at it reaches the hub, whole and in order, and back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from classroom_media.emulate.carrier import Carrier

AROUND: Final = 52  # bytes of IPv4 and TCP around what a segment carries
PIECE: Final = 1400  # bytes of a segment
WINDOW: Final = 64  # pieces of a connection that are under way at once
AGAIN_S: Final = 0.2  # TCP's least time before it says a thing again

Address = tuple[str, int]


class TcpDoor:
    """Where a site's connections come in; the hub sees one of ours for each."""

    def __init__(self, target: Address, to_hub: Carrier, to_site: Carrier) -> None:
        self._target = target
        self._to_hub, self._to_site = to_hub, to_site
        self._server: asyncio.Server | None = None
        self._streams: set[asyncio.Task[None] | None] = set()

    async def open(self, listen: Address) -> Address:
        """Open it; give where it is. Raises OSError."""
        self._server = await asyncio.start_server(self._stream, *listen)
        where: Address = self._server.sockets[0].getsockname()[:2]
        return where

    async def close(self) -> None:
        """End all connections, and take no more."""
        if self._server is not None:
            self._server.close()
        streams = {stream for stream in self._streams if stream is not None}
        for stream in streams:
            stream.cancel()
        if streams:
            await asyncio.wait(streams)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection both ways until one side ends it."""
        task = asyncio.current_task()
        self._streams.add(task)
        try:
            await _passed(self._to_hub, 0)  # SYN
            await _passed(self._to_site, 0)
            await self._both_ways(reader, writer)
        except* OSError:
            pass  # one side is gone; so is the connection
        finally:
            writer.close()
            self._streams.discard(task)

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_hub, to_hub = await asyncio.open_connection(*self._target)
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_pump(reader, to_hub, self._to_hub))
                ways.create_task(_pump(from_hub, writer, self._to_site))
        finally:
            to_hub.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carrier: Carrier
) -> None:
    """Carry one way of a connection until its end has arrived. Raises OSError."""
    window = asyncio.Semaphore(WINDOW)

    def arrive(piece: bytes) -> None:
        window.release()
        writer.write(piece)

    while piece := await reader.read(PIECE):
        await window.acquire()
        await _passed(carrier, len(piece), partial(arrive, piece))
        await writer.drain()
    for _ in range(WINDOW):  # all of it has arrived
        await window.acquire()
    with suppress(OSError):
        writer.write_eof()


async def _passed(carrier: Carrier, size: int, arrive: Callable[[], None] = lambda: None) -> None:
    """Give a piece to the carrier until the link does not lose it, as TCP does."""
    while not carrier.carry(size + AROUND, arrive):
        line = carrier.link.line
        await asyncio.sleep(AGAIN_S if line.cut else 2 * line.delay_ns / 1e9 + 0.001)
