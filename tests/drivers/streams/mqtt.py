"""MQTT packets, of both sides."""

from classroom_drivers.codecs import mqtt
from tests.drivers.streams import Stream

LONGEST = mqtt.PACKET_MAX + 5
STREAMS = (
    Stream(
        name="mqtt broker",
        decoder=mqtt.PacketDecoder,
        data=bytes.fromhex("20020000 9003000100 300D0003612F62")
        + b'{"on":1}'
        + bytes.fromhex("40020007 D000"),
        end=None,  # its link is closed instead
        longest=LONGEST,
    ),
    Stream(
        name="mqtt client",
        decoder=mqtt.PacketDecoder,
        data=bytes.fromhex("100C 00044D51545404 02 000F 0000 8208 0001 0003 612F62 00 C000 E000"),
        end=None,
        longest=LONGEST,
    ),
)
