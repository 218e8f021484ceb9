"""Epson projectors: what is on the wire, what they make one wait for, and that one waits."""

import asyncio
from typing import Any

import pytest

from classroom_drivers.api import (
    Availability,
    PowerState,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import epson_escvp21 as epson
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulators.epson_escvp21 import EpsonEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench, since: int = 0) -> list[bytes]:
    return [data for _, data in bench.wire.written[since:]]


async def switch_on(bench: Bench) -> None:
    await until(lambda: bench.online)
    await bench.device.set_power(on=True)
    await until(lambda: value(bench, "power") is PowerState.ON, within_s=60)
    await until(lambda: value(bench, "volume") is not None)


# on the wire


@pytest.mark.parametrize(
    ("command", "documented"),
    [("PWR ON", b"PWR ON\r"), ("PWR?", b"PWR?\r"), ("SOURCE A0", b"SOURCE A0\r"), ("", b"\r")],
)
def test_commands_are_spelled_as_documented(command: str, documented: bytes) -> None:
    assert epson.encode(command) == documented
    assert epson.CommandDecoder().feed(documented) == [epson.Command(command)]


def test_the_header_is_the_one_of_epsons_knowledge_base() -> None:
    documented = bytes.fromhex("45 53 43 2f 56 50 2e 6E 65 74 10 03 00 00 00 00")
    assert epson.hello() == documented
    assert epson.CommandDecoder().feed(documented) == [epson.Hello("")]
    with_password = documented[:-1] + b"\x01" + b"\x01\x01MyPassword\0\0\0\0\0\0"
    assert epson.hello("MyPassword") == with_password
    assert epson.CommandDecoder().feed(with_password) == [epson.Hello("MyPassword")]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (b"PWR=01\r:", epson.Said("PWR=01")),
        (b":", epson.Said("")),
        (b"\r:", epson.Said("")),
        (b"ERR\r:", epson.Said("ERR")),
        (b"LAMP=1633 1633\r:", epson.Said("LAMP=1633 1633")),
        (b"IMEVENT=0001 03 00000002 00000000 T1 F1\r:", epson.Event(3, 2, 0)),
        (b"IMEVENT=0001\r:", Garbage(b"IMEVENT=0001")),
        (b"ESC/VP.net\x10\x03\0\0\x20\0", epson.Welcome(0x20)),
        (b"ESC/VP.net\x10\x03\0\0\x41\0", epson.Welcome(epson.Status.UNAUTHORIZED)),
    ],
)
def test_what_it_says_is_read_as_documented(said: bytes, heard: object) -> None:
    assert epson.SaidDecoder().feed(said) == [heard]


def test_an_event_between_question_and_answer_is_neither() -> None:
    event = epson.encode_said(epson.Event(4, 0, 0))
    found = epson.SaidDecoder().feed(b"PWR=0" + b"3\r:" + event + b":")
    assert found == [epson.Said("PWR=03"), epson.Event(4, 0, 0), epson.Said("")]


# waiting


@virtual
async def test_switching_on_returns_once_accepted_though_the_colon_comes_when_it_is_warm() -> None:
    async with running(make("epson")) as bench:
        await until(lambda: bench.online)
        began_s = asyncio.get_running_loop().time()
        await bench.device.set_power(on=True)
        assert asyncio.get_running_loop().time() - began_s < 1.5
        assert value(bench, "power") is PowerState.WARMING
        before = len(bench.wire.written)
        await asyncio.sleep(25)
        assert sent(bench, before) == []  # it hears nothing while it warms up
        assert bench.device.state().problem == ""
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=10)
        assert bench.emulator.too_fast == 0


@pytest.mark.parametrize("name", ["epson", "epson-network"])
@virtual
async def test_after_switching_off_it_is_left_alone_for_ten_seconds(name: str) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        before = len(bench.wire.written)
        await asyncio.sleep(9.9)
        assert sent(bench, before) == []
        assert value(bench, "power") is PowerState.COOLING
        await until(lambda: value(bench, "power") is PowerState.OFF, within_s=20)
        assert (bench.emulator.too_fast, bench.online) == (0, True)


@virtual
async def test_on_while_it_rests_is_kept_and_done_later() -> None:
    async with running(make("epson-network", EpsonEmulator(network=True))) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        await bench.device.set_power(on=True)
        assert value(bench, "power-target") == "on"
        await until(lambda: value(bench, "power") is PowerState.WARMING, within_s=45)
        assert bench.emulator.too_fast == 0


@virtual
async def test_a_day_of_work_is_never_too_fast() -> None:
    async with running(make("epson")) as bench:
        for _ in range(3):
            await switch_on(bench)
            for _ in range(3):
                await bench.device.select_input(name="hdmi-2")
                await bench.device.set_mute(picture=True)
                await bench.device.set_volume(percent=80)
                await bench.device.select_input(name="hdmi-1")
            await asyncio.sleep(100)
            await bench.device.set_power(on=False)
            await until(lambda: value(bench, "power") is PowerState.OFF, within_s=60)
        assert bench.emulator.too_fast == 0
        assert bench.emulator.source == "30"


@virtual
async def test_a_refusal_to_be_switched_is_told_at_once() -> None:
    async with running(make("epson")) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        clock = asyncio.get_running_loop().time
        bench.emulator._power, bench.emulator._until_s = "03", clock() + 60  # a remote control
        began_s = clock()
        with pytest.raises(RefusedError, match="PWR ON"):
            await bench.device.set_power(on=True)
        assert clock() - began_s < 0.1
        await until(lambda: value(bench, "power") is PowerState.COOLING)


# the rest


@virtual
async def test_events_are_known_at_once_and_are_pushed() -> None:
    async with running(make("epson-network")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=60)
        bench.device.unasked(epson.Event(3, 0b01010, 0b1000))
        told = bench.device.state().values["health"]
        assert (told.value, told.source) == ("fan, no signal, air filter", ValueSource.PUSHED)
        bench.device.unasked(epson.Event(4, 0, 0))
        assert bench.device.state().values["power"].source is ValueSource.PUSHED


@pytest.mark.parametrize(("given", "wanted"), [("", "secret"), ("wrong", "secret")])
@virtual
async def test_a_wrong_password_is_an_availability_of_its_own(given: str, wanted: str) -> None:
    emulator = EpsonEmulator(network=True, password=wanted)
    async with running(make("epson-network", emulator, password=given)) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=2)
        assert "password" in bench.device.state().problem
        assert "secret" not in bench.device.state().problem


@virtual
async def test_a_serial_port_behind_tcp_gets_no_header() -> None:
    async with running(make("epson-network", EpsonEmulator(), handshake="no")) as bench:
        await until(lambda: bench.online)
        assert sent(bench)[:2] == [b"\r", b"PWR?\r"]


@pytest.mark.parametrize(
    ("code", "power", "health"),
    [("04", PowerState.OFF, None), ("09", PowerState.OFF, None), ("05", PowerState.OFF, "fan")],
)
@virtual
async def test_every_kind_of_standby_is_off(code: str, power: PowerState, health: object) -> None:
    emulator = EpsonEmulator(errors="01")
    emulator._power = code
    async with running(make("epson", emulator)) as bench:
        await until(lambda: value(bench, "power") is power)
        await asyncio.sleep(5)
        assert value(bench, "health") == health


@virtual
async def test_it_tells_hours_serial_number_and_the_names_of_its_inputs() -> None:
    async with running(make("epson-network")) as bench:
        await switch_on(bench)
        assert value(bench, "serial-number") == "X8JK0000001"
        assert (value(bench, "lamp-hours"), value(bench, "run-hours")) == (1633, 1702)
        offered = ("computer", "hdmi-1", "hdmi-2", "lan")
        assert bench.device.state().choices["input"] == offered


@virtual
async def test_a_form_of_an_input_is_that_input() -> None:
    async with running(make("epson", EpsonEmulator(source="1F"))) as bench:
        await switch_on(bench)
        assert value(bench, "input") == "computer-1"


@pytest.mark.parametrize(("steps", "percent", "step"), [(20, 100, 20), (20, 37, 7), (40, 37, 15)])
@virtual
async def test_a_volume_between_two_steps_is_told_as_it_was_asked_for(
    steps: int, percent: int, step: int
) -> None:
    emulator = EpsonEmulator(volume_steps=steps)
    async with running(make("epson", emulator, volume_steps=steps)) as bench:
        await switch_on(bench)
        await bench.device.set_volume(percent=percent)
        assert emulator.volume_step == step
        await until(lambda: bench.device.state().values["volume"].source is ValueSource.POLLED)
        assert value(bench, "volume") == percent


@virtual
async def test_sound_alone_cannot_be_muted() -> None:
    async with running(make("epson")) as bench:
        with pytest.raises(UnsupportedError, match="together"):
            await bench.device.set_mute(sound=True)


@pytest.mark.parametrize(
    "options",
    [
        {"password": "seventeen letters"},
        {"handshake": "maybe"},
        {"inputs": "x"},
        {"volume_steps": 0},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError):
        make("epson-network", **options)
