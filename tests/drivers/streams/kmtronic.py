"""KMTronic's relay boards."""

from classroom_drivers.codecs import kmtronic
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="kmtronic",
        decoder=kmtronic.MessageDecoder,
        data=bytes.fromhex("FF0101 FF0200 FF0103 FF0900"),
        end=bytes(3),
        longest=3,
    ),
    Stream(
        name="kmtronic states",
        decoder=lambda: kmtronic.StatesCodec(4),
        data=bytes.fromhex("00010001 01010000"),
        end=None,  # bare bytes: the next question starts the count anew
        longest=4,
    ),
)
