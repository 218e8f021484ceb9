"""Where a hub is: ``host``, ``host:port`` or ``[IPv6]:port``."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

PORT: Final = 7700  # of the link; the desk for new sites is at the next one
PORT_MAX: Final = 65534

_SHAPE: Final = re.compile(
    r"(?:\[(?P<number>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\s:/\[\]]+))(?::(?P<port>[0-9]{1,5}))?"
)


class AddressError(ValueError):
    """That is no address."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host, by name or number, and the port of its link."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        """Spell it as it is typed."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """Spell it for ZeroMQ."""
        return f"tcp://{self}"


def parse(text: str) -> Address:
    """Read an address; a bare IPv6 address has no port. Raises AddressError."""
    plain = text.strip()
    if _is_ipv6(plain):
        return Address(str(ipaddress.IPv6Address(plain)))
    found = _SHAPE.fullmatch(plain)
    port = int(found["port"] or PORT) if found else 0
    if found is None or not 1 <= port <= PORT_MAX:
        raise AddressError(f"{text!r} is no address like hub.example:{PORT}")
    if (number := found["number"]) is None:
        return Address(found["name"], port)
    if not _is_ipv6(number):
        raise AddressError(f"{number!r} is no IPv6 address")
    return Address(str(ipaddress.IPv6Address(number)), port)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
