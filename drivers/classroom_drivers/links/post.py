"""UDP ports of ours to which devices send news by themselves: one socket a port for all of them.

A datagram goes to who asked for its sender's host; the others are thrown away. The port is opened
with the first who asks and closed with the last. When it is taken by another program, that is said
once, and the devices go without: news comes on top of the polls, never in their place.
"""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from classroom_drivers.companions import companions

NAMES_S = 60.0  # how often a name is looked up again

logger = logging.getLogger(__name__)
Take = Callable[[bytes], None]


class Post(asyncio.DatagramProtocol):
    """One port, on every address of ours."""

    def __init__(self, port: int, *, address: str = "0.0.0.0") -> None:
        self.port = port  # the real one, once it is open
        self._address = address
        self._wire: asyncio.DatagramTransport | None = None
        self._takers: list[Taker] = []
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def deliver(self, host: str, take: Take) -> AsyncIterator[None]:
        """Give `take` every datagram that a host sends, for the length of the block."""
        taker = Taker(host, take)
        async with companions() as start:
            async with self._opening:
                self._takers.append(taker)
                await self._open()
            if taker.named:
                start(taker.follow_name())
            try:
                yield
            finally:
                self._takers.remove(taker)
                if not self._takers and self._wire:
                    self._wire.close()
                    self._wire = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand out what has arrived."""
        for taker in tuple(self._takers):
            if addr[0] in taker.addresses:
                taker.take(data)

    async def _open(self) -> None:
        if self._wire:
            return
        loop = asyncio.get_running_loop()
        try:
            self._wire, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(self._address, self.port)
            )
        except OSError as error:
            logger.warning("UDP port %d cannot be opened, so no news on it: %s", self.port, error)
        else:
            self.port = self._wire.get_extra_info("sockname")[1]


class Taker:
    """One who wants the datagrams of a host."""

    def __init__(self, host: str, take: Take) -> None:
        self.take = take
        self.named = not _is_address(host)
        self.addresses = frozenset() if self.named else frozenset({host})
        self._host = host

    async def follow_name(self) -> None:
        """Look up where the host is, again and again: addresses change."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                found = await loop.getaddrinfo(self._host, None, type=socket.SOCK_DGRAM)
                self.addresses = frozenset(str(place[4][0]) for place in found)
            except OSError:
                pass  # the network may not be up yet
            await asyncio.sleep(NAMES_S)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
