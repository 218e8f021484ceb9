"""Relay boards."""

from classroom_drivers.codecs import kmtronic
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="kmtronic",
        decoder=kmtronic.MessageDecoder,
        data=bytes.fromhex("FF0101 FF0200 FF0103"),
        end=bytes(3),
    ),
)
