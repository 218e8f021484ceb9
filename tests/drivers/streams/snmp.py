"""SNMP."""

from classroom_drivers.codecs import snmp
from tests.drivers.streams import Stream

DATA = b"".join(
    snmp.encode(message)
    for message in (
        snmp.Message(snmp.Kind.GET, 1, (("1.3.6.1.2.1.1.1.0", None),)),
        snmp.Message(snmp.Kind.SET, -2, (("1.3.6.1.4.1.318.1.2", -129),), "private", "2c"),
        snmp.Message(snmp.Kind.RESPONSE, 1, (("1.3.6.1.2.1.1.1.0", b"x" * 200),)),
        snmp.Message(
            snmp.Kind.RESPONSE,
            70000,
            (
                ("1.3.6.1.2.1.1.3.0", snmp.Ticks(4_000_000_000)),
                ("1.3.6.1.2.1.1.2.0", snmp.ObjectId("1.3.6.1.4.1.318")),
                ("1.3.6.1.2.1.1.9.0", snmp.Missing()),
            ),
            version="2c",
            error=5,
            index=2,
        ),
    )
)
STREAMS = (
    Stream(
        name="snmp",
        decoder=snmp.MessageDecoder,
        data=DATA,
        end=None,  # datagrams: noise is a datagram of its own
        longest=snmp.MESSAGE_MAX,
    ),
)
