"""One UDP port for all pipes of a process: one hole in a hub's firewall, one rule at its router.

There is a socket for each address. Whose a datagram is, is told by where it comes from, once ICE
has found that place to be a peer's; before that, by the name that a check of ICE calls. So a hub's
pipes share a port, and a site, which dials out, opens one for each: two pipes between the same two
ports would be one.

Source: RFC 8445, 7.3 (a check calls whom it is for); RFC 7983 (STUN among other things).
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, Final, Self

from aioice import stun
from aioice.ice import StunProtocol, get_host_addresses

from classroom_media.live.pipe.outlet import Outlet

BUFFER: Final = 1 << 22  # bytes that wait in the kernel: a keyframe for fifty peers
AT_ONCE: Final = 64  # datagrams that are read before others have their turn
BROKEN: Final = (ValueError, LookupError, struct.error)  # what aioice makes of a broken message
_SIZE: Final = 2048
_STUN: Final = 4  # smaller first bytes are STUN's

Address = tuple[str, int]


class Lane(asyncio.DatagramTransport):
    """What one pipe has of one socket: the side that sends, and whom it is for."""

    def __init__(
        self,
        port: "Port",
        outlet: Outlet,
        name: str,
        stun: StunProtocol,
        take: Callable[[bytes, int], None],
    ) -> None:
        super().__init__()
        self.sock = outlet.sock
        self.name = name
        self.stun = stun
        self.take = take
        self._port, self._outlet = port, outlet

    def sendto(self, data: bytes | bytearray | memoryview, addr: Any = None) -> None:  # noqa: ANN401
        """Send a datagram; what the kernel does not take now is lost, as on any link."""
        self._outlet.send(data, addr)

    def send_all(self, datagrams: Sequence[bytes], address: Address) -> None:
        """Send datagrams to one place, in order."""
        self._outlet.send_all(datagrams, address)

    def close(self) -> None:
        """Leave the port."""
        self._port.leave(self)
        asyncio.get_running_loop().call_soon(self.stun.connection_lost, None)


class Port:
    """The sockets of a process, each on the same port where that can be had."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self._outlets = tuple(map(Outlet, sockets))
        self._lanes: dict[tuple[socket.socket, str], Lane] = {}
        self._places: dict[tuple[socket.socket, Address], Lane] = {}
        loop = asyncio.get_running_loop()
        for sock in sockets:
            loop.add_reader(sock, self._read, sock)

    @classmethod
    def open(cls, addresses: Sequence[str] = (), port: int = 0) -> Self:
        """Bind a port, on all of this machine's addresses if none are named; 0 = any port.

        Raises:
            OSError: no address could be bound.
        """
        named = addresses or get_host_addresses(use_ipv4=True, use_ipv6=True) or ["127.0.0.1"]
        sockets: list[socket.socket] = []
        refused: OSError | None = None
        for address in named:
            try:
                sockets.append(_bound(address, port))
            except OSError as error:
                refused = error
        if not sockets:
            raise refused or OSError("no address to bind")
        return cls(sockets)

    @property
    def addresses(self) -> list[Address]:
        """Give where datagrams are taken."""
        return [outlet.sock.getsockname()[:2] for outlet in self._outlets]

    @property
    def quiet(self) -> bool:
        """Tell whether no pipe is left."""
        return not (self._lanes or self._places)

    def lanes(
        self, name: str, protocol: Callable[[], StunProtocol], take: Callable[[bytes, int], None]
    ) -> list[Lane]:
        """Give a pipe its part of each socket; checks call it by `name`."""
        found = []
        for outlet in self._outlets:
            lane = Lane(self, outlet, name, protocol(), take)
            lane.stun.connection_made(lane)
            self._lanes[outlet.sock, name] = lane
            found.append(lane)
        return found

    def learn(self, lane: Lane, address: Address) -> None:
        """Note that a peer is found at an address."""
        self._places[lane.sock, address] = lane

    def leave(self, lane: Lane) -> None:
        """Forget a pipe's part of a socket."""
        self._lanes.pop((lane.sock, lane.name), None)
        for place in [place for place, each in self._places.items() if each is lane]:
            del self._places[place]

    def close(self) -> None:
        """Give the port back; its pipes must be closed before."""
        for outlet in self._outlets:
            asyncio.get_running_loop().remove_reader(outlet.sock)
            outlet.sock.close()

    def _read(self, sock: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                data, address = sock.recvfrom(_SIZE)
            except OSError:
                return
            if not data:
                continue
            if data[0] < _STUN:
                self._check(sock, data, address[:2])
            elif lane := self._places.get((sock, address[:2])):
                # Each by itself: one that came while others were taken would seem quicker than any,
                # and all others after it as if they had waited.
                lane.take(data, time.monotonic_ns())

    def _check(self, sock: socket.socket, data: bytes, address: Address) -> None:
        """Take a message of ICE to whom it is for; what is broken is passed over."""
        try:
            message = stun.parse_message(data)
            if lane := self._meant(sock, message):
                lane.stun.datagram_received(data, address)
        except BROKEN:
            return

    def _meant(self, sock: socket.socket, message: stun.Message) -> Lane | None:
        if message.message_class == stun.Class.REQUEST:
            name = str(message.attributes.get("USERNAME", "")).partition(":")[0]
            return self._lanes.get((sock, name))
        asked = (each for each in self._lanes.values() if each.sock is sock)
        known = (each for each in asked if message.transaction_id in each.stun.transactions)
        return next(known, None)


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, buffer, BUFFER)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock
