"""Asking everybody nearby by datagram, on each network of this machine, for a short while.

Nothing leaves the networks that this machine is in: broadcasts are not routed, and multicast is
sent with one hop to live. Answers are bounded in number; what is sent again is told again and
counts once.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from classroom_drivers.api import LinkError

EVERYBODY = "255.255.255.255"
TIMES = 3  # datagrams get lost
ANSWERS_MAX = 256


@dataclass(frozen=True, slots=True)
class Network:
    """A network that this machine is in."""

    interface: str
    address: str  # ours
    broadcast: str = ""

    @property
    def everybody(self) -> tuple[str, ...]:
        """Where to broadcast: to who has an address here, and to who has another or none yet."""
        beyond = () if self.address.startswith("127.") else (EVERYBODY,)
        return (*filter(None, (self.broadcast,)), *beyond)


ANYWHERE = Network("", "0.0.0.0")  # for asking hosts by name: the system knows the way


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and whose."""

    data: bytes
    host: str


def networks() -> tuple[Network, ...]:
    """Give the networks of this machine, without itself."""
    up = {name for name, about in psutil.net_if_stats().items() if about.isup}
    return tuple(
        Network(name, one.address, one.broadcast or "")
        for name, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if name in up and one.family == socket.AF_INET and not one.address.startswith("127.")
    )


async def ask_around(
    questions: Iterable[bytes],
    port: int,
    *,
    near: Iterable[Network],
    to: Callable[[Network], Iterable[str]],
    within_s: float,
    from_port: int = 0,
) -> tuple[Heard, ...]:
    """Send datagrams `to` places of every network, some times, and give what came back.

    Answers that come to another port of ours are heard where `from_port` is free.

    Raises:
        LinkError: there is no network to ask on.
    """
    asking = list(questions)
    ears: list[_Ear] = []
    try:
        for network in near:
            with suppress(OSError):
                ears.append(await _open(network, tuple(to(network)), from_port))
        if not ears:
            raise LinkError("there is no network to search in")
        for _ in range(TIMES):
            for ear in ears:
                ear.ask(asking, port)
            await asyncio.sleep(within_s / TIMES)
    finally:
        for ear in ears:
            ear.close()
    return tuple(dict.fromkeys(heard for ear in ears for heard in ear.heard))


class _Ear(asyncio.DatagramProtocol):
    """A socket on one network."""

    def __init__(self, to: tuple[str, ...]) -> None:
        self.heard: list[Heard] = []
        self._to = to
        self.wire: asyncio.DatagramTransport | None = None

    def ask(self, questions: Iterable[bytes], port: int) -> None:
        """Send every question everywhere."""
        for host in self._to:
            for question in questions:
                if self.wire:
                    self.wire.sendto(question, (host, port))

    def close(self) -> None:
        """Hear no more."""
        if self.wire:
            self.wire.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take an answer."""
        if len(self.heard) < ANSWERS_MAX:
            self.heard.append(Heard(data, addr[0]))

    def error_received(self, exc: Exception) -> None:
        """Take it that somewhere nobody can be asked."""


async def _open(network: Network, to: tuple[str, ...], from_port: int) -> _Ear:
    for port in (from_port, 0):
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            ours = socket.inet_aton(network.address)
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, ours)
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            if port:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _keep_to(wire, network)
            wire.bind(("" if port else network.address, port))
        except OSError:
            wire.close()
            if not port:
                raise
            continue
        loop = asyncio.get_running_loop()
        way, ear = await loop.create_datagram_endpoint(lambda: _Ear(to), sock=wire)
        ear.wire = way
        return ear
    raise AssertionError("the second port is any port")


def _keep_to(wire: socket.socket, network: Network) -> None:
    """Have a broadcast to everybody leave by this network, where the system lets us say so."""
    if network.interface and hasattr(socket, "SO_BINDTODEVICE"):
        with suppress(OSError):
            name = network.interface.encode()
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name)
