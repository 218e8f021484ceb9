"""Extron switchers: documented bytes, then what they do to people."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import (
    Availability,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import extron_sis as sis
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.extron_sis import ExtronEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench) -> list[bytes]:
    return [data for _, data in bench.wire.written]


@pytest.mark.parametrize(
    ("command", "documented"),
    [
        (sis.tie(1, 3, outputs=8), b"1*3!"),
        (sis.tie(3, 1, outputs=1), b"3!"),
        (sis.ask_tie(7, outputs=8), b"7%"),
        (sis.ask_tie(1, outputs=1), b"!"),
        (sis.set_level("B", 1, 2, outputs=8), b"2*1B"),
        (sis.set_level("B", 1, 1, outputs=1), b"1B"),
        (sis.ask_level("Z", 2, outputs=8), b"2Z"),
        (sis.ask_level("B", 1, outputs=1), b"B"),
        (sis.set_level("V", 50, 1, outputs=8), b"1*50V"),
        (sis.long_command("3CV"), b"W3CV\r"),
    ],
)
def test_commands_are_spelled_as_documented(command: bytes, documented: bytes) -> None:
    assert command == documented
    assert len(sis.CommandDecoder().feed(documented)) == 1


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        (b"Out03 In01 All", sis.Tie(1, 3, "All")),
        (b"In05 All", sis.Tie(5, 0, "All")),
        (b"In005 All", sis.Tie(5, 0, "All")),
        (b"In3", sis.Tie(3, 0, "All")),
        (b"Out04 In02 Aud", sis.Tie(2, 4, "Aud")),
        (b"Out04 In02 RGB", sis.Tie(2, 4, "RGB")),
        (b"Chn2", sis.Tie(2, 0, "All")),
        (b"Vmt1", sis.Muted("Vmt", 0, 1)),
        (b"Vmt2*0", sis.Muted("Vmt", 2, 0)),
        (b"02Amt1", sis.Muted("Amt", 2, 1)),
        (b"Out01 Vol50", sis.Loudness(1, 50)),
        (b"Vol100", sis.Loudness(0, 100)),
        (b"E10", sis.Failure(10)),
        (b"Vrb3", sis.Told("Vrb", "3")),
        (b"Ver01*1.01", sis.Told("Ver", "1.01")),
        (b"Inf01*SW4 HD 4K PLUS", sis.Told("Inf", "SW4 HD 4K PLUS")),
        (b"Login Administrator", sis.Told("Login", "Administrator")),
        (b"Qik", sis.Told("Qik", "")),
        (b"03", sis.Bare("03")),
        (
            b"(c)Copyright 2007, Extron Electronics, IPI 201 V1.00, 60-809-00",
            sis.Greeting("IPI 201", "1.00", "60-809-00"),
        ),
        (
            b"(c) Copyright 2012, Extron Electronics, DXP 88 HDMI, V1.00, 60-1187-01",
            sis.Greeting("DXP 88 HDMI", "1.00", "60-1187-01"),
        ),
    ],
)
def test_answers_are_read_as_documented(documented: bytes, reply: sis.Reply) -> None:
    assert sis.ReplyDecoder().feed(documented + b"\r\n") == [reply]


def test_the_prompt_is_seen_though_no_line_ends_after_it() -> None:
    assert sis.ReplyDecoder().feed(b"\r\nPassword:") == [sis.Prompt()]
    assert sis.ReplyDecoder().feed(b"\r\n\xff\xfb\x01Password:") == [sis.Prompt()]


@given(st.integers(0, 128), st.integers(1, 128))
def test_ties_survive_the_wire(source: int, output: int) -> None:
    (command,) = sis.CommandDecoder().feed(sis.tie(source, output, outputs=128))
    matrix = ExtronEmulator(inputs=128, outputs=128)
    line = matrix.obey(str(command), 0.0, tagged=False)
    assert sis.ReplyDecoder().feed(f"{line}\r\n".encode()) == [sis.Tie(source, output, "All")]


@virtual
async def test_a_switch_at_the_panel_is_seen_at_once_and_as_pushed() -> None:
    async with running(make("extron-matrix")) as bench:
        await until(lambda: value(bench, "route-4") is not None)
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.touch("5*2!", asyncio.get_running_loop().time())
        await until(lambda: value(bench, "route-2") == 5, within_s=0.5)
        assert bench.device.state().values["route-2"].source is ValueSource.PUSHED
        bench.emulator.touch("1*1B", asyncio.get_running_loop().time())
        await until(lambda: value(bench, "picture-mute") is True, within_s=0.5)
        bench.emulator.touch("3*1B", asyncio.get_running_loop().time())  # not the main output
        bench.emulator.touch("0*1B", asyncio.get_running_loop().time())
        bench.emulator.touch("1*32V", asyncio.get_running_loop().time())
        await until(lambda: value(bench, "volume") == 50, within_s=0.5)


@virtual
async def test_one_input_for_all_outputs_is_known_for_each() -> None:
    async with running(make("extron-matrix")) as bench:
        await until(lambda: value(bench, "route-4") is not None)
        bench.emulator.touch("6*!", asyncio.get_running_loop().time())
        await until(lambda: value(bench, "route-1") == 6, within_s=0.5)
        assert [value(bench, f"route-{n}") for n in (1, 2, 3, 4)] == [6, 6, 6, 6]


@virtual
async def test_a_sound_tie_does_not_change_the_picture() -> None:
    async with running(make("extron-matrix")) as bench:
        await until(lambda: value(bench, "route-4") is not None)
        bench.emulator.touch("6*2$", asyncio.get_running_loop().time())
        await asyncio.sleep(5)
        assert value(bench, "route-2") == 0


@virtual
async def test_a_wrong_password_is_told_as_such() -> None:
    async with running(make("extron-matrix", password="guess")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)


@virtual
async def test_a_missing_password_is_told_as_such() -> None:
    emulator = emulate("extron-sis", model="mav-88", password="secret")
    async with running(make("extron-matrix", emulator, password="")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)
        assert "password" in bench.device.state().problem


@virtual
async def test_a_password_for_a_device_that_wants_none_does_no_harm() -> None:
    async with running(make("extron-switcher", password="secret")) as bench:
        await until(lambda: bench.online, within_s=3)
        assert not any(b"secret" in data for data in sent(bench))


@virtual
async def test_a_user_who_may_only_look_is_told_so() -> None:
    emulator = emulate("extron-sis", model="mav-88", password="secret")
    assert isinstance(emulator, ExtronEmulator)
    emulator.user_password = "guest"
    async with running(make("extron-matrix", emulator, password="guest")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)
        assert "does not allow" in bench.device.state().problem


@virtual
async def test_a_busy_device_is_asked_again() -> None:
    async with running(make("extron-switcher", ExtronEmulator(busy_s=1.5))) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        await bench.device.set_route(source=2)
        await bench.device.set_route(source=3)
        assert bench.emulator.pictures[1] == 3


@virtual
async def test_a_device_that_stays_busy_says_so() -> None:
    async with running(make("extron-switcher", ExtronEmulator(busy_s=60))) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        await bench.device.set_route(source=2)
        with pytest.raises(RefusedError, match="busy"):
            await bench.device.set_route(source=3)


@virtual
async def test_what_the_device_refuses_is_told_with_its_meaning() -> None:
    async with running(make("extron-switcher", inputs=8)) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        with pytest.raises(RefusedError, match="invalid input number"):
            await bench.device.set_route(source=7)
        with pytest.raises(UnsupportedError, match="8 sources and 1 outputs"):
            await bench.device.set_route(source=9)


@virtual
async def test_half_a_command_is_forgotten_after_ten_seconds_and_no_command_is_cut_short() -> None:
    matrix = ExtronEmulator(inputs=8, outputs=4)
    session = matrix.session(0.0)
    assert session.receive(b"3*", 0.0) == []
    assert session.due_s() == 10.0
    assert session.receive(b"", 10.0) == []
    assert session.receive(b"2%", 11.0) == [b"00\r\n"]
    assert matrix.forgotten == 1
    async with running(make("extron-switcher")) as bench:
        await asyncio.sleep(60)
        assert bench.emulator.forgotten == 0


@virtual
async def test_an_old_switcher_is_worked_though_it_never_says_what_it_answers() -> None:
    async with running(make("extron-old")) as bench:
        await until(lambda: value(bench, "model") is not None)
        await bench.device.set_route(source=2)
        bench.emulator.touch("3!", asyncio.get_running_loop().time())
        await until(lambda: value(bench, "route-1") == 3, within_s=4)
        assert value(bench, "model") == "60-000-00"


@virtual
async def test_the_model_comes_from_the_greeting_or_from_the_question() -> None:
    async with running(make("extron-matrix")) as bench:
        await until(lambda: value(bench, "model") is not None)
        assert value(bench, "model") == "MAV Plus 88 AV"
        assert value(bench, "firmware") == "1.02"


@virtual
async def test_a_volume_keeps_the_percent_that_was_asked_for() -> None:
    async with running(make("extron-matrix")) as bench:
        await until(lambda: value(bench, "volume") is not None)
        await bench.device.set_volume(percent=37)  # step 24 of 64, which alone would be 38
        await asyncio.sleep(10)
        assert value(bench, "volume") == 37
        assert bench.emulator.levels["V", 1] == 24


@pytest.mark.parametrize(
    ("options", "lacks"), [({"mutes": ""}, "mute"), ({"volume_steps": 0}, "volume")]
)
def test_what_a_model_lacks_is_not_offered(options: dict[str, Any], lacks: str) -> None:
    assert lacks not in make("extron-matrix", **options).device.capabilities


def test_a_size_that_cannot_be_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="do not fit"):
        make("extron-matrix", main=9)
