"""VISCA, bare and in Sony's envelopes."""

from classroom_drivers.codecs import visca, visca_ip
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="visca packets",
        decoder=visca.PacketDecoder,
        data=bytes.fromhex("8101060118010203FF 883001FF 81090400FF 8122FF"),
        end=b"\xff",
    ),
    Stream(
        name="visca replies",
        decoder=visca.ReplyDecoder,
        data=bytes.fromhex("9041FF 9051FF 905002FF 906041FF 9038FF 883002FF 8038FF"),
        end=b"\xff",
    ),
    Stream(
        name="visca over ip",
        decoder=visca_ip.MessageDecoder,
        data=bytes.fromhex("0111 0003 00000007 9041FF 0201 0001 00000000 01"),
        end=None,  # datagrams: noise is a datagram of its own
    ),
    Stream(
        name="visca over ip controller",
        decoder=visca_ip.ControllerCodec,
        data=bytes.fromhex("0111 0003 00000007 9041FF 0201 0001 00000000 01"),
        end=None,  # datagrams: noise is a datagram of its own
    ),
)
