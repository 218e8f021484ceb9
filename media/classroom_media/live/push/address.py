"""The whole address of a platform, as it is pasted: what it means, and what of it may be shown.

    rtmp://host[:1935]/app/key[?more]      rtmps://…
    srt://host:port?streamid=…&passphrase=…&latency=200      latency in milliseconds
    https://host/path[?more] [token]                          WHIP; a token stands after a blank

Source: https://rtmp.veriskope.com/docs/spec/ (URL); SRT Access Control guide, libsrt 1.5, docs;
RFC 9725 (WHIP).
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

PORTS: Final = {"rtmp": 1935, "rtmps": 443, "srt": 0, "http": 80, "https": 443}
LATENCY_MS: Final = 200
PASSPHRASE: Final = range(10, 80)  # characters


class AddressError(ValueError):
    """An address that cannot be used; `code` tells why in one word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to. What may be shown is `shown` alone."""

    scheme: str
    host: str
    port: int
    app: str = ""  # RTMP
    key: str = field(default="", repr=False)  # RTMP: the name of the stream, with its query
    stream: str = field(default="", repr=False)  # SRT: stream id
    passphrase: str = field(default="", repr=False)
    latency_ms: int = LATENCY_MS
    listens: bool = False  # SRT: the other side calls
    url: str = field(default="", repr=False)  # WHIP: whole; its path may be secret
    token: str = field(default="", repr=False)  # WHIP

    @property
    def shown(self) -> str:
        """Everything but what is secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        app = f"/{self.app}/…" if self.app else "/…" if self.url else ""
        return f"{self.scheme}://{host}:{self.port}{app}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return tuple(filter(None, (self.key, self.stream, self.passphrase, self.url, self.token)))


def read(pasted: str) -> Address:
    """Read an address; blanks around it do not matter.

    Raises:
        AddressError: "scheme", "host", "port", "key" or "passphrase" is missing or wrong.
    """
    try:
        whole, token = _parted(pasted.strip())
        url = urlsplit(whole)
        port = url.port or PORTS.get(url.scheme, 0)
    except ValueError as error:
        raise AddressError("port") from error
    if url.scheme not in PORTS:
        raise AddressError("scheme")
    if not port:
        raise AddressError("port")
    match url.scheme:
        case "srt":
            return _srt(url, port)
        case "http" | "https":
            return _whip(url, port, token)
        case _:
            return _rtmp(url, port)


def _rtmp(url: SplitResult, port: int) -> Address:
    if not url.hostname:
        raise AddressError("host")
    app, _, key = url.path.strip("/").rpartition("/")
    if not app or not key:
        raise AddressError("key")
    key += f"?{url.query}" if url.query else ""
    return Address(scheme=url.scheme, host=url.hostname, port=port, app=app, key=key)


def _parted(pasted: str) -> tuple[str, str]:
    """Part an address of WHIP from its token; elsewhere a blank belongs to a passphrase."""
    if not pasted.startswith(("http://", "https://")):
        return pasted, ""
    whole, _, token = pasted.partition(" ")
    return whole, token.strip()


def _whip(url: SplitResult, port: int, token: str) -> Address:
    if not url.hostname:
        raise AddressError("host")
    return Address(scheme=url.scheme, host=url.hostname, port=port, url=url.geturl(), token=token)


def _srt(url: SplitResult, port: int) -> Address:
    asked = dict(parse_qsl(url.query))
    passphrase, latency = asked.get("passphrase", ""), asked.get("latency", str(LATENCY_MS))
    if passphrase and len(passphrase) not in PASSPHRASE:
        raise AddressError("passphrase")
    listens = asked.get("mode", "caller") == "listener"
    if not url.hostname and not listens:
        raise AddressError("host")
    return Address(
        scheme="srt",
        host=url.hostname or "0.0.0.0",  # who listens listens everywhere
        port=port,
        stream=asked.get("streamid", ""),
        passphrase=passphrase,
        latency_ms=min(int(latency), 8000) if latency.isdecimal() else LATENCY_MS,
        listens=listens,
    )
