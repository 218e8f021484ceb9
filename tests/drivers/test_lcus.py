"""USB relay boards that speak A0: documented bytes, and the three ways in which they answer."""

import pytest

from classroom_drivers.api import UnsupportedError, ValueSource
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.lcus import Message, ReplyDecoder, RequestDecoder, Word, encode
from classroom_drivers.emulators.lcus import LcusEmulator
from tests.drivers.benches import make, running
from tests.drivers.virtual import until, virtual


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        (Message(1, Word.CLOSE), "A0 01 01 A2"),
        (Message(1, Word.OPEN), "A0 01 00 A1"),
        (Message(1, Word.CLOSE_AND_TELL), "A0 01 03 A4"),
        (Message(1, Word.OPEN_AND_TELL), "A0 01 02 A3"),
        (Message(1, Word.ASK), "A0 01 05 A6"),
        (Message(4, Word.CLOSE), "A0 04 01 A5"),
    ],
)
def test_messages_are_spelled_as_documented(message: Message, documented: str) -> None:
    assert encode(message) == bytes.fromhex(documented)
    assert RequestDecoder().feed(bytes.fromhex(documented)) == [message]


def test_the_text_of_a_board_is_read_as_documented() -> None:
    both = [Message(1, Word.CLOSE), Message(2, Word.OPEN)]
    assert ReplyDecoder().feed(b"CH1:ON \r\nCH2:OFF \r\n") == both
    assert ReplyDecoder().feed(b"CH1: ON\r\nCH2: OFF\r\n") == both


def test_a_wrong_sum_is_noise() -> None:
    found = ReplyDecoder().feed(bytes.fromhex("A00101A3 A00100A1"))
    assert found[-1] == Message(1, Word.OPEN)
    assert all(isinstance(noise, Garbage) for noise in found[:-1])


@virtual
async def test_a_board_that_answers_confirms_a_command_itself() -> None:
    async with running(make("lcus-four")) as bench:
        await until(lambda: bench.device.known("relay-4") is False)
        await bench.device.set_relay(on=True, channel=3)
        known = bench.device.state().values["relay-3"]
        assert (known.value, known.source) == (True, ValueSource.POLLED)
        assert bench.emulator.closed == {3}


@virtual
async def test_a_board_with_a_text_tells_all_its_relays() -> None:
    bench = make("lcus-text", LcusEmulator(channels=2, answers="text", closed={2}))
    async with running(bench):
        await until(lambda: bench.device.known("relay-2") is True)
        assert bench.device.known("relay-1") is False
        await bench.device.set_relay(on=True, channel=1)
        await until(
            lambda: bench.device.state().values["relay-1"].source is not ValueSource.ASSUMED
        )


@virtual
async def test_of_a_silent_board_nothing_is_known_but_what_was_asked_of_it() -> None:
    async with running(make("lcus-silent")) as bench:
        await until(lambda: bench.online)
        assert bench.device.state().values == {}
        await bench.device.set_relay(on=True)
        await until(lambda: bench.emulator.closed == {1}, within_s=0.1)
        assert bench.device.state().values["relay-1"].source is ValueSource.ASSUMED


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="channels"):
        make("lcus", channels=9)
    with pytest.raises(UnsupportedError, match="answers"):
        make("lcus", answers="loudly")
