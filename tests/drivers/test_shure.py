"""Shure command strings: documented ones, then a microphone that several people work."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import UnsupportedError, ValueSource
from classroom_drivers.codecs import shure
from classroom_drivers.codecs.shure import GET, REPORT, SET, Message, MessageDecoder
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        (Message(GET, "MODEL"), b"< GET MODEL >"),
        (Message(SET, "DEVICE_AUDIO_MUTE", "ON"), b"< SET DEVICE_AUDIO_MUTE ON >"),
        (Message(SET, "AUDIO_GAIN_HI_RES", "1100", 2), b"< SET 2 AUDIO_GAIN_HI_RES 1100 >"),
        (Message(REPORT, "AUDIO_MUTE", "OFF", 0), b"< REP 0 AUDIO_MUTE OFF >"),
        (Message(REPORT, "ERR"), b"< REP ERR >"),
    ],
)
def test_command_strings_are_as_documented(message: Message, documented: bytes) -> None:
    assert shure.encode(message) == documented
    assert MessageDecoder().feed(documented) == [message]


def test_a_text_is_freed_from_its_braces_and_filling() -> None:
    (report,) = MessageDecoder().feed(b"< REP 1 CHAN_NAME {Teacher mic                    } >")
    assert report == Message(REPORT, "CHAN_NAME", "Teacher mic", 1)


values = st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True)


@given(st.sampled_from([GET, SET, REPORT]), values, st.integers(-1, 28))
def test_messages_survive_the_wire(verb: str, word: str, channel: int) -> None:
    message = Message(verb, "CHAN_NAME", word, channel)
    assert MessageDecoder().feed(shure.encode(message)) == [message]


@virtual
async def test_the_button_on_the_microphone_is_seen_at_once() -> None:
    async with running(make("shure-mxa910")) as bench:
        await until(lambda: value(bench, "model") == "MXA910")
        bench.device.poll_s = 3600
        await asyncio.sleep(5)
        bench.emulator.touch(Message(SET, "DEVICE_AUDIO_MUTE", "TOGGLE"))
        await until(lambda: value(bench, "sound-mute") is True, within_s=0.5)
        assert bench.device.state().values["sound-mute"].source is ValueSource.PUSHED
        bench.emulator.touch(Message(SET, "AUDIO_GAIN_HI_RES", "0900", 3))
        await until(lambda: value(bench, "level-3") == 50.0, within_s=0.5)


@virtual
async def test_channels_have_their_names_and_the_decibels_that_were_agreed() -> None:
    bench = make("shure-p300", least_db=-110.0, most_db=30.0)
    bench.emulator.titles[1] = "教师话筒"
    async with running(bench):
        await until(lambda: value(bench, "serial-number") is not None)
        assert bench.device.state().choices["level"][:2] == ("教师话筒", "Channel 2")
        await bench.device.set_level(percent=50.0, channel=2)
        assert bench.emulator.gains[2] == 700


@virtual
async def test_what_it_does_not_know_is_told_as_such_and_the_rest_goes_on() -> None:
    async with running(make("shure-mxa910", channels=12)) as bench:
        await until(lambda: "does not know" in bench.device.state().problem)
        assert bench.online
        assert value(bench, "level-9") is not None


def test_gains_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="-110 to 30"):
        make("shure-mxa910", most_db=40.0)
