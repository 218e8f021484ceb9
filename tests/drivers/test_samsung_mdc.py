"""Samsung displays: what is on the wire, numbers and refusals, TLS and the PIN."""

import asyncio
from hashlib import sha256

import pytest

from classroom_drivers import connect
from classroom_drivers.api import (
    Availability,
    Device,
    LockedOutError,
    PowerState,
    RefusedError,
    UnsupportedError,
)
from classroom_drivers.codecs import samsung_mdc as mdc
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.devices.samsung_mdc import SamsungDisplay
from classroom_drivers.emulators.samsung_mdc import SamsungEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from classroom_drivers.links.transports import transport_for
from classroom_drivers.wiring import Wiring
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


async def switch_on(bench: Bench) -> None:
    await until(lambda: bench.online)
    await bench.device.set_power(on=True)
    await until(lambda: value(bench, "run-hours") is not None, within_s=30)


@pytest.mark.parametrize(
    ("frame", "documented"),
    [
        (mdc.Frame(mdc.Word.POWER, 1), "AA 11 01 00 12"),
        (mdc.Frame(mdc.Word.POWER, 1, b"\1"), "AA 11 01 01 01 14"),
        (mdc.Frame(mdc.Word.VOLUME, 1, b"\x14"), "AA 12 01 01 14 28"),
        (mdc.Frame(mdc.Word.INPUT, 0xFE, b"\x21"), "AA 14 FE 01 21 34"),
    ],
)
def test_frames_are_spelled_as_documented(frame: mdc.Frame, documented: str) -> None:
    assert mdc.encode(frame) == bytes.fromhex(documented)
    assert mdc.FrameDecoder().feed(bytes.fromhex(documented)) == [frame]


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        ("AA FF 01 03 41 11 01 56", mdc.Reply(0x11, 1, b"\1")),
        ("AA FF 01 03 4E 12 01 64", mdc.Reply(0x12, 1, b"\1", refused=True)),
        (b"MDCSTART<<TLS>>".hex(), mdc.TlsOffered()),
        (b"MDCAUTH<<PASS>>".hex(), mdc.PinAnswer()),
        (b"MDCAUTH<<FAIL:0002>>".hex(), mdc.PinAnswer(2)),
    ],
)
def test_replies_are_read_as_documented(documented: str, reply: object) -> None:
    assert mdc.ReplyDecoder().feed(bytes.fromhex(documented)) == [reply]


@pytest.mark.parametrize("noise", ["AA", "AA 11", "AA FF 01 FF 00", "00 AA FF 01 00", "4D 44 43"])
def test_noise_that_looks_like_a_beginning_does_not_cost_the_next_reply(noise: str) -> None:
    found = mdc.ReplyDecoder().feed(bytes.fromhex(noise + "AA FF 01 03 41 11 01 56"))
    assert found[-1] == mdc.Reply(0x11, 1, b"\1")
    assert all(isinstance(one, Garbage) for one in found[:-1])


def test_a_frame_with_a_wrong_sum_is_garbage_and_the_next_one_is_read() -> None:
    found = mdc.ReplyDecoder().feed(bytes.fromhex("AAFF010341110157 AAFF010341110156"))
    assert found[-1] == mdc.Reply(0x11, 1, b"\1")
    assert all(isinstance(one, Garbage) for one in found[:-1])


@virtual
async def test_it_says_that_it_is_on_too_early_and_is_believed_when_it_can_be_used() -> None:
    async with running(make("samsung-mdc", SamsungEmulator(warm_up_s=8))) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await asyncio.sleep(5)
        assert value(bench, "power") is PowerState.WARMING
        with pytest.raises(LockedOutError):
            await bench.device.set_volume(percent=30)
        await until(lambda: value(bench, "power") is PowerState.ON)
        await bench.device.set_volume(percent=30)
        assert bench.emulator.volume == 30


@virtual
async def test_it_tells_who_it_is_and_how_it_feels() -> None:
    emulator = SamsungEmulator(errors=bytes([1, 0, 2, 1, 41, 1]))
    async with running(make("samsung-mdc", emulator)) as bench:
        await switch_on(bench)
        assert value(bench, "model") == "QM55R"
        assert value(bench, "serial-number") == "0ABCHCMF900001"
        assert value(bench, "health") == "lamp, fan"
        assert (value(bench, "signal"), value(bench, "temperature-c")) == ("none", 41)
        assert value(bench, "run-hours") == 1234


@virtual
async def test_a_refusal_says_what_was_refused_and_its_code() -> None:
    async with running(make("samsung-mdc")) as bench:
        await switch_on(bench)
        with pytest.raises(RefusedError, match=r"input 31: .*\(03\)"):
            await bench.device.select_input(name="hdmi-3")


@virtual
async def test_an_input_with_a_computers_picture_is_that_input() -> None:
    async with running(make("samsung-mdc", SamsungEmulator(source=0x22))) as bench:
        await switch_on(bench)
        assert value(bench, "input") == "hdmi-1"


@virtual
async def test_only_the_display_of_its_number_answers() -> None:
    async with running(make("samsung-mdc", SamsungEmulator(display=7), display=7)) as bench:
        await until(lambda: bench.online)
    async with running(make("samsung-mdc", SamsungEmulator(display=7), display=6)) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)


def test_the_number_that_speaks_to_all_is_no_display() -> None:
    with pytest.raises(UnsupportedError, match="0 to 253"):
        make("samsung-mdc", display=0xFE)


@virtual
async def test_what_is_said_to_all_is_done_without_a_word() -> None:
    emulator = SamsungEmulator()
    session = emulator.session(0.0)
    assert session.receive(mdc.encode(mdc.Frame(mdc.Word.POWER, 0xFE, b"\1")), 0.0) == []
    assert emulator.on


# TLS


def online(device: Device) -> bool:
    return device.state().availability is Availability.ONLINE


def test_a_pin_is_never_sent_in_clear() -> None:
    transport, _ = transport_for(parse("tcp://127.0.0.1:1515"), baud=9600)
    shared = Wiring().wire(parse("tcp://127.0.0.1:1515"), transport, "bus")
    for way in (transport, shared):
        with pytest.raises(UnsupportedError, match="tls://host"):
            SamsungDisplay(way, password="1234")


@pytest.mark.parametrize("pin", ["123", "12345", "abcd", "١٢٣٤"])
def test_a_pin_has_four_digits(pin: str) -> None:
    with pytest.raises(UnsupportedError, match="4 digits") as complaint:
        make("samsung-mdc-tls", password=pin)
    assert pin not in str(complaint.value)


async def test_over_tls_a_display_is_worked_with_its_pin() -> None:
    async with (
        serve(SamsungEmulator(password="4711"), "tls://127.0.0.1:0") as served,
        connect("samsung-mdc", served.url, password="4711") as device,
    ):
        await until(lambda: online(device))
        assert device.state().values["power"].value == "off"


async def test_a_wrong_pin_is_an_availability_of_its_own_and_does_not_show() -> None:
    panel = SamsungEmulator(password="4711")
    async with (
        serve(panel, "tls://127.0.0.1:0") as served,
        connect("samsung-mdc", served.url, password="0815") as device,
    ):
        await until(lambda: device.state().availability is Availability.AUTH_FAILED)
        problem = device.state().problem
        assert problem == "the display does not take the PIN"
        assert panel.wrong_pins == 1


@virtual
async def test_a_wrong_pin_does_not_lock_the_display_by_being_tried_again_and_again() -> None:
    bench = make("samsung-mdc-tls", SamsungEmulator(password="4711"), password="0815")
    async with running(bench):
        await asyncio.sleep(280)
        assert bench.availability is Availability.AUTH_FAILED
        assert bench.emulator.wrong_pins == 1
        bench.emulator.password = "0815"
        await until(lambda: bench.online, within_s=60)


async def test_a_display_that_wants_tls_is_said_so() -> None:
    """In clear it says only that it wants TLS; our question is no TLS, so it hangs up."""
    async with serve(SamsungEmulator(password="4711"), "tls://127.0.0.1:0") as served:
        url = served.url.replace("tls://", "tcp://")
        async with connect("samsung-mdc", url) as device:
            await until(lambda: device.state().availability is Availability.AUTH_FAILED)
            assert "tls://host" in device.state().problem


async def test_a_certificate_may_be_asked_for_by_its_fingerprint() -> None:
    async with serve(SamsungEmulator(password="4711"), "tls://127.0.0.1:0") as served:
        wrong = sha256(b"another").hexdigest()
        async with connect(
            "samsung-mdc", f"{served.url}?fingerprint={wrong}", password="4711"
        ) as device:
            await until(lambda: device.state().availability is Availability.OFFLINE)
            shown = device.state().problem.split()[-1]
        url = f"{served.url}?fingerprint={shown.upper()}"
        async with connect("samsung-mdc", url, password="4711") as device:
            await until(lambda: online(device))


async def test_a_display_in_clear_is_no_tls() -> None:
    async with serve(SamsungEmulator(), "tcp://127.0.0.1:0") as served:
        url = served.url.replace("tcp://", "tls://")
        async with connect("samsung-mdc", url, password="4711") as device:
            await until(lambda: device.state().availability is Availability.OFFLINE)
            assert "4711" not in device.state().problem
