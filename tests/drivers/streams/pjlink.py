"""PJLink, both sides."""

from classroom_drivers.codecs import pjlink
from tests.drivers.streams import Stream

REPLIES = (
    b"PJLINK 1 498e4a67\r%1POWR=OK\rPJLINK ERRA\r%1NAME=\xe6\x95\x99\r"
    b"PJLINK 2 3db25e10f69c47a85adb24cf361897e0\r\0\0%2LKUP=02:00:5e:00:53:01\r\0\0\0"
)
STREAMS = (
    Stream(name="pjlink replies", decoder=pjlink.ReplyDecoder, data=REPLIES, end=b"\r"),
    Stream(
        name="pjlink controller",
        decoder=lambda: pjlink.ControllerCodec("secret", "c14b279e603d8a5f17e849ba360f2dc5"),
        data=REPLIES,
        end=b"\r",
    ),
    Stream(
        name="pjlink commands",
        decoder=pjlink.CommandDecoder,
        data=b"%1POWR 1\r0123456789abcdef0123456789abcdef%1INPT ?\r%2INNM ?3A\rPJLINK 2\r",
        end=b"\r",
    ),
)
