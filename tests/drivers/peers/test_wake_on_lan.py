"""Our emulated PC, woken by a program that others wrote."""

import asyncio
import socket

import pytest
from wakeonlan import create_magic_packet, wake

from classroom_drivers.codecs.wake_on_lan import mac_of, packet
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.wake_on_lan import WakeOnLanEmulator
from classroom_drivers.links.address import parse
from tests.drivers.virtual import until


@pytest.mark.parametrize("mac", ["AA-BB-CC-DD-EE-FF", "00:1a:2b:3c:4d:5e", "ff.ff.ff.ff.ff.ff"])
def test_the_packet_is_the_one_that_wakeonlan_makes(mac: str) -> None:
    assert packet(mac_of(mac) or b"") == create_magic_packet(mac)


async def test_wakeonlan_wakes_our_pc() -> None:
    pc = WakeOnLanEmulator(boot_s=0.0)
    async with serve(pc, "wol://127.0.0.1:0") as served:
        port = parse(served.url).port
        await asyncio.to_thread(wake, pc.mac, host="127.0.0.1", port=port)
        await until(lambda: pc.packets == 1)

        def knocks() -> bool:
            with socket.socket() as knocking:
                return knocking.connect_ex(("127.0.0.1", port)) == 0

        await until(knocks)
