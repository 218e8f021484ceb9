"""Sony ADCP: documented lines, then a projector that proves, refuses and lacks things."""

import asyncio
import hashlib

import pytest

from classroom_drivers.api import Availability, LockedOutError, PowerState, UnsupportedError
from classroom_drivers.codecs import sony_adcp as adcp
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulators.sony_adcp import SonyEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench) -> list[bytes]:
    return [data for _, data in bench.wire.written]


@pytest.mark.parametrize(
    ("word", "given", "documented"),
    [
        ("power", "on", b'power "on"\r\n'),
        ("power_status", "?", b"power_status ?\r\n"),
        ("input", "hdmi1", b'input "hdmi1"\r\n'),
    ],
)
def test_commands_are_spelled_as_documented(word: str, given: str, documented: bytes) -> None:
    assert adcp.encode(word, given) == documented
    assert adcp.CommandDecoder().feed(documented) == [(word, given)]


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        (b"NOKEY", adcp.Greeting("")),
        (b"3b2f9a7c5d", adcp.Greeting("3b2f9a7c5d")),
        (b"ok", adcp.Ok()),
        (b"err_cmd", adcp.Refusal("err_cmd")),
        (b'"standby"', adcp.Told("standby")),
        (b'["no_err"]', adcp.Told(["no_err"])),
        (b'[{"light_src":1240}]', adcp.Told([{"light_src": 1240}])),
        (b"what?", Garbage(b"what?")),
    ],
)
def test_answers_are_read_as_documented(documented: bytes, reply: object) -> None:
    assert adcp.ReplyDecoder().feed(documented + b"\r\n") == [reply]


def test_the_proof_is_the_hash_of_the_challenge_and_then_the_password() -> None:
    expected = hashlib.sha256(b"3b2f9a7cProjector1").hexdigest()
    assert adcp.proof_of("3b2f9a7c", "Projector1") == expected


@virtual
async def test_a_password_never_goes_over_the_wire() -> None:
    async with running(make("sony-laser")) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        assert sent(bench)[0] == adcp.proof_of("3b2f9a7c", "Projector1").encode() + b"\r\n"
        assert not any(b"Projector1" in data for data in sent(bench))


@virtual
@pytest.mark.parametrize("password", ["", "guess"])
async def test_a_missing_or_wrong_password_is_told_as_such(password: str) -> None:
    async with running(make("sony-laser", password=password)) as bench:
        if not password:
            bench.emulator.password = "secret"
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)


@virtual
async def test_in_standby_only_what_is_answered_there_is_asked() -> None:
    async with running(make("sony-laser")) as bench:
        await until(lambda: value(bench, "model") == "VPL-FHZ85")
        await asyncio.sleep(60)
        assert not any(data.startswith((b"input", b"blank")) for data in sent(bench))
        assert bench.device.state().problem == ""
        assert value(bench, "firmware") == "1.020"
        assert value(bench, "lamp-hours") == 1240
        assert value(bench, "run-hours") == 1300


@virtual
async def test_while_it_warms_up_the_rest_is_locked_and_nothing_is_sent() -> None:
    async with running(make("sony-laser")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        with pytest.raises(LockedOutError):
            await bench.device.select_input(name="hdmi-2")
        assert not any(data.startswith(b"input") for data in sent(bench))
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=60)
        await bench.device.select_input(name="hdmi-2")
        assert bench.emulator.shown == "hdmi2"


@virtual
async def test_a_model_without_sound_does_not_offer_to_mute_it() -> None:
    async with running(make("sony-cinema")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_power(on=True)
        await until(lambda: bench.device.state().choices["mute"] == ("picture",), within_s=60)
        with pytest.raises(UnsupportedError, match="sound"):
            await bench.device.set_mute(sound=True)


@virtual
async def test_faults_and_warnings_are_told_together() -> None:
    emulator = SonyEmulator(errors=("fan_err",), warnings=("filter_warn",))
    async with running(make("sony-cinema", emulator)) as bench:
        await until(lambda: value(bench, "health") == "fan_err, filter_warn")


@virtual
async def test_an_input_that_it_does_not_have_is_named_among_those_it_has() -> None:
    async with running(make("sony-cinema")) as bench:
        with pytest.raises(UnsupportedError, match="hdmi-1, hdmi-2"):
            await bench.device.select_input(name="vga")
