"""Open Sound Control."""

from classroom_drivers.codecs import osc
from tests.drivers.streams import Stream

DATA = b"".join(
    osc.encode(message)
    for message in (
        osc.Message("/xremote"),
        osc.Message("/ch/01/mix/fader", (0.5,)),
        osc.Message("/ch/01/config/name", ("教师",)),
        osc.Message("/meters/1", (b"\1\2\3", 7, True)),
    )
)
STREAMS = (
    Stream(
        name="osc messages",
        decoder=osc.MessageDecoder,
        data=DATA,
        end=None,  # datagrams: noise is a datagram of its own
        longest=osc.MESSAGE_MAX,
    ),
    Stream(
        name="osc controller",
        decoder=osc.ControllerCodec,
        data=DATA,
        end=None,  # datagrams: noise is a datagram of its own
        longest=osc.MESSAGE_MAX,
    ),
)
