"""Kramer switchers: documented lines, then what differs from model to model."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import Availability, RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import kramer_p3000 as p3000
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulated import make as emulate
from classroom_drivers.emulators.kramer_p3000 import KramerEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench) -> list[bytes]:
    return [data for _, data in bench.wire.written]


def now_s() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(
    ("word", "parameters", "machine", "documented"),
    [
        ("", "", 0, b"#\r"),
        ("ROUTE", "1,2,3", 0, b"#ROUTE 1,2,3\r"),
        ("AUD-LVL", "1,1,-50", 0, b"#AUD-LVL 1,1,-50\r"),
        ("MODEL?", "", 0, b"#MODEL?\r"),
        ("AV", "1>2", 2, b"#02@AV 1>2\r"),
    ],
)
def test_commands_are_spelled_as_documented(
    word: str, parameters: str, machine: int, documented: bytes
) -> None:
    assert p3000.encode(word, parameters, machine) == documented
    command = p3000.Command(word, parameters, machine)
    assert p3000.CommandDecoder().feed(documented) == [command]


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        (b"~01@ OK", p3000.Reply(1, "")),
        (b"~01@ok", p3000.Reply(1, "")),
        (b"~OK", p3000.Reply(1, "")),
        (b"~01@ROUTE 1,2,3", p3000.Reply(1, "ROUTE", "1,2,3")),
        (b"~02@VID 1>2 OK", p3000.Reply(2, "VID", "1>2")),
        (b"~01@ERR 003", p3000.Reply(1, "", error=3)),
        (b"~01@ERR002", p3000.Reply(1, "", error=2)),
        (b"~01@VID ERR003", p3000.Reply(1, "VID", error=3)),
        (b"~01@VID ERR 003", p3000.Reply(1, "VID", error=3)),
        (b"~01@AUD-LVL 1,1,-50", p3000.Reply(1, "AUD-LVL", "1,1,-50")),
        (b"~01@MODEL VS-44H2A", p3000.Reply(1, "MODEL", "VS-44H2A")),
    ],
)
def test_answers_are_read_as_documented(documented: bytes, reply: p3000.Reply) -> None:
    assert p3000.ReplyDecoder().feed(documented + b"\r\n") == [reply]


def test_noise_before_an_answer_is_cut_off() -> None:
    found = p3000.ReplyDecoder().feed(b"xx\r\n?~01@ OK\r\n")
    assert found == [Garbage(b"xx"), p3000.Reply(1, "")]


words = st.from_regex(r"[A-Z][A-Z-]{0,11}", fullmatch=True).filter(lambda word: word != "ERR")


@given(words, st.from_regex(r"[0-9]{1,3}(,[0-9]{1,3})*", fullmatch=True), st.integers(1, 99))
def test_lines_survive_the_wire(word: str, parameters: str, machine: int) -> None:
    reply = p3000.Reply(machine, word, parameters)
    assert p3000.ReplyDecoder().feed(p3000.encode_reply(reply)) == [reply]
    command = p3000.encode(word, parameters, machine)
    assert p3000.CommandDecoder().feed(command) == [p3000.Command(word, parameters, machine)]


@virtual
async def test_a_switch_at_the_panel_is_seen_at_once_and_as_pushed() -> None:
    async with running(make("kramer-matrix")) as bench:
        await until(lambda: value(bench, "route-4") is not None)
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.touch("VID", "3>2", now_s())
        await until(lambda: value(bench, "route-2") == 3, within_s=0.5)
        assert bench.device.state().values["route-2"].source is ValueSource.PUSHED
        bench.emulator.touch("ROUTE", "1,*,4", now_s())
        await until(lambda: value(bench, "route-4") == 4, within_s=0.5)
        bench.emulator.touch("VMUTE", "1,0", now_s())
        bench.emulator.touch("AUD-LVL", "1,1,30", now_s())
        await until(lambda: value(bench, "volume") == 100, within_s=0.5)
        assert value(bench, "picture-mute") is True


@virtual
async def test_its_size_is_asked_for_unless_it_is_given() -> None:
    async with running(make("kramer-matrix")) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        assert bench.device.state().choices["source"] == ("1", "2", "3", "4")
        assert b"#INFO-IO?\r" in sent(bench)
    async with running(make("kramer-switcher")) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        assert b"#INFO-IO?\r" not in sent(bench)


@virtual
async def test_a_model_without_the_word_route_is_switched_with_the_one_it_knows() -> None:
    async with running(make("kramer-switcher")) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        await bench.device.set_route(source=2)
        assert b"#VID 2>1\r" in sent(bench)
        assert bench.emulator.shown[1] == 2


@virtual
async def test_a_model_that_answers_route_with_vid_is_understood() -> None:
    async with running(make("kramer-answers-vid")) as bench:
        await until(lambda: value(bench, "route-2") is not None)
        await bench.device.set_route(source=4, output=2)
        assert b"#01@ROUTE 1,2,4\r" in sent(bench)
        assert bench.device.state().problem == ""


@virtual
async def test_another_machine_on_the_line_is_not_listened_to() -> None:
    async with running(make("kramer-answers-vid")) as bench:
        await until(lambda: value(bench, "route-2") is not None)
        bench.emulator.news.tell(b"~07@VID 4>2\r\n")
        await asyncio.sleep(1)
        assert value(bench, "route-2") == 1


@virtual
@pytest.mark.parametrize("password", ["", "guess"])
async def test_a_missing_or_wrong_password_is_told_as_such(password: str) -> None:
    emulator = emulate("kramer-p3000", password="secret")
    async with running(make("kramer-matrix", emulator, password=password)) as bench:
        if password:
            await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)
        await until(lambda: "password" in bench.device.state().problem, within_s=3)
        assert "guess" not in bench.device.state().problem


@virtual
async def test_a_busy_device_is_asked_again() -> None:
    bench = make("kramer-switcher", KramerEmulator(words=frozenset({"VID"}), busy_s=1.5))
    async with running(bench):
        await until(lambda: value(bench, "route-1") is not None)
        await bench.device.set_route(source=2)
        await bench.device.set_route(source=1)
        assert bench.emulator.shown[1] == 1


@virtual
async def test_what_the_device_refuses_is_told_with_its_meaning() -> None:
    async with running(make("kramer-matrix", inputs=8, outputs=4)) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        with pytest.raises(RefusedError, match="out of range"):
            await bench.device.set_route(source=7)
        with pytest.raises(UnsupportedError, match="8 sources and 4 outputs"):
            await bench.device.set_route(source=9)


@virtual
async def test_some_models_hide_the_picture_with_the_other_flag() -> None:
    async with running(make("kramer-matrix", hidden=1)) as bench:
        await until(lambda: value(bench, "picture-mute") is not None)
        await bench.device.set_mute(picture=True)
        assert b"#VMUTE 1,1\r" in sent(bench)


@pytest.mark.parametrize(
    ("options", "lacks"), [({"mutes": ""}, "mute"), ({"volume_most": -60}, "volume")]
)
def test_what_a_model_lacks_is_not_offered(options: dict[str, Any], lacks: str) -> None:
    assert lacks not in make("kramer-matrix", **options).device.capabilities


@pytest.mark.parametrize("options", [{"main": 0}, {"hidden": 2}, {"volume_most": -61}])
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError):
        make("kramer-matrix", **options)
