"""Epson's ESC/VP21 and ESC/VP.net, both sides."""

from classroom_drivers.codecs import epson_escvp21 as epson
from tests.drivers.streams import Stream

END = bytes(epson.HEADER_LENGTH + epson.MORE_MAX * epson.MORE_LENGTH) + b"\r"
STREAMS = (
    Stream(
        name="epson said",
        decoder=epson.SaidDecoder,
        data=epson.welcome(epson.Status.OK)
        + b"PWR=01\r::ERR\r:IMEVENT=0001 03 00000000 00000000 T1 F1\r:\r:SOURCELIST=30 A:B\r:",
        end=END,
    ),
    Stream(
        name="epson commands",
        decoder=epson.CommandDecoder,
        data=epson.hello("secret") + epson.hello() + b"PWR ON\r\rPWR?\r\nERR?\r",
        end=END,
    ),
)
