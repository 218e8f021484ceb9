"""Where a device is, as a URL: tcp://host:port, udp://host:port, serial:///dev/ttyUSB0?baud=9600."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from classroom_drivers.api import UnsupportedError


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart; `host` and `port` are empty where they have no meaning."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)


def parse(url: str, *, default_port: int = 0) -> Address:
    """Take a URL apart.

    Raises:
        UnsupportedError: it is none of ours, or something is missing.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or default_port
    except ValueError as error:
        raise UnsupportedError(f"{url!r} is not a URL: {error}") from error
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    match parts.scheme:
        case "serial":
            if not parts.path:
                raise UnsupportedError(f"{url!r} names no port; e.g. serial:///dev/ttyUSB0")
            windows = parts.path.startswith("/COM")
            return Address(
                "serial", path=parts.path.lstrip("/") if windows else parts.path, query=query
            )
        case "tcp" | "udp" as scheme:
            if not parts.hostname or (not port and parts.port is None):
                raise UnsupportedError(f"{url!r} needs a host and a port; e.g. tcp://10.0.0.7:4352")
            return Address(scheme, parts.hostname, port, query=query)
        case other:
            raise UnsupportedError(f"{url!r}: {other!r} is not one of tcp, udp, serial")
