"""iTach: codes as people have them, documented lines, and a connector that is busy."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import LinkError, RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import itach
from classroom_drivers.codecs.infrared import Infrared, read_code
from classroom_drivers.emulators.itach import ITachEmulator, Sending
from classroom_drivers.emulators.news import Ear
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

POWER = "0000 006D 0002 0001 0156 00AB 0015 0015 0015 0600"


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def now_s() -> float:
    return asyncio.get_running_loop().time()


# codes


def test_pronto_hex_becomes_cycles_of_its_carrier() -> None:
    code = read_code(POWER)
    assert code == Infrared(38029, 1, 5, (342, 171, 21, 21, 21, 1536))


def test_a_pronto_code_that_is_all_repeated_begins_at_the_first_count() -> None:
    assert read_code("0000 006D 0000 0002 0015 0015 0015 0600").offset == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("38000,1,1,342,171", Infrared(38000, 1, 1, (342, 171))),
        ("sendir,1:2,9,40000,2,3,96,24,48,24", Infrared(40000, 2, 3, (96, 24, 48, 24), "1:2")),
        (" 38000, 1, 1, 342, 171 ", Infrared(38000, 1, 1, (342, 171))),
    ],
)
def test_numbers_are_read_with_and_without_the_command(text: str, code: Infrared) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("power", "neither"),
        ("38000,1,2,342,171", "odd"),
        ("38000,1,1,342,171,3", "3 counts"),
        ("38000,99,1,342,171", "repeat 99"),
        ("1000,1,1,342,171", "1000 Hz"),
        ("38000,1,1,342,0", "count of 0"),
        ("0100 006D 0000 0001 0015 0015", "learned"),
        ("0000 006D 0000 0002 0015 0015", "2 pairs"),
    ],
)
def test_what_is_no_code_is_told_with_the_reason(text: str, wrong: str) -> None:
    with pytest.raises(UnsupportedError, match=wrong):
        read_code(text)


def test_a_code_takes_as_long_as_its_cycles() -> None:
    assert read_code("40000,3,3,4000,4000,8000,8000").seconds == pytest.approx(1.4)


# lines


def test_commands_are_spelled_as_documented() -> None:
    code = read_code("38000,1,1,342,171")
    assert itach.encode_code(code, "1:1", 7) == b"sendir,1:1,7,38000,1,1,342,171\r"
    assert itach.encode("setstate", "1:3", 1) == b"setstate,1:3,1\r"
    assert itach.encode("getstate", "1:3", "notify") == b"getstate,1:3,notify\r"


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        (b"completeir,1:1,7", itach.Sent("1:1", 7)),
        (b"busyir,1:1,7", itach.Busy("1:1", 7)),
        (b"state,1:3,1", itach.State("1:3", closed=True)),
        (b"statechange,1:2,0", itach.State("1:2", closed=False)),
        (b"ERR_1:1,014", itach.Failure("1:1", 14)),
        (b"unknowncommand,14", itach.Failure("", 14)),
        (b"710-1005-05", itach.Version("710-1005-05")),
        (b"version,1,3.2-06", itach.Version("3.2-06")),
        (b"device,1,3 IR", itach.Module(1, 3, "IR")),
        (b"endlistdevices", itach.Module()),
    ],
)
def test_answers_are_read_as_documented(documented: bytes, reply: itach.Reply) -> None:
    assert itach.ReplyDecoder().feed(documented + b"\r") == [reply]


counts = st.lists(st.integers(1, 65535), min_size=2, max_size=520).filter(lambda c: not len(c) % 2)


@given(st.integers(15_000, 500_000), counts, st.integers(0, 65535))
def test_codes_survive_the_wire(frequency: int, cycles: list[int], number: int) -> None:
    code = Infrared(frequency, 1, 1, tuple(cycles))
    (words,) = itach.CommandDecoder().feed(itach.encode_code(code, "1:1", number))
    assert isinstance(words, tuple)
    assert read_code(",".join(words[3:])) == code


# a box


@virtual
async def test_a_key_returns_once_its_code_has_left() -> None:
    async with running(make("itach-ir", codes='on = "40000,1,1,20000,20000"')) as bench:
        await until(lambda: bench.online)
        began_s = now_s()
        await bench.device.press_key(name="on")
        assert 1.0 <= now_s() - began_s < 1.2
        assert bench.emulator.sent == [("1:1", Infrared(40000, 1, 1, (20000, 20000)))]


@virtual
async def test_a_code_that_names_its_connector_is_sent_there() -> None:
    emulator = ITachEmulator(connectors=3)
    bench = make("itach-ir", emulator, codes='on = "sendir,1:3,1,40000,1,1,96,24"', sensors="")
    async with running(bench):
        await until(lambda: bench.online)
        await bench.device.press_key(name="on")
        assert emulator.sent[0][0] == "1:3"


@virtual
async def test_a_connector_that_is_busy_for_another_controller_is_waited_for() -> None:
    async with running(make("itach-ir")) as bench:
        await until(lambda: value(bench, "model") is not None)
        other = Ear(bench.emulator.news)
        bench.emulator.sending["1:1"] = Sending(number=99, until_s=now_s() + 1.5, ear=other)
        began_s = now_s()
        await bench.device.press_key(name="power")
        assert 1.5 <= now_s() - began_s < 2.5
        assert len(bench.emulator.sent) == 1


@virtual
async def test_a_connector_that_stays_busy_is_given_up() -> None:
    async with running(make("itach-ir")) as bench:
        await until(lambda: value(bench, "model") is not None)
        other = Ear(bench.emulator.news)
        bench.emulator.sending["1:1"] = Sending(number=99, until_s=now_s() + 60, ear=other)
        with pytest.raises(RefusedError, match="busy"):
            await bench.device.press_key(name="power")


@virtual
async def test_a_key_is_not_pressed_twice_though_the_box_hangs_up_before_it_answers() -> None:
    async with running(make("itach-ir")) as bench, asyncio.TaskGroup() as tasks:
        await until(lambda: value(bench, "model") is not None)

        async def press() -> None:
            with pytest.raises(LinkError):
                await bench.device.press_key(name="power")

        tasks.create_task(press())
        await until(lambda: bench.emulator.sent)
        bench.wire.unplug()
        bench.wire.plug()
        await asyncio.sleep(10)
        assert bench.online
        assert len(bench.emulator.sent) == 1


@virtual
async def test_a_key_at_a_connector_that_is_an_input_is_refused_with_the_reason() -> None:
    async with running(make("itach-ir", connector=2)) as bench:
        await until(lambda: bench.online)
        with pytest.raises(RefusedError, match="is an input"):
            await bench.device.press_key(name="power")


@virtual
async def test_an_input_is_told_at_once() -> None:
    async with running(make("itach-ir")) as bench:
        await until(lambda: value(bench, "model") == "IP2IR")
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.touch(3, closed=True)
        await until(lambda: value(bench, "contact-3") is True, within_s=0.5)
        assert bench.device.state().values["contact-3"].source is ValueSource.PUSHED


@virtual
async def test_a_box_too_old_to_tell_is_polled() -> None:
    async with running(make("itach-relay")) as bench:
        await until(lambda: value(bench, "model") == "IP2CC")
        bench.emulator.touch(2, closed=True)
        await until(lambda: value(bench, "relay-2") is True, within_s=4)
        assert bench.device.state().problem == ""


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "projector.toml"
    file.write_text(f'power = "{POWER}"\n', encoding="utf-8")
    assert make("itach-ir", codes=str(file)).device.choices["key"] == ("power",)
    with pytest.raises(UnsupportedError, match="missing"):
        make("itach-ir", codes=str(tmp_path / "missing.toml"))
    with pytest.raises(UnsupportedError, match="power: 'x' is neither"):
        make("itach-ir", codes='power = "x"')


def test_only_what_is_connected_is_offered() -> None:
    assert set(make("itach-ir").device.capabilities) == {"keys", "sensor", "identity"}
    assert set(make("itach-relay").device.capabilities) == {"relay", "identity"}
