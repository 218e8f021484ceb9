"""HyperDeck: documented lines, then a recorder whose disk fills and whose remote is off."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import Availability, RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import hyperdeck
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.hyperdeck import Command, CommandDecoder, Reply, ReplyDecoder
from classroom_drivers.emulators.hyperdeck import HyperDeckEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


@pytest.mark.parametrize(
    ("data", "documented"),
    [
        (hyperdeck.encode("record"), b"record\n"),
        (hyperdeck.encode("play", speed=200, loop=True), b"play: speed: 200 loop: true\n"),
        (hyperdeck.encode("slot info", slot_id=1), b"slot info: slot id: 1\n"),
        (hyperdeck.encode("goto", clip_id="+1"), b"goto: clip id: +1\n"),
    ],
)
def test_commands_are_spelled_as_documented(data: bytes, documented: bytes) -> None:
    assert data == documented
    assert len(CommandDecoder().feed(documented)) == 1


@pytest.mark.parametrize(
    ("documented", "reply"),
    [
        (b"200 ok\r\n", Reply(200, "ok")),
        (b"111 remote control disabled\r\n", Reply(111, "remote control disabled")),
        (
            b"508 transport info:\r\nstatus: record\r\nspeed: 100\r\n\r\n",
            Reply(508, "transport info", (("status", "record"), ("speed", "100"))),
        ),
    ],
)
def test_replies_are_read_as_documented(documented: bytes, reply: Reply) -> None:
    assert ReplyDecoder().feed(documented) == [reply]
    assert ReplyDecoder().feed(b"\xff\r\n" + documented) == [Garbage(b"\xff"), reply]


def test_parameters_may_stand_on_lines_of_their_own() -> None:
    both = CommandDecoder().feed(b"notify: slot: true\nnotify:\nslot: true\n\n")
    assert both == [Command("notify", (("slot", "true"),))] * 2


names = st.from_regex(r"[a-z ]{1,20}", fullmatch=True).map(str.strip).filter(bool)


@given(st.integers(100, 299), names, st.lists(st.tuples(names, names), max_size=5))
def test_replies_survive_the_wire(code: int, title: str, fields: list[tuple[str, str]]) -> None:
    reply = Reply(code, title, tuple(fields))
    assert ReplyDecoder().feed(hyperdeck.encode_reply(reply)) == [reply]


@virtual
async def test_a_recorder_that_is_worked_by_hand_says_so_at_once() -> None:
    async with running(make("hyperdeck")) as bench:
        await until(lambda: value(bench, "transport") == "stopped")
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.change("record")
        await until(lambda: value(bench, "transport") == "record", within_s=0.5)
        assert bench.device.state().values["transport"].source is ValueSource.PUSHED


@virtual
async def test_the_room_that_is_left_is_counted_down_and_told_before_it_is_too_late() -> None:
    deck = HyperDeckEmulator(rooms={1: 2000.0})
    async with running(make("hyperdeck", deck)) as bench:
        await until(lambda: value(bench, "recording-left-s") == 2000)
        assert value(bench, "health") == "ok"
        await bench.device.press_key(name="record")
        await asyncio.sleep(400)
        assert value(bench, "health") == "26 min of recording left"
        await asyncio.sleep(1700)
        assert value(bench, "transport") == "stopped"
        with pytest.raises(RefusedError, match="disk is full"):
            await bench.device.press_key(name="record")


@virtual
async def test_a_disk_that_is_taken_out_is_missed() -> None:
    async with running(make("hyperdeck")) as bench:
        await until(lambda: value(bench, "recording-left-s") is not None)
        bench.emulator.eject(1)
        await until(lambda: value(bench, "recording-left-s") is None, within_s=0.5)
        assert value(bench, "health") == "ok"  # there is another one
        with pytest.raises(RefusedError, match="no disk"):
            await bench.device.press_key(name="record")
        await bench.device.press_key(name="slot-2")
        await bench.device.press_key(name="record")
        bench.emulator.eject(2)
        await until(lambda: value(bench, "health") == "no disk", within_s=0.5)


@virtual
async def test_a_recorder_whose_remote_is_switched_off_is_taken_back_by_a_key() -> None:
    async with running(make("hyperdeck", HyperDeckEmulator(remote=False))) as bench:
        await until(lambda: "remote" in str(value(bench, "health")))
        await bench.device.press_key(name="record")
        assert bench.emulator.status == "record"
        await until(lambda: value(bench, "health") == "ok", within_s=15)


@virtual
async def test_a_recorder_that_has_another_controller_says_so() -> None:
    async with running(make("hyperdeck", HyperDeckEmulator(full_house=True))) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)
        assert "another controller" in bench.device.state().problem


@virtual
async def test_clips_are_stepped_through() -> None:
    async with running(make("hyperdeck")) as bench:
        await until(lambda: bench.online)
        for key, clip in (("next", 2), ("next", 3), ("previous", 2), ("first", 1)):
            await bench.device.press_key(name=key)
            assert bench.emulator.clip == clip


def test_a_number_of_slots_that_cannot_be_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="slots=0"):
        make("hyperdeck", slots=0)
