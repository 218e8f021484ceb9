"""From an address to a transport: which scheme is served by what."""

from collections.abc import Mapping

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.links.address import Address
from classroom_drivers.links.com_port import ComPortTransport
from classroom_drivers.links.serial_port import SerialTransport
from classroom_drivers.links.tcp import Encryption, TcpTransport
from classroom_drivers.links.udp import UdpTransport
from classroom_drivers.links.wake import EVERYBODY, WAKE_PORT, WakeTransport

PORT_MAX = 65535
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
        case "tcp" | "http":
            return TcpTransport(address.host, address.port), rest | _web(address)
        case "tls" | "https":
            encryption = Encryption(after=tls_after, fingerprint=rest.pop("fingerprint", ""))
            way = TcpTransport(address.host, address.port, encryption=encryption)
            return way, rest | _web(address)
        case "udp":
            return UdpTransport(address.host, address.port), rest
        case "wol":
            return _wake(address, rest), rest
        case "rfc2217":
            return ComPortTransport(address.host, address.port, _baud(rest, baud)), rest
    return SerialTransport(address.path, _baud(rest, baud)), rest


def _baud(rest: dict[str, str], baud: int) -> int:
    words = rest.pop("baud", str(baud))
    if not words.isdigit() or int(words) not in BAUDS:
        known = ", ".join(map(str, sorted(BAUDS)))
        raise UnsupportedError(f"baud={words} is not one of {known}")
    return int(words)


def _web(address: Address) -> dict[str, str]:
    """Give what a driver of a web service must know of its URL."""
    if not address.scheme.startswith("http"):
        return {}
    host = (
        str(address).partition("://")[2].removesuffix(":80" if address.scheme == "http" else ":443")
    )
    return {"host": host, **({"path": address.path} if address.path else {})}


def _wake(address: Address, rest: dict[str, str]) -> WakeTransport:
    port = rest.pop("wake_port", str(WAKE_PORT))
    refusal = rest.pop("refusal_is_here", "yes").lower()
    if not port.isdecimal() or int(port) > PORT_MAX:
        raise UnsupportedError(f"wake_port={port} is no port")
    if refusal not in {"yes", "no"}:
        raise UnsupportedError(f"refusal_is_here={refusal} is neither yes nor no")
    return WakeTransport(
        address.host,
        address.port,
        broadcast=rest.pop("broadcast", EVERYBODY),
        wake_port=int(port),
        refusal_is_here=refusal == "yes",
    )
