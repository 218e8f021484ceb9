"""HyperDeck, both directions."""

from classroom_drivers.codecs import hyperdeck
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="hyperdeck replies",
        decoder=hyperdeck.ReplyDecoder,
        data=(
            b"500 connection info:\r\nprotocol version: 1.11\r\nmodel: HyperDeck Studio\r\n\r\n"
            b"200 ok\r\n508 transport info:\r\nstatus: record\r\nslot id: none\r\n\r\n"
            b"105 no disk\r\n"
        ),
        end=b"\n\n",
        longest=hyperdeck.LINE_MAX,
    ),
    Stream(
        name="hyperdeck commands",
        decoder=hyperdeck.CommandDecoder,
        data=(
            b"record\r\nplay: speed: 200 loop: true\nnotify:\ntransport: true\nslot: true\n\nping\n"
        ),
        end=b"\n\n",
        longest=hyperdeck.LINE_MAX,
    ),
)
