"""Curtains by Modbus: contacts, motors, and a stop that overtakes everything."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from classroom_drivers.api import Availability, UnsupportedError
from classroom_drivers.companions import companions
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.modbus import ModbusEmulator, Unit
from tests.drivers.benches import Bench, running
from tests.drivers.test_modbus import known, value, wired
from tests.drivers.test_modbus_bus import Bus, at_work, is_, relays, switch
from tests.drivers.virtual import until, virtual

CONTACTS = "open=0 close=1 travel=10"


@asynccontextmanager
async def curtain(covers: str, unit: Unit, **options: Any) -> AsyncIterator[Bench]:
    async with running(wired(ModbusEmulator(units=(unit,)), covers=covers, **options)) as bench:
        await until(lambda: bench.online and value(bench, "cover-1"), within_s=3)
        yield bench


@virtual
async def test_contacts_are_opened_once_the_curtain_has_arrived() -> None:
    unit = relays(1)
    async with curtain(CONTACTS, unit) as bench:
        began_s = asyncio.get_running_loop().time()
        await bench.device.open_cover()
        assert (unit.coils[0], unit.coils[1]) == (True, False)
        await known(bench, "cover-1", "opening")
        await until(lambda: not unit.coils[0], within_s=11)
        assert asyncio.get_running_loop().time() - began_s > 9.9
        await known(bench, "cover-1", "open")
        with pytest.raises(UnsupportedError):
            await bench.device.set_cover(percent=50)


@virtual
async def test_both_contacts_are_never_closed_and_a_motor_rests_before_it_turns() -> None:
    unit = relays(1)
    both: list[float] = []
    async with curtain(CONTACTS, unit) as bench:
        clock = asyncio.get_running_loop().time
        chance = random.Random(4)
        for _ in range(100):
            doing = chance.choice(
                [bench.device.open_cover, bench.device.close_cover, bench.device.stop_cover]
            )
            async with companions() as start:
                task = start(doing())
                while not task.done():
                    both += [clock()] * (unit.coils[0] and unit.coils[1])
                    await asyncio.sleep(0.003)
            await asyncio.sleep(chance.choice([0.0, 0.1, 2.0, 12.0]))
        assert not both
        await bench.device.open_cover()
        await bench.device.close_cover()
        off, on = [
            next(at for at, d in reversed(bench.wire.written) if d[:6].hex() == frame)
            for frame in ("010500000000", "01050001ff00")
        ]
        assert on - off >= 0.5


@virtual
async def test_a_stop_overtakes_what_waits_on_the_bus() -> None:
    bus = Bus(ModbusEmulator(units=(relays(1), relays(2))))
    screen, board = bus.unit(1, covers=CONTACTS), bus.unit(2, relays="0-7")
    async with at_work(screen, board), companions() as start:
        await until(lambda: is_(screen, Availability.ONLINE) and is_(board, Availability.ONLINE))
        await screen.close_cover()
        for _ in range(20):
            start(switch(board))
        await asyncio.sleep(1)
        asked_s = asyncio.get_running_loop().time()
        await screen.stop_cover()
        stops = [at for at, data in bus.wire.written if at >= asked_s and data[0] == 1]
        assert stops[0] - asked_s < 0.05
        assert not any(bus.emulator.units[0].coils.values())
        assert screen.state().values["cover-1"].value == "stopped"


@virtual
async def test_an_older_order_does_nothing_after_a_stop() -> None:
    unit = relays(1)
    async with curtain(CONTACTS, unit) as bench, companions() as start:
        await bench.device.close_cover()
        start(bench.device.open_cover())  # has to open one contact and wait before the other
        await asyncio.sleep(0.1)
        await bench.device.stop_cover()
        await asyncio.sleep(3)
        assert not any(unit.coils.values())
        assert value(bench, "cover-1") == "stopped"


@virtual
async def test_a_contact_left_closed_by_a_lost_link_is_opened_when_it_is_back() -> None:
    unit = relays(1)
    async with curtain(CONTACTS, unit) as bench:
        await bench.device.open_cover()
        bench.wire.unplug()
        await asyncio.sleep(60)
        assert unit.coils[0]
        bench.wire.plug()
        await until(lambda: not unit.coils[0], within_s=5)


@virtual
async def test_a_contact_that_somebody_else_closed_is_opened_in_time_too() -> None:
    unit = relays(1)
    async with curtain(CONTACTS, unit) as bench:
        unit.coils[1] = True
        await known(bench, "cover-1", "closing")
        await until(lambda: not unit.coils[1], within_s=12)
        await known(bench, "cover-1", "closed")


MOTOR = "command=holding:0 open=1 close=2 stop=3 position=holding:1"


@virtual
async def test_a_motor_that_knows_where_it_is() -> None:
    emulator = emulate("modbus", model="curtain-motor")
    async with running(wired(emulator, covers=MOTOR)) as bench:
        await known(bench, "cover-1", "closed")
        await bench.device.open_cover()
        await known(bench, "cover-1", "opening")
        await asyncio.sleep(4)
        await bench.device.stop_cover()
        assert 30 < value(bench, "cover-percent-1") < 60
        await known(bench, "cover-1", "stopped")
        await bench.device.set_cover(percent=100)
        await until(lambda: value(bench, "cover-1") == "open", within_s=15)


@virtual
async def test_a_motor_that_counts_the_other_way() -> None:
    unit = Unit(holding={0: 0, 1: 100})
    async with curtain(f"{MOTOR} reversed=1", unit) as bench:
        await known(bench, "cover-percent-1", 0.0)
        await bench.device.set_cover(percent=30)
        assert unit.holding[1] == 70


@virtual
async def test_a_motor_without_position_has_arrived_in_time() -> None:
    unit = Unit(holding={0: 0})
    async with curtain("command=holding:0 open=1 close=2 travel=4", unit) as bench:
        assert bench.device.state().choices["cover"] == ("open", "close")
        await bench.device.close_cover()
        assert value(bench, "cover-1") == "closing"
        await until(lambda: value(bench, "cover-1") == "closed", within_s=5)
        with pytest.raises(UnsupportedError, match="stop"):
            await bench.device.stop_cover()
