"""One Modbus unit: what its registers say, what it refuses, options."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from classroom_drivers import registry
from classroom_drivers.api import Availability, RefusedError, UnsupportedError
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.modbus import ModbusEmulator, Unit
from classroom_drivers.emulators.session import Emulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.rigs import BYTE_S_AT_9600
from tests.drivers.virtual import until, virtual


def wired(emulator: Emulator, **options: Any) -> Bench:
    """A unit alone on a wire of 9600 baud; the emulator watches the gaps."""
    assert isinstance(emulator, ModbusEmulator)
    emulator.byte_s = BYTE_S_AT_9600
    box = Box(emulator)
    wire = MemoryTransport(box, byte_s=BYTE_S_AT_9600)
    return Bench(registry.build("modbus", wire, options=options), emulator, box, wire)


def value(bench: Bench, name: str) -> Any:
    values = bench.device.state().values
    return values[name].value if name in values else None


async def known(bench: Bench, name: str, wanted: Any) -> None:
    await until(lambda: value(bench, name) == wanted, within_s=5)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("waveshare-relay-8", {"relay-1": False, "relay-8": False, "firmware": "3.0"}),
        ("waveshare-io-8", {"contact-3": True, "contact-4": False}),
        ("xy-md02", {"temperature-c": 23.5, "humidity-percent": 47.1}),
        ("sdm120", {"voltage-v": 231.5, "power-w": 983.75, "energy-kwh": 1204.5}),
        ("sdm72d", {"power-w": 2210.5, "energy-kwh": 70500.25}),
        ("pzem-016", {"voltage-v": 235.8, "power-w": 6573.5, "energy-kwh": 0.011}),
        ("mb-350u-c", {"co2-ppm": 812, "temperature-c": 23.5, "humidity-percent": 46}),
        ("sen0644", {"light-lux": 500.0}),
    ],
)
@virtual
async def test_models_tell_their_values(model: str, values: Mapping[str, Any]) -> None:
    async with running(wired(emulate("modbus", model=model), model=model)) as bench:
        for name, wanted in values.items():
            await known(bench, name, wanted)
        assert bench.emulator.too_soon == 0


@pytest.mark.parametrize(
    ("sensor", "registers", "wanted"),
    [
        ("x=input:1/10 signed", {1: 0xFF33}, -20.5),
        ("x=input:1", {1: 0xFF33}, 65331),
        ("x=input:1 long", {1: 1, 2: 2}, 65538),
        ("x=input:1 long swapped", {1: 1, 2: 2}, 131073),
        ("x=input:1 long signed", {1: 0xFFFF, 2: 0xFFFE}, -2),
        ("x=input:1 float", {1: 0x42F6, 2: 0xE979}, 123.456),
        ("x=input:1 float swapped", {1: 0xE979, 2: 0x42F6}, 123.456),
        ("x=input:1 float", {1: 0x7FC0, 2: 0}, None),  # not a number
    ],
)
@virtual
async def test_numbers_are_read_in_every_form(
    sensor: str, registers: dict[int, int], wanted: float | None
) -> None:
    emulator = ModbusEmulator(units=(Unit(input=registers),))
    async with running(wired(emulator, sensors=sensor)) as bench:
        await until(lambda: bench.online, within_s=2)
        await asyncio.sleep(4)
        assert value(bench, "x") == wanted


@virtual
async def test_a_board_that_tells_other_numbers_than_it_takes() -> None:
    async with running(wired(emulate("modbus", model="r4d8a08"), model="r4d8a08")) as bench:
        await known(bench, "relay-8", wanted=False)
        await bench.device.set_relay(on=True, channel=8)
        assert any(data[:6].hex() == "010600080100" for _, data in bench.wire.written)
        bench.device.forget("relay-8")
        await known(bench, "relay-8", wanted=True)


@virtual
async def test_a_board_that_tells_more_relays_than_asked() -> None:
    """Waveshare's older firmware answers with all eight, however few are asked for."""
    unit = Unit(coils=dict.fromkeys(range(8), False), reads_all=True)
    unit.coils[1] = True
    async with running(wired(ModbusEmulator(units=(unit,)), relays="0-1")) as bench:
        await known(bench, "relay-2", wanted=True)


@virtual
async def test_a_refusal_names_its_code_and_the_rest_is_still_read() -> None:
    unit = Unit(coils={0: True}, input={1: 5})
    async with running(wired(ModbusEmulator(units=(unit,)), relays="0,9")) as bench:
        await known(bench, "relay-1", wanted=True)
        assert "coil:9 +1?: illegal data address" in bench.device.state().problem
        assert bench.online
        with pytest.raises(RefusedError, match="illegal data address"):
            await bench.device.set_relay(on=True, channel=2)


@virtual
async def test_a_gateway_that_misses_its_unit_is_a_unit_that_is_lost() -> None:
    bench = make("modbus-tcp")
    async with running(bench):
        await until(lambda: bench.online, within_s=2)
        units, bench.emulator.units = bench.emulator.units, ()
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=5)
        assert "gateway target device failed to respond" in bench.device.state().problem
        bench.emulator.units = units
        await until(lambda: bench.online, within_s=2)


@virtual
async def test_who_it_is_is_told_in_its_own_words() -> None:
    options = {"levels": "holding:0-3 max=255", "identity": True}
    async with running(wired(emulate("modbus", model="dimmer"), **options)) as bench:
        await known(bench, "model", "Dimmer 4")
        assert [value(bench, name) for name in ("maker", "firmware")] == ["Example", "1.2"]


@virtual
async def test_a_level_is_a_share_of_what_the_register_takes() -> None:
    options = {"levels": "holding:0-3 max=255"}
    async with running(wired(emulate("modbus", model="dimmer"), **options)) as bench:
        await until(lambda: bench.online, within_s=2)
        await bench.device.set_level(percent=50, channel=3)
        assert bench.emulator.units[0].holding[2] == 128
        await known(bench, "level-3", 50.2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "say what it has"),
        ({"relays": "0-7", "unit": 0}, "unit 0"),
        ({"relays": "0-7", "unit": 248}, "unit 248"),
        ({"relays": "0-7", "framing": "ascii"}, "no framing 'ascii'"),
        ({"relays": "seven"}, "'seven' is not a whole number"),
        ({"relays": "7-0"}, "the lower address comes first"),
        ({"relays": "input:0"}, "'input' is not one of"),
        ({"relays": "holding:0 on=70000"}, "not within 0 and 65535"),
        ({"relays": "0 open=1"}, "unknown: open"),
        ({"levels": "coil:0"}, "'coil' is not one of"),
        ({"levels": "0 max=0"}, "max=0"),
        ({"sensors": "temperature-c"}, "is not spelled name=table:address"),
        ({"sensors": "x=input:1/zero"}, "'zero' is not a number"),
        ({"sensors": "x=input:1/0"}, "divided by 0"),
        ({"sensors": "x=input:1 sined"}, "unknown: sined"),
        ({"sensors": "x=1, x=2"}, "the same value twice"),
        ({"covers": "open=0"}, "close"),
        ({"covers": "open=0 close=0"}, "another to close"),
        ({"covers": "open=0 close=1 travel=0"}, "travel=0"),
        ({"covers": "open=0 close=1 speed=2"}, "speed"),
        ({"covers": "up"}, "is not spelled name=value"),
        ({"covers": "command=coil:0 open=1 close=2"}, "'coil' is not one of"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsupportedError, match=said):
        wired(ModbusEmulator(units=()), **options)
