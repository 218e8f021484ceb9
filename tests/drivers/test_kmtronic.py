"""KMTronic's relay boards: the bytes of its page."""

import pytest

from classroom_drivers.codecs import kmtronic


@pytest.mark.parametrize(
    ("message", "documented"),
    [
        (kmtronic.Message(1, kmtronic.CLOSED), "FF 01 01"),
        (kmtronic.Message(1, kmtronic.OPEN), "FF 01 00"),
        (kmtronic.Message(2, kmtronic.ASK), "FF 02 03"),
    ],
)
def test_relay_messages_are_spelled_as_documented(
    message: kmtronic.Message, documented: str
) -> None:
    assert kmtronic.encode(message) == bytes.fromhex(documented)
    assert kmtronic.MessageDecoder().feed(bytes.fromhex(documented)) == [message]
