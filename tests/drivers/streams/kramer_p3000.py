"""Kramer Protocol 3000, both directions."""

from classroom_drivers.codecs import kramer_p3000
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="kramer replies",
        decoder=kramer_p3000.ReplyDecoder,
        data=(
            b"~01@ OK\r\n~01@ROUTE 1,2,3\r\n~01@VID 1>2 OK\r\n~02@ERR 003\r\n~01@AV ERR002\r\n"
            b"~01@MODEL VS-88H2\r\n~01@AUD-LVL 1,1,-50\r\n~OK\r\n"
        ),
        end=b"\n",
    ),
    Stream(
        name="kramer commands",
        decoder=kramer_p3000.CommandDecoder,
        data=b"#\r#ROUTE 1,2,3\r\n#02@VID? 1\r#LOGIN Admin,Secret\r",
        end=b"\r",
    ),
)
