"""Q-SYS Remote Control."""

from classroom_drivers.codecs import qsys
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="qsys",
        decoder=qsys.MessageDecoder,
        data=b"".join(
            qsys.encode(message)
            for message in (
                qsys.Call("EngineStatus", {"State": "Active", "DesignName": "教室"}),
                qsys.Call("Control.Get", ["MainGain"], 7),
                qsys.Result(7, [{"Name": "MainGain", "Value": -12.5}]),
                qsys.Failure(8, 10, "Logon required"),
            )
        ),
        end=b"\0",
        longest=qsys.MESSAGE_MAX,
    ),
)
