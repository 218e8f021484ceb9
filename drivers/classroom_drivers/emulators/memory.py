"""An emulated device at the end of an imaginary wire: no sockets, works on virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_drivers.api import LinkError
from classroom_drivers.companions import companions
from classroom_drivers.emulators.box import Box, Visitor


class MemoryLink:
    """An open line; a byte takes its time, as on a serial port."""

    def __init__(self, byte_s: float, written: list[tuple[float, bytes]]) -> None:
        self.visitor: Visitor | None = None
        self._byte_s = byte_s
        self._written = written
        self._free_s = 0.0
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def write(self, data: bytes) -> None:
        """Hand bytes to the wire, where they queue up behind earlier ones."""
        if self.visitor is None:
            raise LinkError("the wire is cut")
        loop = asyncio.get_running_loop()
        begin_s = max(loop.time(), self._free_s)
        self._free_s = begin_s + len(data) * self._byte_s
        self._written.append((begin_s, data))
        loop.call_at(self._free_s, self.visitor.hear, data)

    async def read(self) -> bytes:
        """Wait for what the device says; empty once it has hung up."""
        return await self._arrived.get()

    async def arrive(self, data: bytes) -> None:
        """Let bytes of the device come out at this end."""
        self._arrived.put_nowait(data)

    def cut(self) -> None:
        """Cut the wire."""
        self.visitor = None
        self._arrived.put_nowait(b"")


class MemoryTransport:
    """The way to an emulator in the same process; `plugged` can be changed at any time."""

    private = True  # nobody can read along

    def __init__(self, box: Box, *, byte_s: float = 0.0) -> None:
        self.byte_s = byte_s
        self.written: list[tuple[float, bytes]] = []  # when it began on the wire, and what
        self._box = box
        self._plugged = True
        self._links: set[MemoryLink] = set()

    def unplug(self) -> None:
        """Pull the plug: every link ends, none can be opened."""
        self._plugged = False
        for link in self._links:
            link.cut()

    def plug(self) -> None:
        """Put the plug back."""
        self._plugged = True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MemoryLink]:
        """Open a link for the length of a block."""
        if not self._plugged:
            raise LinkError("nobody there")
        link = MemoryLink(self.byte_s, self.written)
        link.visitor = Visitor(self._box, link.arrive)
        self._links.add(link)
        async with companions() as start:
            start(_attend(link, link.visitor))
            try:
                yield link
            finally:
                self._links.discard(link)


async def _attend(link: MemoryLink, visitor: Visitor) -> None:
    await visitor.run()
    link.cut()
