"""The Modbus scan: who answers on a port that was named."""

import asyncio
from pathlib import Path

import pytest

from classroom_drivers.api import LinkError, UnsupportedError
from classroom_drivers.discovery.modbus import FoundUnit, scan_units
from classroom_drivers.emulated import make
from classroom_drivers.emulators.modbus import ModbusEmulator, Unit
from classroom_drivers.emulators.server import serve


async def test_units_on_a_serial_port_are_found(tmp_path: Path) -> None:
    async with serve(make("modbus", model="bus"), f"serial://{tmp_path}/tty") as served:
        found = await scan_units(served.url, units=range(1, 8), wait_s=0.4)
    assert found == (FoundUnit(1), FoundUnit(2), FoundUnit(3))


async def test_units_behind_a_gateway_are_found_with_their_names() -> None:
    dimmer = Unit(number=40, holding={0: 1}, identity=("Example", "Dimmer 4", "1.2"))
    emulator = ModbusEmulator(units=(Unit(number=3), dimmer))
    async with serve(emulator, "tcp://127.0.0.1:0") as served, asyncio.timeout(10):
        found = await scan_units(served.url, units=(2, 3, 40))
        assert found == (FoundUnit(3), FoundUnit(40, names=("Example", "Dimmer 4", "1.2")))
        over = await scan_units(f"{served.url}?framing=rtu", units=(3,), wait_s=0.2)
        assert over == (FoundUnit(3),)


async def test_two_units_of_one_number_are_suspected(tmp_path: Path) -> None:
    emulator = ModbusEmulator(units=(Unit(holding={0: 0x1234}), Unit(holding={0: 0x4321})))
    async with serve(emulator, f"serial://{tmp_path}/tty") as served:
        found = await scan_units(served.url, units=(1, 2), wait_s=0.1)
    assert found == (FoundUnit(1, is_clear=False),)


async def test_only_what_exists_is_asked(tmp_path: Path) -> None:
    with pytest.raises(LinkError):
        await scan_units(f"serial://{tmp_path}/tty")
    with pytest.raises(UnsupportedError, match="1 to 247"):
        await scan_units(f"serial://{tmp_path}/tty", units=range(248))
    with pytest.raises(UnsupportedError, match="'ftp' is not one of"):
        await scan_units("ftp://127.0.0.1")
