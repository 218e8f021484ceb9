"""Modbus: documented bytes, what boards do differently, several units on one bus, curtains."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from classroom_drivers import registry
from classroom_drivers.api import Availability, DeviceError, RefusedError, UnsupportedError
from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.modbus import Frame
from classroom_drivers.companions import companions
from classroom_drivers.devices.modbus import ModbusUnit
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.modbus import ModbusEmulator, Unit
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.links.shared_wire import SharedWire
from tests.drivers.benches import Bench, make, running
from tests.drivers.rigs import BYTE_S_AT_9600
from tests.drivers.virtual import until, virtual

# bytes


@pytest.mark.parametrize(
    ("frame", "documented"),
    [
        (modbus.read(1, modbus.READ_COILS, 0x13, 0x13), "01 00 13 00 13"),
        (modbus.read(1, modbus.READ_DISCRETE, 0xC4, 0x16), "02 00 C4 00 16"),
        (modbus.read(1, modbus.READ_HOLDING, 0x6B, 3), "03 00 6B 00 03"),
        (modbus.read(1, modbus.READ_INPUT, 8, 1), "04 00 08 00 01"),
        (modbus.write(1, modbus.WRITE_COIL, 0xAC, modbus.ON), "05 00 AC FF 00"),
        (modbus.write(1, modbus.WRITE_REGISTER, 1, 3), "06 00 01 00 03"),
        (
            modbus.write_coils(1, 0x13, [bool(0x1CD >> place & 1) for place in range(10)]),
            "0F 00 13 00 0A 02 CD 01",
        ),
        (modbus.write_registers(1, 1, [0x0A, 0x0102]), "10 00 01 00 02 04 00 0A 01 02"),
        (modbus.identify(1), "2B 0E 01 00"),
    ],
)
def test_questions_are_spelled_as_in_the_specification(frame: Frame, documented: str) -> None:
    assert modbus.encode(frame) == b"\x01" + bytes.fromhex(documented)


@pytest.mark.parametrize(
    ("frame", "documented"),
    [
        (modbus.write(1, modbus.WRITE_COIL, 0, modbus.ON), "01 05 00 00 FF 00 8C 3A"),
        (modbus.write(1, modbus.WRITE_COIL, 0, modbus.OFF), "01 05 00 00 00 00 CD CA"),
        (modbus.read(1, modbus.READ_COILS, 0, 8), "01 01 00 00 00 08 3D CC"),
        (modbus.read(1, modbus.READ_HOLDING, 0x8000, 1), "01 03 80 00 00 01 AD CA"),
        (modbus.read(1, modbus.READ_INPUT, 1, 1), "01 04 00 01 00 01 60 0A"),
        (
            modbus.write_registers(1, 0x1C, [0x4000, 0]),
            "01 10 00 1C 00 02 04 40 00 00 00 E7 36",
        ),
    ],
)
def test_rtu_frames_are_those_of_the_manuals(frame: Frame, documented: str) -> None:
    """Waveshare's relay, XY-MD02, SDM120."""
    assert modbus.to_rtu(frame) == bytes.fromhex(documented)


@pytest.mark.parametrize(
    ("documented", "frame"),
    [
        ("01 01 01 05 91 8B", Frame(1, modbus.READ_COILS, b"\x01\x05")),
        ("01 02 01 00 A1 88", Frame(1, modbus.READ_DISCRETE, b"\x01\x00")),
        ("01 10 00 1C 00 02 80 0E", Frame(1, modbus.WRITE_REGISTERS, b"\x00\x1c\x00\x02")),
    ],
)
def test_rtu_answers_are_read_as_in_the_manuals(documented: str, frame: Frame) -> None:
    decoder = modbus.RtuDecoder(modbus.answer_length)
    assert decoder.feed(bytes.fromhex(documented)) == [frame]


def test_values_are_read_as_in_the_specification() -> None:
    coils = modbus.bits(bytes.fromhex("03 CD 6B 05"))[:19]
    assert sum(value << place for place, value in enumerate(coils)) == 0x56BCD
    assert modbus.words(bytes.fromhex("06 02 2B 00 00 00 64")) == [555, 0, 100]
    assert modbus.objects(bytes.fromhex("0E 01 01 00 00 02 00 03 41 42 43 01 00")) == {
        0: "ABC",
        1: "",
    }


def test_tcp_frames_have_numbers_and_late_answers_are_garbage() -> None:
    codec = modbus.TcpCodec()
    question = modbus.encode(modbus.read(1, modbus.READ_COILS, 0, 8))
    assert codec.spell(question) == [bytes.fromhex("0001 0000 0006 01 01 0000 0008")]
    codec.spell(question)
    late, now = (bytes.fromhex(f"000{n} 0000 0004 01 01 01 0{n}") for n in (1, 2))
    assert codec.feed(late + now) == [Garbage(late), Frame(1, modbus.READ_COILS, b"\x01\x02")]


def test_half_an_answer_does_not_spoil_the_next() -> None:
    codec = modbus.RtuCodec()
    codec.feed(bytes.fromhex("01 03 FA 00 00"))  # a garbled count: 250 bytes would follow
    codec.spell(b"\x01\x01\x00\x00\x00\x08")
    assert codec.feed(bytes.fromhex("01 01 01 05 91 8B")) == [Frame(1, 1, b"\x01\x05")]


# one unit


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


# several units on one bus


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


# curtains


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
