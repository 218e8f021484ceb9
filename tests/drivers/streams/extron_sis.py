"""Extron's Simple Instruction Set, both directions."""

from classroom_drivers.codecs import extron_sis
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="extron replies",
        decoder=extron_sis.ReplyDecoder,
        data=(
            b"(c) Copyright 2012, Extron Electronics, DXP 88 HDMI, V1.02, 60-1187-01\r\n"
            b"\r\nPassword:\xff\xfb\x01\r\nLogin Administrator\r\nVrb3\r\nOut02 In03 All\r\n"
            b"Vmt2*1\r\nAmt0\r\nOut02 Vol64\r\nE22\r\n03\r\nVer01*1.02\r\n"
        ),
        end=b"\n",
    ),
    Stream(
        name="extron commands",
        decoder=extron_sis.CommandDecoder,
        data=b"3*2!2%1*0BQ\x1b3CV\rW1NI|1I",
        end=b"\r!",  # ends a long command, then a short one
        longest=128,
    ),
)
