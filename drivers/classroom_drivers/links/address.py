"""Where a device is, as a URL: tcp://host:port, udp://host:port, serial:///dev/ttyUSB0?baud=9600.

On Windows a serial port is serial://COM3; one at a server that sets it as of RFC 2217 is
rfc2217://host:port?baud=9600. http://host/path and https://host/path
are web services; wol://host:port is a PC that may be off, and answers at that port when it is on.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from classroom_drivers.api import UnsupportedError

SCHEMES = ("tcp", "tls", "udp", "serial", "rfc2217", "http", "https", "wol")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart; `host` and `port` are empty where they have no meaning."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Spell it so that two names of one port are the same: /dev/serial/by-id/..., ttyUSB0."""
        if self.scheme == "serial" and self.path.startswith("/"):
            return f"serial://{os.path.realpath(self.path)}"
        return str(self)

    def __str__(self) -> str:
        """Spell it as a URL, without the query."""
        if self.scheme == "serial":
            return f"serial://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse(url: str, *, default_ports: Mapping[str, int] | None = None) -> Address:
    """Take a URL apart.

    Raises:
        UnsupportedError: it is none of ours, or something is missing.
    """
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else (default_ports or {}).get(parts.scheme)
    except ValueError as error:
        raise UnsupportedError(f"{url!r} is not a URL: {error}") from error
    if parts.username or parts.password:
        raise UnsupportedError("a password in a URL is not used: give it as the password")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    match parts.scheme:
        case "serial":
            if not (path := parts.netloc + parts.path):
                raise UnsupportedError(f"{url!r} names no port; e.g. serial:///dev/ttyUSB0")
            return Address("serial", path=path, query=query)
        case "tcp" | "tls" | "udp" | "rfc2217" | "http" | "https" | "wol" as scheme:
            if not parts.hostname or port is None:
                raise UnsupportedError(f"{url!r} needs a host and a port; e.g. tcp://10.0.0.7:4352")
            path = parts.path if scheme.startswith("http") else ""
            return Address(scheme, parts.hostname, port, path, query)
        case other:
            raise UnsupportedError(
                f"{url!r}: {other!r} is not one of {', '.join(SCHEMES)}{_perhaps(url)}"
            )


def _perhaps(url: str) -> str:
    """Guess what somebody meant who left the scheme out."""
    if url.startswith("/") or url.upper().startswith("COM"):
        return f"; perhaps serial://{url}"
    return "" if "://" in url else f"; perhaps tcp://{url}"
