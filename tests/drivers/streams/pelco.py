"""Pelco-D and Pelco-P."""

from classroom_drivers.codecs.pelco import D, FrameDecoder, P
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="pelco-d",
        decoder=lambda: FrameDecoder(D),
        data=bytes.fromhex("FF010002200023 FF010000000001 FF0100070001 09 FF01005910 20 8A"),
        end=bytes(7),
        longest=6,
    ),
    Stream(
        name="pelco-p",
        decoder=lambda: FrameDecoder(P),
        data=bytes.fromhex("A00000042000AF2B A00000022000AF2D A00000000000AF0F"),
        end=bytes(8),
        longest=7,
    ),
)
