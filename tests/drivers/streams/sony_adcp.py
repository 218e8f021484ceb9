"""Sony ADCP, both directions."""

from classroom_drivers.codecs import sony_adcp
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="sony replies",
        decoder=sony_adcp.ReplyDecoder,
        data=b'NOKEY\r\n3b2f9a7c\r\nok\r\n"standby"\r\nerr_inactive\r\n[{"light_src":1240}]\r\n50\r\n',
        end=b"\n",
        longest=sony_adcp.LINE_MAX,
    ),
    Stream(
        name="sony commands",
        decoder=sony_adcp.CommandDecoder,
        data=b'power "on"\r\npower_status ?\r\nbrightness 50\r\n',
        end=b"\n",
        longest=sony_adcp.LINE_MAX,
    ),
)
