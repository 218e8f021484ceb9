"""Whether a PC is there."""

from classroom_drivers.codecs import wake_on_lan
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="wake-on-lan signs",
        decoder=wake_on_lan.SignDecoder,
        data=b"+-+",
        end=b"",
        longest=0,
    ),
)
