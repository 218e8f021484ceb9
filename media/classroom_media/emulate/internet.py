"""The net between places, as a process: reads IP packets of their devices, and carries them.

    python -m classroom_media.emulate.internet

Told what to do by lines of JSON (`Join`, `Set`), it answers each with a line. Every place has a
line to the net and one from it; whoever sends to another place passes both of theirs. So TCP, UDP
and ICMP of real kernels meet delay, loss and rate. `networks.py` starts it.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import msgspec

from classroom_media.emulate.carrier import Carrier
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.tun import open_tun

AT_ONCE: Final = 64  # packets of one place that are read before others have their turn
_MTU: Final = 1 << 16

Network = IPv4Network | IPv6Network


class Join(msgspec.Struct, frozen=True, kw_only=True, tag="join"):
    """Make a device for a place; it is moved to where it belongs afterwards."""

    place: str
    device: str
    seed: int = 0


class Set(msgspec.Struct, frozen=True, kw_only=True, tag="set"):
    """Change a place: its lines, its networks, the protocols (IP numbers) that do not pass."""

    place: str
    up: Line | None = None
    down: Line | None = None
    networks: tuple[str, ...] | None = None
    blocked: frozenset[int] | None = None


class Place:
    """A place and its device."""

    def __init__(self, joined: Join) -> None:
        self.descriptor = open_tun(joined.device)
        self.up = Carrier(Link(Line(delay_ns=0), joined.seed))
        self.down = Carrier(Link(Line(delay_ns=0), joined.seed + 1))
        self.networks: tuple[Network, ...] = ()
        self.blocked: frozenset[int] = frozenset()

    def set(self, to: Set) -> None:
        """Take new settings, at once."""
        self.up.link.line = to.up or self.up.link.line
        self.down.link.line = to.down or self.down.link.line
        if to.networks is not None:
            self.networks = tuple(ip_network(one) for one in to.networks)
        if to.blocked is not None:
            self.blocked = to.blocked

    def packets(self) -> Iterator[bytes]:
        """Give what its kernel sends, a handful at most."""
        for _ in range(AT_ONCE):
            try:
                yield os.read(self.descriptor, _MTU)
            except OSError:  # nothing more, or the device is down
                return

    def give(self, packet: bytes) -> None:
        """Hand its kernel a packet."""
        with suppress(OSError):
            os.write(self.descriptor, packet)


class Internet:
    """Takes packets from place to place."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._ways: dict[bytes, Place | None] = {}

    def join(self, joined: Join) -> None:
        """Let a place take part. Raises OSError."""
        place = self._places[joined.place] = Place(joined)
        asyncio.get_running_loop().add_reader(place.descriptor, self._read, place)

    def set(self, to: Set) -> None:
        """Change a place."""
        self._places[to.place].set(to)
        self._ways.clear()

    def _read(self, sender: Place) -> None:
        for packet in sender.packets():
            protocol, whereto = _header(packet)
            receiver = self._where(whereto)
            if receiver is not None and protocol not in sender.blocked | receiver.blocked:
                onward = partial(receiver.down.carry, len(packet), partial(receiver.give, packet))
                sender.up.carry(len(packet), onward)

    def _where(self, whereto: bytes) -> Place | None:
        if whereto not in self._ways:
            address = ip_address(whereto)
            found = (each for each in self._places.values() if _is_in(address, each.networks))
            self._ways[whereto] = next(found, None)
        return self._ways[whereto]


def _header(packet: bytes) -> tuple[int, bytes]:
    """Give a packet's protocol and its destination (RFC 791, 3.1; RFC 8200, 3)."""
    if packet[0] >> 4 == 4:
        return packet[9], packet[16:20]
    return packet[6], packet[24:40]


def _is_in(address: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


async def _run() -> None:
    """Do what is told until nobody is left who could tell."""
    internet, told = Internet(), asyncio.StreamReader()
    decoder = msgspec.json.Decoder(Join | Set)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(told), sys.stdin
    )
    while line := await told.readline():
        match decoder.decode(line):
            case Join() as joined:
                internet.join(joined)
            case Set() as to:
                internet.set(to)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_run())
