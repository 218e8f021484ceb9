"""Q-SYS: documented messages, then a core whose design has some named controls."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import Availability, RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import qsys
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.qsys import Call, Failure, MessageDecoder, Result
from classroom_drivers.emulators.qsys import QSysEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def test_a_call_is_spelled_as_documented() -> None:
    call = Call("Control.Set", {"Name": "MainGain", "Value": -12}, 1234)
    assert qsys.encode(call) == (
        b'{"jsonrpc": "2.0", "method": "Control.Set", '
        b'"params": {"Name": "MainGain", "Value": -12}, "id": 1234}\0'
    )


@pytest.mark.parametrize(
    ("documented", "message"),
    [
        (
            b'{"jsonrpc":"2.0","method":"EngineStatus","params":{"State":"Idle"}}\0',
            Call("EngineStatus", {"State": "Idle"}),
        ),
        (b'{"jsonrpc":"2.0","id":5,"result":true}\0', Result(5, value=True)),
        (
            b'{"jsonrpc":"2.0","error":{"code":8,"message":"unknown"},"id":5}\0',
            Failure(5, 8, "unknown"),
        ),
        (b"hello\0", Garbage(b"hello")),
        (b"[1]\0", Garbage(b"[1]")),
    ],
)
def test_messages_are_read_as_documented(documented: bytes, message: object) -> None:
    assert MessageDecoder().feed(documented) == [message]


plain = st.one_of(st.integers(), st.text(), st.booleans(), st.none())


@given(st.text(min_size=1), st.dictionaries(st.text(), plain), st.integers(0, 2**31))
def test_calls_survive_the_wire(method: str, parameters: dict[str, object], number: int) -> None:
    call = Call(method, parameters, number)
    assert MessageDecoder().feed(qsys.encode(call)) == [call]


@virtual
async def test_a_fader_that_somebody_else_moves_is_seen_at_once() -> None:
    async with running(make("qsys")) as bench:
        await until(lambda: value(bench, "level-2") is not None)
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.controls["MicGain"] = -30.0
        await until(lambda: value(bench, "level-1") == 50.0, within_s=0.5)
        assert bench.device.state().values["level-1"].source is ValueSource.PUSHED
        bench.emulator.controls["MainMute"] = 1.0
        await until(lambda: value(bench, "sound-mute") is True, within_s=0.5)


@virtual
async def test_faders_have_names_and_the_decibels_that_were_agreed() -> None:
    async with running(make("qsys", least_db=-80.0, most_db=20.0)) as bench:
        await until(lambda: value(bench, "volume") == 60)
        assert bench.device.state().choices["level"] == ("Teacher", "Music")
        await bench.device.set_level(percent=50.0, channel=2)
        assert bench.emulator.controls["Bgm"] == -30.0


@virtual
async def test_a_wrong_or_missing_pin_is_told_as_such() -> None:
    async with running(make("qsys", password="9999")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)
    async with running(make("qsys", QSysEmulator(password="1234"), password="")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)


@virtual
async def test_a_control_that_the_design_does_not_have_is_told_as_such() -> None:
    async with running(make("qsys", mute="Nothing")) as bench:
        await until(lambda: "no such control" in bench.device.state().problem)
        assert bench.online
        with pytest.raises(RefusedError, match="no such control"):
            await bench.device.set_mute(sound=True)


@virtual
async def test_a_core_that_runs_nothing_or_has_a_fault_is_not_well() -> None:
    async with running(make("qsys")) as bench:
        await until(lambda: value(bench, "health") == "ok")
        bench.emulator.fault = (3, "Fault - See Web UI")
        await until(lambda: value(bench, "health") == "Fault - See Web UI")
        bench.emulator.state = "Idle"
        await until(lambda: value(bench, "health") == "no design is running")


def test_only_what_was_named_is_offered() -> None:
    device = make("qsys", levels="", mute="").device
    assert set(device.capabilities) == {"volume", "identity", "health"}
    with pytest.raises(UnsupportedError, match="least_db"):
        make("qsys", least_db=0.0)
