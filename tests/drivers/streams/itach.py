"""Global Caché iTach, both directions."""

from classroom_drivers.codecs import itach
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="itach replies",
        decoder=itach.ReplyDecoder,
        data=(
            b"completeir,1:1,7\rbusyir,1:1,65535\rstate,1:3,1\rstatechange,1:2,0\rERR_1:1,014\r"
            b"unknowncommand 14\r710-1005-05\rversion,0,3.2-06\rdevice,1,3 IR\rendlistdevices\r"
        ),
        end=b"\r",
    ),
    Stream(
        name="itach commands",
        decoder=itach.CommandDecoder,
        data=b"getversion\rsendir,1:1,7,38000,1,1,342,171\rsetstate,1:3,1\r",
        end=b"\r",
        longest=4096,
    ),
)
