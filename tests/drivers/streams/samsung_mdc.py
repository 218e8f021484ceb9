"""Samsung's MDC, both sides."""

from classroom_drivers.codecs import samsung_mdc as mdc
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="mdc replies",
        decoder=mdc.ReplyDecoder,
        data=b"MDCSTART<<TLS>>MDCAUTH<<PASS>>MDCAUTH<<FAIL:0001>>"
        + bytes.fromhex("AAFF010341110156 AAFF01034E120164 AAFF010441AAAAAA43"),
        end=bytes(mdc.LONGEST),
        longest=mdc.LONGEST,
    ),
    Stream(
        name="mdc frames",
        decoder=mdc.FrameDecoder,
        data=bytes.fromhex("AA11010012 AA1101010114 AA12FE011425"),
        end=bytes(mdc.LONGEST),
        longest=mdc.LONGEST,
    ),
)
