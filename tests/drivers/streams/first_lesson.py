"""The codecs of the first lesson: VISCA, a panel, relays."""

from classroom_drivers.codecs import ifp, kmtronic, visca, visca_ip
from tests.drivers.streams import Stream

STREAMS = (
    Stream(
        name="visca packets",
        decoder=visca.PacketDecoder,
        data=bytes.fromhex("8101060118010203FF 883001FF 81090400FF"),
        end=b"\xff",
    ),
    Stream(
        name="visca replies",
        decoder=visca.ReplyDecoder,
        data=bytes.fromhex("9041FF 9051FF 905002FF 906041FF 9038FF 883002FF"),
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
    Stream(
        name="ifp",
        decoder=ifp.FrameDecoder,
        data=bytes.fromhex("AABBCC80000080DDEEFF AABBCC82001EA0DDEEFF"),
        end=bytes(10),
    ),
    Stream(
        name="kmtronic",
        decoder=kmtronic.MessageDecoder,
        data=bytes.fromhex("FF0101 FF0200 FF0103"),
        end=bytes(3),
    ),
)
