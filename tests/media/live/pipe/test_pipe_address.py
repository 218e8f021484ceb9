"""A router before a site: it gives the site another address, or loses what it should carry."""

import asyncio
import time
from collections.abc import Callable
from itertools import count

from classroom_media.live.pipe.api import State
from tests.media.live.pipe.pairs import LOOPBACK, End, two_ends

Address = tuple[str, int]
Take = Callable[[bytes, Address], None]


class Side(asyncio.DatagramProtocol):
    """One side of a router."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._take(data, addr)


async def side(take: Take) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Side(take), local_addr=(LOOPBACK, 0))
    return transport


class Router:
    """Stands before a site: all that the hub sees of it is one port, which may change."""

    def __init__(self, hub: Address, lost: Callable[[bytes], bool] = lambda _: False) -> None:
        self._hub, self._lost = hub, lost
        self._site: Address | None = None
        self._sides: list[asyncio.DatagramTransport] = []

    async def open(self) -> Address:
        """Begin; gives where the site finds the hub."""
        self._sides = [await side(self._out), await side(self._back)]
        address: Address = self._sides[0].get_extra_info("sockname")
        return address

    async def forget(self) -> None:
        """Give the site another port outside; what comes to the old one is lost."""
        self._sides.pop().close()
        self._sides.append(await side(self._back))

    def close(self) -> None:
        for each in self._sides:
            each.close()

    def _out(self, data: bytes, address: Address) -> None:
        self._site = address
        if not self._lost(data):
            self._sides[-1].sendto(data, self._hub)

    def _back(self, data: bytes, _address: Address) -> None:
        if not self._lost(data):
            self._sides[0].sendto(data, self._site)


async def talk(end: End) -> None:
    """Send a packet ten times a second."""
    for place in count():
        end.pipe.send([bytes((0x80, 96)) + place.to_bytes(2) + bytes(96)])
        await asyncio.sleep(0.1)


async def meet(hub: End, site: End, router: Router) -> None:
    """Let a site find its hub by the router alone."""
    host, port = await router.open()
    answer = await hub.pipe.answer(_without_candidates(await site.pipe.offer()))
    [own] = hub.port.addresses
    await site.pipe.agree(answer.replace(f"{own[0]} {own[1]} typ", f"{host} {port} typ"))
    await site.connected()
    await hub.connected()


async def test_a_site_whose_address_changes_is_found_again_without_a_new_offer() -> None:
    async with two_ends() as (hub, site), asyncio.TaskGroup() as tasks:
        router = Router(hub.port.addresses[0])
        await meet(hub, site, router)
        talking = [tasks.create_task(talk(end)) for end in (hub, site)]
        await site.until(lambda: len(site.packets) > 3)
        await router.forget()
        came = len(site.packets)
        await site.until(lambda: len(site.packets) > came + 3, within_s=10)
        assert hub.states == site.states == [State.CONNECTED]
        for each in talking:
            each.cancel()
        router.close()


async def test_a_handshake_of_which_everything_is_lost_once_takes_no_long_time() -> None:
    heard: set[bytes] = set()

    def first_time(data: bytes) -> bool:
        is_dtls = 20 <= data[0] < 64
        new = is_dtls and data not in heard
        heard.add(data)
        return new

    async with two_ends() as (hub, site):
        router = Router(hub.port.addresses[0], first_time)
        began_s = time.monotonic()
        await meet(hub, site, router)
        assert time.monotonic() - began_s < 3
        router.close()


def _without_candidates(description: str) -> str:
    lines = description.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("a=candidate"))
