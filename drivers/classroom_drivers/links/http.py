"""HTTP over any transport that carries a stream: every request has a connection of its own.

So an answer that takes half a minute holds up nothing, a stop need not wait behind a question, and
a camera that serves one connection at a time is not kept from serving others. A device that closes
after every answer and one that keeps connections open are the same to it.

What is written is one request, what is read one whole response, each with the number that
`codecs.http.numbered` sets before it. A connection that ends without an answer gives none; one
that cannot be opened is the end of the link.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_drivers.api import Link, LinkError, Transport
from classroom_drivers.codecs.http import BODY_MAX, NUMBER_LENGTH, Response, ResponseDecoder
from classroom_drivers.companions import Start, companions

CONNECTIONS_MAX = 6  # at once; one more ends the oldest
ARRIVED_MAX = 2 * BODY_MAX  # with what a server says before a response, and between its chunks
ANSWER_S = 60.0  # nobody waits longer for anything


class HttpTransport:
    """The way to a web server, over a transport to its port."""

    def __init__(self, transport: Transport) -> None:
        self.byte_s = transport.byte_s
        self._transport = transport

    @asynccontextmanager
    async def open(self) -> AsyncIterator["HttpLink"]:
        """Be ready to ask; nothing is opened before something is asked."""
        async with companions() as start:
            yield HttpLink(self._transport, start)


class HttpLink:
    """Requests under way."""

    def __init__(self, transport: Transport, start: Start) -> None:
        self._transport = transport
        self._start = start
        self._arrived: asyncio.Queue[bytes | LinkError] = asyncio.Queue()
        self._under_way: list[asyncio.Task[None]] = []

    async def write(self, data: bytes) -> None:
        """Send a request on a connection of its own; does not wait for that."""
        self._under_way = [task for task in self._under_way if not task.done()]
        if len(self._under_way) >= CONNECTIONS_MAX:
            self._under_way.pop(0).cancel()
        self._under_way.append(self._start(self._ask(data)))

    async def read(self) -> bytes:
        """Wait for a response to any of them; LinkError when one could not be sent."""
        arrived = await self._arrived.get()
        if isinstance(arrived, LinkError):
            raise arrived
        return arrived

    async def _ask(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(ANSWER_S), self._transport.open() as link:
                await link.write(data[NUMBER_LENGTH:])
                response = await _whole(link)
        except TimeoutError:
            return
        except LinkError as error:
            self._arrived.put_nowait(error)
            return
        if response:
            self._arrived.put_nowait(data[:NUMBER_LENGTH] + response)


async def _whole(link: Link) -> bytes:
    """Read until a response is whole; give what arrived, or nothing if that is none."""
    decoder, arrived = ResponseDecoder(), b""
    while data := await link.read():
        arrived += data
        if len(arrived) > ARRIVED_MAX:
            return b""
        if found := decoder.feed(data):
            return arrived if isinstance(found[0], Response) else b""
    return arrived if any(isinstance(found, Response) for found in decoder.end()) else b""
