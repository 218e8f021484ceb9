"""OSC as the specification spells it, then a mixer that confirms nothing by itself."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import ReplyTimeoutError, UnsupportedError, ValueSource
from classroom_drivers.codecs import osc
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.osc import Message, MessageDecoder
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench) -> list[bytes]:
    return [data for _, data in bench.wire.written]


# messages


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        (Message("/oscillator/4/frequency", (440.0,)), "oscillator"),
        (Message("/foo", (1000, -1, "hello", 1.234, 5.678)), "foo"),
        (Message("/xremote"), "xremote"),
        (Message("/ch/01/mix/fader", (0.5,)), "fader"),
    ],
)
def test_messages_are_spelled_as_in_the_examples_of_the_specification(
    message: Message, documented: str
) -> None:
    examples = {
        "oscillator": b"/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0",
        "foo": (
            b"/foo\0\0\0\0,iisff\0\0\0\0\x03\xe8\xff\xff\xff\xffhello\0\0\0"
            b"\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d"
        ),
        "xremote": b"/xremote\0\0\0\0,\0\0\0",
        "fader": b"/ch/01/mix/fader\0\0\0\0,f\0\0\x3f\0\0\0",
    }
    assert osc.encode(message) == examples[documented]


def test_a_broken_message_does_not_cost_the_next_one() -> None:
    good = osc.encode(Message("/info"))
    found = MessageDecoder().feed(b"noise" + good + b"/x\0\1" + good)
    assert [one for one in found if isinstance(one, Message)] == [Message("/info")] * 2
    assert any(isinstance(one, Garbage) for one in found)


numbers = st.floats(width=32, allow_nan=False)
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
arguments = st.one_of(
    st.integers(-(2**31), 2**31 - 1), numbers, texts, st.binary(max_size=20), st.booleans()
)
addresses = st.from_regex(r"(/[a-z0-9-]{1,8}){1,5}", fullmatch=True)


@given(addresses, st.lists(arguments, max_size=6))
def test_messages_survive_the_wire(address: str, values: list[osc.Argument]) -> None:
    message = Message(address, tuple(values))
    assert MessageDecoder().feed(osc.encode(message)) == [message]


def test_a_setting_and_its_question_leave_as_two_datagrams() -> None:
    both = [osc.encode(Message("/a", (1,))), osc.encode(Message("/a"))]
    assert osc.ControllerCodec().spell(b"".join(both)) == both


# a mixer


@virtual
async def test_a_fader_that_is_moved_by_hand_is_seen_at_once() -> None:
    async with running(make("x32")) as bench:
        await until(lambda: value(bench, "level-32") is not None, within_s=15)
        bench.emulator.touch("/ch/32/mix/fader", 0.5)
        await until(lambda: value(bench, "level-32") == 50.0, within_s=0.5)
        assert bench.device.state().values["level-32"].source is ValueSource.PUSHED
        bench.emulator.touch("/main/st/mix/on", 0)
        await until(lambda: value(bench, "sound-mute") is True, within_s=0.5)


@virtual
async def test_we_stay_one_who_is_told() -> None:
    async with running(make("x32")) as bench:
        await asyncio.sleep(120)
        wishes = [at for at, data in bench.wire.written if data.startswith(b"/xremote")]
        pauses = [later - earlier for earlier, later in pairwise(wishes)]
        assert max(pauses) < 10


@virtual
async def test_channels_have_the_names_that_the_mixer_has_for_them() -> None:
    async with running(make("xr18")) as bench:
        await until(lambda: value(bench, "level-16") is not None, within_s=15)
        assert bench.device.state().choices["level"][0] == "1"
        bench.emulator.touch("/ch/01/config/name", "Teacher")
        await until(lambda: bench.device.state().choices["level"][0] == "Teacher", within_s=0.5)
        assert value(bench, "model") == "XR18"


@virtual
async def test_what_was_set_is_confirmed_by_the_mixer_before_the_call_returns() -> None:
    async with running(make("x32")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_level(percent=37.0, channel=3)
        known = bench.device.state().values["level-3"]
        assert known.value == pytest.approx(37.0, abs=0.1)
        assert known.source is ValueSource.POLLED


@virtual
async def test_a_fader_that_does_not_obey_is_told_as_such() -> None:
    async with running(make("x32")) as bench:
        await until(lambda: bench.online)
        bench.emulator.put = lambda address, value: True
        with pytest.raises(ReplyTimeoutError):
            await bench.device.set_level(percent=37.0, channel=3)
        assert sum(data.startswith(b"/ch/03/mix/fader") for data in sent(bench)) >= 6


@virtual
async def test_the_newest_of_many_wishes_is_the_last_one_sent() -> None:
    async with running(make("x32")) as bench:
        await until(lambda: bench.online)
        async with asyncio.TaskGroup() as tasks:
            for percent in range(100):
                tasks.create_task(bench.device.set_volume(percent=percent))
        assert bench.emulator.values["/main/st/mix/fader"] == pytest.approx(0.99, abs=0.001)
        settings = osc.encode(Message("/main/st/mix/fader", (0.0,)))[:24]
        assert sum(data.startswith(settings) for data in sent(bench)) < 20


@virtual
async def test_a_picture_cannot_be_muted_by_a_mixer() -> None:
    async with running(make("x32")) as bench:
        await until(lambda: bench.online)
        with pytest.raises(UnsupportedError, match="sound"):
            await bench.device.set_mute(picture=True)


@pytest.mark.parametrize("options", [{"family": "wing"}, {"channels": 0}])
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError, match="there are x32, xair"):
        make("x32", **options)
