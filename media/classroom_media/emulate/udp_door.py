"""A door for datagrams: what a site sends to it reaches the hub over a cable, and back."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from classroom_media.emulate.carrier import Carrier

AROUND: Final = 28  # bytes of IPv4 and UDP around what a datagram carries
AT_ONCE: Final = 64  # datagrams that are read before others have their turn

Address = tuple[str, int]


class UdpDoor:
    """Where a site's datagrams come in; each of its sockets has one of its own to the hub."""

    def __init__(self, target: Address, listen: Address, to_hub: Carrier, to_site: Carrier) -> None:
        self._target = target
        self._to_hub, self._to_site = to_hub, to_site
        self._loop = asyncio.get_running_loop()
        self._beyond: dict[Address, socket.socket] = {}
        self._door = socket.socket(_family(listen), socket.SOCK_DGRAM)
        self._door.setblocking(False)  # noqa: FBT003 - its only form
        self._door.bind(listen)
        self._loop.add_reader(self._door, self._from_site)

    @property
    def address(self) -> Address:
        """Give where it is."""
        where: Address = self._door.getsockname()[:2]
        return where

    def close(self) -> None:
        """Take nothing more."""
        self.forget()
        self._loop.remove_reader(self._door)
        self._door.close()

    def forget(self) -> None:
        """Close every socket to the hub; what the site says next comes from a new one."""
        for beyond in self._beyond.values():
            self._loop.remove_reader(beyond)
            beyond.close()
        self._beyond.clear()

    def _from_site(self) -> None:
        for data, site in _waiting(self._door):
            self._to_hub.carry(len(data) + AROUND, partial(self._to, site, data))

    def _to(self, site: Address, data: bytes) -> None:
        if self._door.fileno() < 0:
            return
        beyond = self._beyond.get(site) or self._opened(site)
        with suppress(OSError):  # nobody listens there: it is lost
            beyond.send(data)

    def _opened(self, site: Address) -> socket.socket:
        beyond = socket.socket(_family(self._target), socket.SOCK_DGRAM)
        beyond.setblocking(False)  # noqa: FBT003
        beyond.connect(self._target)
        self._beyond[site] = beyond
        self._loop.add_reader(beyond, self._from_hub, beyond, site)
        return beyond

    def _from_hub(self, beyond: socket.socket, site: Address) -> None:
        for data, _ in _waiting(beyond):
            self._to_site.carry(len(data) + AROUND, partial(self._back, site, data))

    def _back(self, site: Address, data: bytes) -> None:
        with suppress(OSError):
            self._door.sendto(data, site)


def _waiting(sock: socket.socket) -> Iterator[tuple[bytes, Address]]:
    """Give the datagrams that have come, a handful at most."""
    for _ in range(AT_ONCE):
        try:
            data, where = sock.recvfrom(1 << 16)
        except OSError:
            return
        yield data, where[:2]


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET
