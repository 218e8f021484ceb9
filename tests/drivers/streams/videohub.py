"""Videohub blocks."""

from classroom_drivers.codecs import videohub
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="videohub",
        decoder=videohub.BlockDecoder,
        data=(
            b"PROTOCOL PREAMBLE:\nVersion: 2.8\n\nINPUT LABELS:\n0 Camera \xe6\x95\x99\n1 PC\n\n"
            b"VIDEO OUTPUT ROUTING:\r\n0 1\r\n1 0\r\n\r\nACK\n\n\nNAK\n\nPING:\n\n"
        ),
        end=b"\n\n",
        longest=videohub.BLOCK_MAX,
    ),
)
