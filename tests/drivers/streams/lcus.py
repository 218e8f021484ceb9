"""USB relay boards that speak A0."""

from classroom_drivers.codecs import lcus
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="lcus",
        decoder=lcus.ReplyDecoder,
        data=bytes.fromhex("A00101A2 A00200A2") + b"CH1:ON \r\nCH2:OFF \r\n",
        end=b"\n" + bytes(4),
        longest=16,
    ),
    Stream(
        name="lcus requests",
        decoder=lcus.RequestDecoder,
        data=bytes.fromhex("A00103A4 FF A00105A6"),
        end=bytes(4),
        longest=4,
    ),
)
