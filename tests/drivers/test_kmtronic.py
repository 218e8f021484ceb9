"""KMTronic's relay boards: the bytes of its page, and what a lost byte costs."""

import pytest

from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs import kmtronic
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from tests.drivers.benches import make, running
from tests.drivers.virtual import until, virtual


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        (kmtronic.Message(1, kmtronic.CLOSED), "FF 01 01"),
        (kmtronic.Message(1, kmtronic.OPEN), "FF 01 00"),
        (kmtronic.Message(2, kmtronic.ASK), "FF 02 03"),
        (kmtronic.Message(8, kmtronic.CLOSED), "FF 08 01"),
        (kmtronic.ASK_ALL, "FF 09 00"),
    ],
)
def test_relay_messages_are_spelled_as_documented(
    message: kmtronic.Message, documented: str
) -> None:
    assert kmtronic.encode(message) == bytes.fromhex(documented)
    assert kmtronic.MessageDecoder().feed(bytes.fromhex(documented)) == [message]


def test_a_board_with_four_tells_them_in_bare_bytes() -> None:
    states = kmtronic.States((True, False, False, True))
    assert kmtronic.StatesCodec(4).feed(b"\x01\x00\x00\x01") == [states]
    board = KMTronicEmulator(channels=4, closed={1, 4}).session(0.0)
    assert board.receive(b"\xff\x09\x00", 0.0) == [b"\x01\x00\x00\x01"]
    assert board.receive(b"\xff\x01\x03", 0.0) == []


def test_a_lost_byte_costs_one_answer_and_no_more() -> None:
    codec = kmtronic.StatesCodec(4)
    assert codec.feed(b"\x01\x01\x07\x00") == [Garbage(b"\x07")]
    assert codec.spell(kmtronic.encode(kmtronic.ASK_ALL)) == [b"\xff\x09\x00"]
    assert codec.feed(b"\x00\x00\x00\x01") == [kmtronic.States((False, False, False, True))]


@virtual
async def test_all_relays_of_a_board_with_eight_are_known_and_worked() -> None:
    async with running(make("kmtronic-eight")) as bench:
        await until(lambda: bench.online)
        await bench.device.set_relay(on=True, channel=8)
        await until(lambda: bench.emulator.closed == {8})
        bench.emulator.closed.add(3)  # by somebody else
        await until(lambda: bench.device.known("relay-3") is True, within_s=4)
        assert bench.device.known("relay-1") is False


@pytest.mark.parametrize("channels", [0, 3, 9])
def test_a_board_that_nobody_makes_is_refused(channels: int) -> None:
    with pytest.raises(UnsupportedError, match="channels"):
        make("kmtronic", channels=channels)
