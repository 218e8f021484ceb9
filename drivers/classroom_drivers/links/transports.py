"""From an address to a transport: which scheme is served by what."""

from collections.abc import Mapping

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.links.address import Address
from classroom_drivers.links.serial_port import SerialTransport
from classroom_drivers.links.tcp import Encryption, TcpTransport
from classroom_drivers.links.udp import UdpTransport

BAUDS = frozenset({1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200})


def transport_for(
    address: Address, *, baud: int, tls_after: bytes = b""
) -> tuple[Transport, Mapping[str, str]]:
    """Give the transport, and the part of the query that it has no use for.

    `baud` is what the device has when the address does not say, `tls_after` what it says in clear
    before TLS begins.

    Raises:
        UnsupportedError: an option of the transport is wrong.
    """
    rest = dict(address.query)
    match address.scheme:
        case "tcp":
            return TcpTransport(address.host, address.port), rest
        case "tls":
            encryption = Encryption(after=tls_after, fingerprint=rest.pop("fingerprint", ""))
            return TcpTransport(address.host, address.port, encryption=encryption), rest
        case "udp":
            return UdpTransport(address.host, address.port), rest
        case "http":
            rest |= {"host": address.host, **({"path": address.path} if address.path else {})}
            return TcpTransport(address.host, address.port), rest
    words = rest.pop("baud", str(baud))
    if not words.isdigit() or int(words) not in BAUDS:
        known = ", ".join(map(str, sorted(BAUDS)))
        raise UnsupportedError(f"baud={words} is not one of {known}")
    return SerialTransport(address.path, int(words)), rest
