"""RFC 2217: a port's bytes, and Telnet's words between them."""

from classroom_drivers.codecs.rfc2217 import TelnetDecoder
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="rfc2217",
        decoder=TelnetDecoder,
        data=bytes.fromhex(
            "9050FFFF FFFD2C FFFB00 FFFA2C6500002580FFF0 90 FFFA2C6BFFFFFFF0 41FFFF"
        ),
        end=bytes.fromhex("00FFF0"),
        longest=520,
    ),
)
