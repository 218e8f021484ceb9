"""Shure command strings."""

from classroom_drivers.codecs import shure
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="shure",
        decoder=shure.MessageDecoder,
        data=(
            b"< GET 2 AUDIO_MUTE >< SET DEVICE_AUDIO_MUTE ON >< REP 1 CHAN_NAME {Teacher mic   } >"
            b"< REP ERR >< REP 9 AUDIO_GAIN_HI_RES 1100 >"
        ),
        end=b">",
    ),
)
