"""A cable on this machine: what passes it, when, and what a cut does to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from classroom_media.emulate.link import Line
from classroom_media.emulate.proxy import Cable

MS = 1_000_000


@asynccontextmanager
async def echo_udp() -> AsyncIterator[tuple[tuple[str, int], list[tuple[str, int]]]]:
    """Answer datagrams with themselves; note where they come from."""
    seen: list[tuple[str, int]] = []

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.out = cast("asyncio.DatagramTransport", transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            seen.append(addr)
            self.out.sendto(data, addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname"), seen
    finally:
        transport.close()


@asynccontextmanager
async def echo_tcp() -> AsyncIterator[tuple[str, int]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()


def dialled(address: tuple[str, int]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect(address)
    return sock


async def answers(sock: socket.socket, count: int, within_s: float) -> list[bytes]:
    loop, found = asyncio.get_running_loop(), list[bytes]()
    try:
        async with asyncio.timeout(within_s):
            while len(found) < count:
                found.append(await loop.sock_recv(sock, 2048))
    except TimeoutError:
        pass
    return found


async def test_a_datagram_takes_the_delay_of_both_ways() -> None:
    up, down = Line(delay_ns=30 * MS), Line(delay_ns=50 * MS)
    async with echo_udp() as (hub, _), Cable(up, down) as cable:
        with dialled(cable.udp(hub)) as site:
            began_s = asyncio.get_running_loop().time()
            site.send(b"hello")
            assert await answers(site, 1, 5) == [b"hello"]
            assert asyncio.get_running_loop().time() - began_s >= 0.08


async def test_what_a_line_loses_never_arrives_and_the_same_seed_loses_the_same() -> None:
    async def heard() -> list[bytes]:
        up = Line(delay_ns=0, loss=0.5)
        async with echo_udp() as (hub, _), Cable(up, Line(delay_ns=0), seed=7) as cable:
            with dialled(cable.udp(hub)) as site:
                for number in range(40):
                    site.send(bytes([number]))
                return await answers(site, 40, 0.5)

    first = await heard()
    assert 5 < len(first) < 35
    assert first == await heard()


async def test_a_cable_that_is_cut_carries_nothing_and_one_that_is_back_all_of_a_connection() -> (
    None
):
    async with echo_tcp() as hub, echo_udp() as (media, _), Cable(Line(), Line()) as cable:
        reader, writer = await asyncio.open_connection(*await cable.tcp(hub))
        with dialled(cable.udp(media)) as site:
            cable.cut = True
            site.send(b"lost")
            writer.write(b"kept" * 5000)
            assert await answers(site, 1, 0.3) == []
            cable.cut = False
            async with asyncio.timeout(5):
                assert await reader.readexactly(20_000) == b"kept" * 5000
            site.send(b"after")
            assert await answers(site, 1, 5) == [b"after"]
        writer.close()


async def test_a_connection_is_as_fast_as_the_line_and_whole_though_the_line_loses() -> None:
    up = Line(delay_ns=5 * MS, loss=0.05, rate_bps=1_000_000)
    async with echo_tcp() as hub, Cable(up, Line(delay_ns=5 * MS)) as cable:
        reader, writer = await asyncio.open_connection(*await cable.tcp(hub))
        sent = bytes(range(250)) * 200  # 400 kbit
        began_s = asyncio.get_running_loop().time()
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(10):
            assert await reader.read(-1) == sent
        assert asyncio.get_running_loop().time() - began_s >= 0.4
        writer.close()


async def test_after_its_address_has_changed_a_site_speaks_from_elsewhere() -> None:
    async with echo_udp() as (hub, seen), Cable(Line(delay_ns=0), Line(delay_ns=0)) as cable:
        with dialled(cable.udp(hub)) as site:
            for word in (b"one", b"two"):
                site.send(word)
                assert await answers(site, 1, 5) == [word]
            cable.change_address()
            site.send(b"three")
            assert await answers(site, 1, 5) == [b"three"]
    assert seen[0] == seen[1] != seen[2]
