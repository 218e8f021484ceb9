"""The frame families of interactive panels, from both sides."""

from classroom_drivers.codecs.panels.aabbcc import AabbccWire
from classroom_drivers.codecs.panels.ascii_frames import AsciiWire
from classroom_drivers.codecs.panels.families import FAMILIES
from classroom_drivers.codecs.panels.family import PanelCodec
from classroom_drivers.codecs.panels.hitevision import HiteVisionWire
from classroom_drivers.codecs.panels.sicp import ASKING, A6Wire, SicpWire
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="ifp aabbcc",
        decoder=AabbccWire().replies,
        data=bytes.fromhex("AABBCC80000080DDEEFF AABBCC82001EA0DDEEFF"),
        end=bytes(10),
        longest=10,
    ),
    Stream(
        name="ifp hitevision",
        decoder=HiteVisionWire().replies,
        data=bytes.fromhex("7F0999A2B3C402FF010001CF 7E0999A2B3C402FF010A01CF"),
        end=bytes(12),
        longest=12,
    ),
    Stream(
        name="ifp hitevision requests",
        decoder=HiteVisionWire().requests,
        data=bytes.fromhex("7F0899A2B3C402FF0100CF 7F0999A2B3C402FF0F00CF"),
        end=bytes(12),
        longest=12,
    ),
    Stream(
        name="ifp benq",
        decoder=AsciiWire(b"8", b"sg").replies,
        data=b"401+\r801rl001\r401-\r805rb067\r",
        end=b"\r",
        longest=40,
    ),
    Stream(
        name="ifp benq requests",
        decoder=AsciiWire(b"8", b"sg").requests,
        data=b"801s!001\r899s$076\r805gb000\r",
        end=b"\r",
        longest=40,
    ),
    Stream(
        name="ifp maxhub",
        decoder=lambda: PanelCodec(FAMILIES["maxhub"].wire, 1),
        data=b"401+\r:01r0002\r:01r8050\r",
        end=b"\r",
        longest=40,
    ),
    Stream(
        name="ifp sicp",
        decoder=SicpWire().replies,
        data=bytes.fromhex("060100000601 06010119021D 07010045141443"),
        end=bytes(40),
        longest=40,
    ),
    Stream(
        name="ifp sicp in A6",
        decoder=A6Wire().replies,
        data=bytes.fromhex("21010000 04 01 00 00 25 21010000 04 01 19 02 3E"),
        end=bytes(64),
        longest=64,
    ),
    Stream(
        name="ifp sicp in A6 requests",
        decoder=A6Wire(ASKING).requests,
        data=bytes.fromhex("A6010000000401 1802B8 A60100000003 0119BC"),
        end=bytes(64),
        longest=64,
    ),
)
