"""Several Modbus units on one bus: in turn, and a dead one is nobody else's trouble."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from classroom_drivers import registry
from classroom_drivers.api import Availability, DeviceError
from classroom_drivers.companions import companions
from classroom_drivers.devices.modbus import ModbusUnit
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.modbus import ModbusEmulator, Unit
from classroom_drivers.links.shared_wire import SharedWire
from tests.drivers.benches import running
from tests.drivers.rigs import BYTE_S_AT_9600
from tests.drivers.test_modbus import known, wired
from tests.drivers.virtual import until, virtual


class Bus:
    """Units on one wire, by name, and what watches it."""

    def __init__(self, emulator: ModbusEmulator) -> None:
        emulator.byte_s = BYTE_S_AT_9600
        self.emulator = emulator
        self.box = Box(emulator)
        self.wire = MemoryTransport(self.box, byte_s=BYTE_S_AT_9600)
        self._shared = SharedWire(self.wire, "bus")

    def unit(self, number: int, **options: Any) -> ModbusUnit:
        given = {"unit": number, "framing": "rtu", **options}
        device = registry.build("modbus", self._shared.tap(), options=given)
        assert isinstance(device, ModbusUnit)
        return device


def is_(device: ModbusUnit, availability: Availability) -> bool:
    return device.state().availability is availability


@asynccontextmanager
async def at_work(*devices: ModbusUnit) -> AsyncIterator[None]:
    async with companions() as start:
        for device in devices:
            start(device.run())
        yield


def relays(number: int) -> Unit:
    return Unit(number=number, coils=dict.fromkeys(range(8), False))


async def switch(device: ModbusUnit, times: int = 10_000) -> None:
    for turn in range(times):
        with suppress(DeviceError):
            await device.set_relay(on=turn % 2 == 0, channel=turn % 8 + 1)


@virtual
async def test_units_on_one_bus_never_speak_too_soon_or_at_once() -> None:
    bus = Bus(ModbusEmulator(units=tuple(relays(number) for number in range(1, 6))))
    units = [bus.unit(number, relays="0-7") for number in range(1, 6)]
    async with at_work(*units), companions() as start:
        await until(lambda: all(is_(unit, Availability.ONLINE) for unit in units), within_s=3)
        for unit in units:
            start(switch(unit))
        await asyncio.sleep(60)
        assert bus.emulator.too_soon == 0
        assert all(is_(unit, Availability.ONLINE) for unit in units)


@pytest.mark.parametrize("dead", [1, 3])
@virtual
async def test_a_dead_unit_does_not_slow_a_healthy_one(dead: int) -> None:
    """As pymodbus #1654 complains: on RS-485, one dead unit slows all others."""
    before, after = [await _times_of_a_healthy_unit(number) for number in (0, dead)]
    assert percentile(after, 0.95) <= percentile(before, 0.95) * 1.05
    assert percentile(after, 0.5) <= percentile(before, 0.5) * 1.05


async def _times_of_a_healthy_unit(dead: int) -> list[float]:
    """Switch a relay now and then for ten minutes, while others are polled or would be."""
    bus = Bus(ModbusEmulator(units=(relays(1), relays(2))))
    units = [bus.unit(number, relays="0-7") for number in range(1, 3 + dead)]
    clock, chance, took = asyncio.get_running_loop().time, random.Random(1), list[float]()
    async with at_work(*units):
        await until(lambda: is_(units[0], Availability.ONLINE), within_s=3)
        until_s = clock() + 600
        while clock() < until_s:
            began_s = clock()
            await units[0].set_relay(on=chance.random() < 0.5)
            took.append(clock() - began_s)
            await asyncio.sleep(chance.uniform(0.1, 0.6))
    return took


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


@virtual
async def test_a_unit_that_was_cut_off_is_back_and_others_never_noticed() -> None:
    bus = Bus(ModbusEmulator(units=(relays(1), relays(2))))
    one, two = bus.unit(1, relays="0-7"), bus.unit(2, relays="0-7")
    async with at_work(one, two):
        await until(lambda: is_(one, Availability.ONLINE) and is_(two, Availability.ONLINE))
        units, bus.emulator.units = bus.emulator.units, bus.emulator.units[:1]
        await until(lambda: is_(two, Availability.OFFLINE), within_s=10)
        await asyncio.sleep(100)
        assert is_(one, Availability.ONLINE)
        bus.emulator.units = units
        with suppress(DeviceError):
            await two.set_relay(on=True)
        await until(lambda: is_(two, Availability.ONLINE), within_s=2)


@virtual
async def test_a_slow_unit_is_never_taken_for_another() -> None:
    """It answers after its time is up, while the next unit is asked the same."""
    slow = relays(2)
    slow.coils = dict.fromkeys(range(8), True)
    slow.thinks_s = 0.32
    bus = Bus(ModbusEmulator(units=(relays(1), slow, relays(3))))
    units = [bus.unit(number, relays="0-7") for number in (1, 2, 3)]
    async with at_work(*units), companions() as start:
        for unit in units:
            start(_read_for_ever(unit))
        for _ in range(300):
            await asyncio.sleep(0.2)
            for unit in (units[0], units[2]):
                told = {name: v.value for name, v in unit.state().values.items()}
                assert not any(told.values())
        assert is_(units[0], Availability.ONLINE)
        assert is_(units[2], Availability.ONLINE)


async def _read_for_ever(unit: ModbusUnit) -> None:
    while True:
        unit.poll_soon()
        await asyncio.sleep(0.05)


@virtual
async def test_two_boards_that_left_the_factory_alike_both_obey() -> None:
    bench = wired(emulate("modbus", model="clash"), relays="0-7")
    async with running(bench):
        await known(bench, "relay-1", wanted=False)
        await bench.device.set_relay(on=True)
        assert all(unit.coils[0] for unit in bench.emulator.units)


@virtual
async def test_two_different_units_of_one_number_spoil_each_others_answers() -> None:
    sensor = Unit(input={1: 235}, coils=dict.fromkeys(range(8), True))
    bench = wired(ModbusEmulator(units=(relays(1), sensor)), relays="0-7")
    async with running(bench):
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=10)
        bench.emulator.units = (relays(1),)
        await until(lambda: bench.online, within_s=2)


@virtual
async def test_a_bus_with_noise_stays_usable() -> None:
    bus = Bus(ModbusEmulator(units=(relays(1), relays(2))))
    bus.box.misbehave(Faults(garble=0.03))
    units = [bus.unit(number, relays="0-7") for number in (1, 2)]
    async with at_work(*units):
        await asyncio.sleep(5)
        done = 0
        for turn in range(200):
            with suppress(DeviceError):
                await units[turn % 2].set_relay(on=turn % 4 < 2)
                done += 1
            await asyncio.sleep(0.5)
        assert done > 185
