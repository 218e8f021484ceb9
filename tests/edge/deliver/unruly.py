"""A line to a server on which anything may happen: cut, slow, bytes turned, answers made up.

It stands before a real server of TCP or HTTP. Faults are put on it one at a time; each befalls
the next connections, or the part of one that is left.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

ANSWER = "HTTP/1.1 {status} Made Up\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Fault(StrEnum):
    """What befalls a connection."""

    CUT = "cut"  # after some bytes, in whichever direction
    SLOW = "slow"
    TURNED = "a byte turned"  # of what is sent: another content arrives
    TRUNCATED = "answer truncated"
    E401 = "401"
    E500 = "500"
    E507 = "507"


STATUS = {Fault.E401: 401, Fault.E500: 500, Fault.E507: 507}
OF_TCP = (Fault.CUT, Fault.SLOW, Fault.TURNED)  # without a word of HTTP


@dataclass
class Line:
    """The line. `befell` counts what has happened on it."""

    server: tuple[str, int]
    chance: random.Random
    faults: list[Fault] = field(default_factory=list)  # of the next connections
    befell: dict[Fault, int] = field(default_factory=dict)
    port: int = 0
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    async def end(self) -> None:
        """Cut every connection that is left."""
        for one in self._carrying:
            one.cancel()
        if self._carrying:
            await asyncio.wait(self._carrying)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if task := asyncio.current_task():
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            self.befell[fault] = self.befell.get(fault, 0) + 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if fault in STATUS:
                    await self._made_up(reader, writer, STATUS[fault])
                else:
                    await self._carried(reader, writer, fault)
        finally:  # also of a line that is ended before its server is there
            writer.transport.abort()

    async def _made_up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: int
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER.format(status=status).encode())
        await writer.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):  # it is heard also by who still sends
                while await reader.read(1 << 16):
                    pass

    async def _carried(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
    ) -> None:
        there, back = await asyncio.open_connection(*self.server)
        dies_at = self.chance.choice((300, 20_000, 400_000)) if fault is Fault.CUT else None
        answer = self.chance.randrange(20, 200) if fault is Fault.TRUNCATED else None
        turned = self.chance.randrange(500, 60_000) if fault is Fault.TURNED else None
        slow_s = 0.05 if fault is Fault.SLOW else 0.0
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_way(reader, back, dies_at, turned, slow_s))
                answers = ways.create_task(_way(there, writer, answer, None, slow_s))
                await asyncio.wait([answers])
                raise ConnectionAbortedError  # the server has said all: the line is over
        except* ConnectionError:
            pass
        finally:
            back.transport.abort()


async def _way(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    dies_at: int | None,
    turned: int | None,
    slow_s: float,
) -> None:
    """Carry one way to its end. Raises ConnectionError: it is cut."""
    passed = 0
    while data := await reader.read(1 << 14):
        if turned is not None and passed <= turned < passed + len(data):
            at = turned - passed
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        if dies_at is not None and passed + len(data) >= dies_at:
            writer.write(data[: dies_at - passed])
            await writer.drain()
            raise ConnectionAbortedError
        passed += len(data)
        writer.write(data)
        await writer.drain()
        if slow_s:
            await asyncio.sleep(slow_s)
    with suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def unruly(server: tuple[str, int], seed: int) -> AsyncIterator[Line]:
    """Give a line to a server."""
    line = Line(server, random.Random(seed))
    listening = await asyncio.start_server(line.pass_on, "127.0.0.1", 0)
    line.port = listening.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        listening.close()
        await line.end()
