"""HTTP/1.1, as far as devices speak it: messages to bytes and back, and digest authentication.

h11 knows the grammar; here are the bounds, messages as values, and the proof of a password. Nothing
raises on input, and nothing grows past HEAD_MAX and BODY_MAX. After bytes that are no HTTP nothing
more can be read from that connection: the next one starts anew.

A line that asks several things at once (`links.http`) sets a number before each message, which
comes back before its answer: `numbered`, `HttpCodec`.

No I/O.

Source: RFC 9112 (messages), RFC 7616 (digest; its example is a test), RFC 2069 (digest without
qop, which old cameras ask for).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5, sha256
from secrets import token_hex
from types import MappingProxyType

import h11

from classroom_drivers.codecs.garbage import Garbage

HEAD_MAX = 16 * 1024
BODY_MAX = 512 * 1024
NUMBER_LENGTH = 9  # eight hexadecimal digits and a space
NUMBER_MAX = 0xFFFFFFFF
UNAUTHORIZED, ERRORS = 401, 400

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a server."""

    method: str
    target: str  # "/onvif/device_service"
    headers: Headers = ()
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """Give every value of a header."""
        return _values(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server says to it."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """Give every value of a header."""
        return _values(self.headers, name)


def encode(message: Request | Response, *, chunked: bool = False) -> bytes:
    """Spell a message; its length, and an empty ``Host`` where there is none, are added."""
    headers = [(name, value) for name, value in message.headers if name.lower() not in _FRAMING]
    headers.append(("Transfer-Encoding", "chunked") if chunked else _length(message.body))
    connection = h11.Connection(h11.CLIENT if isinstance(message, Request) else h11.SERVER)
    if isinstance(message, Request):
        if not message.values("host"):
            headers.insert(0, ("Host", ""))
        start: h11.Event = h11.Request(
            method=message.method, target=message.target, headers=_latin(headers)
        )
    else:
        connection.receive_data(_ANY_REQUEST)
        connection.next_event()
        start = h11.Response(status_code=message.status, headers=_latin(headers))
    parts = [start, *([h11.Data(data=message.body)] if message.body else []), h11.EndOfMessage()]
    return b"".join(connection.send(part) or b"" for part in parts)


class ResponseDecoder:
    """Turns what a server sends, however it was cut, into responses. Never raises."""

    def __init__(self) -> None:
        self._reader = _Reader(_asking)

    def feed(self, data: bytes) -> list[Response | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return [_as_response(found) for found in self._reader.feed(data)]

    def end(self) -> list[Response | Garbage]:
        """Take it that the server has closed; that may be what completes a response."""
        return [_as_response(found) for found in self._reader.end()]


class RequestDecoder:
    """Turns what a client sends, however it was cut, into requests. Never raises."""

    def __init__(self) -> None:
        self._reader = _Reader(lambda: h11.Connection(h11.SERVER, HEAD_MAX))

    def feed(self, data: bytes) -> list[Request | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return [_as_request(found) for found in self._reader.feed(data)]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and the number of the request that it answers."""

    number: int
    response: Response


def numbered(number: int, message: bytes) -> bytes:
    """Set a number before a message."""
    return b"%08x " % (number & NUMBER_MAX) + message


def number_of(data: bytes) -> int | None:
    """Read the number before a message; None if there is none."""
    digits = data[: NUMBER_LENGTH - 1]
    if len(data) < NUMBER_LENGTH or data[NUMBER_LENGTH - 1 : NUMBER_LENGTH] != b" ":
        return None
    return int(digits, 16) if _HEX.fullmatch(digits) else None


class HttpCodec:
    """The client's side of numbered messages; `authorize` signs every request as it leaves."""

    def __init__(self, authorize: Callable[[str, str, bytes], str] = lambda *_: "") -> None:
        self._authorize = authorize
        self._secrets: tuple[bytes, ...] = ()

    def spell(self, data: bytes) -> list[bytes]:
        """Put the proof of the password, if there is one, into a numbered request."""
        message = data[NUMBER_LENGTH:]
        head, _, body = message.partition(b"\r\n\r\n")
        first, _, fields = head.partition(b"\r\n")
        method, target, _ = first.decode("latin-1").split(" ", 2)
        proof = self._authorize(method, target, body).encode("utf-8")
        self._secrets = (proof,) if proof else ()
        if proof:
            fields = b"Authorization: " + proof + b"\r\n" + fields
        return [data[:NUMBER_LENGTH] + first + b"\r\n" + fields + b"\r\n\r\n" + body]

    def feed(self, data: bytes) -> list[Answer | Garbage]:
        """Take one whole numbered response."""
        number = number_of(data)
        if number is None:
            return [Garbage(data)]
        decoder = ResponseDecoder()
        found = [*decoder.feed(data[NUMBER_LENGTH:]), *decoder.end()]
        if len(found) != 1 or not isinstance(found[0], Response):
            return [Garbage(data)]
        return [Answer(number, found[0])]

    def secrets(self) -> Sequence[bytes]:
        """Give what must not be shown of what was written last."""
        return self._secrets


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server wants to have proved, from one ``WWW-Authenticate: Digest``."""

    realm: str
    nonce: str
    algorithm: str = "MD5"  # as it is spelled back
    qop: str = ""  # "auth", "auth-int", or nothing: as RFC 2069 has it
    opaque: str | None = None
    stale: bool = False


def challenges(values: Sequence[str]) -> list[Challenge]:
    """Read the digest challenges that we can meet, the strongest first."""
    found = [
        _challenge({name.lower(): _unquoted(text) for name, text in _PARAMETER.findall(words)})
        for value in values
        for words in _DIGEST.split(value)[1:]
    ]
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: one.algorithm.upper().startswith("MD5"))


def digest(
    challenge: Challenge,
    *,
    user: str,
    password: str,
    method: str,
    target: str,
    count: int,
    cnonce: str,
    body: bytes = b"",
) -> str:
    """Give the value of ``Authorization`` that meets a challenge for its `count`-th time."""
    one = challenge
    hashed = _HASHES[one.algorithm.upper().removesuffix("-SESS")]
    secret = hashed(f"{user}:{one.realm}:{password}")
    if one.algorithm.upper().endswith("-SESS"):
        secret = hashed(f"{secret}:{one.nonce}:{cnonce}")
    asked = f"{method}:{target}"
    if one.qop == "auth-int":
        asked += ":" + hashed(body)
    middle = f"{count:08x}:{cnonce}:{one.qop}:" if one.qop else ""
    proof = hashed(f"{secret}:{one.nonce}:{middle}{hashed(asked)}")
    quoted = {"username": user, "realm": one.realm, "nonce": one.nonce, "uri": target}
    quoted["response"] = proof
    if one.opaque is not None:
        quoted["opaque"] = one.opaque
    plain = {"algorithm": one.algorithm}
    if one.qop:
        plain |= {"qop": one.qop, "nc": f"{count:08x}"}
        quoted["cnonce"] = cnonce
    words = [f'{name}="{_escaped(text)}"' for name, text in quoted.items()]
    words += [f"{name}={text}" for name, text in plain.items()]
    return "Digest " + ", ".join(words)


class Digest:
    """A password, and what a server wanted to have proved with it last."""

    def __init__(
        self, user: str, password: str, *, cnonce: Callable[[], str] = lambda: token_hex(8)
    ) -> None:
        self._user = user
        self._password = password
        self._cnonce = cnonce
        self._challenge: Challenge | None = None
        self._count = 0  # of requests that met the present challenge

    def authorize(self, method: str, target: str, body: bytes) -> str:
        """Give the value of ``Authorization`` for one request; nothing before a challenge."""
        if self._challenge is None:
            return ""
        self._count += 1
        return digest(
            self._challenge,
            user=self._user,
            password=self._password,
            method=method,
            target=target,
            count=self._count,
            cnonce=self._cnonce(),
            body=body,
        )

    def challenged(self, response: Response) -> bool:
        """Take a refusal; say whether it is worth asking again.

        It is when nothing was proved before, or when what had been good has become stale, whether
        the server says so or not; not when a new challenge was met and refused at once.
        """
        found = challenges(response.values("www-authenticate"))
        if not found:
            return False
        refused_at_once = self._challenge is not None and self._count == 1
        self._challenge, self._count = found[0], 0
        return found[0].stale or not refused_at_once


def parameters(authorization: str) -> dict[str, str]:
    """Read what a client proves, from one ``Authorization: Digest``."""
    scheme, _, words = authorization.partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): _unquoted(text) for name, text in _PARAMETER.findall(words)}


@dataclass(slots=True)
class _Whole:
    """A message as h11 read it."""

    start: h11.Request | h11.Response
    body: bytearray = field(default_factory=bytearray)


class _Reader:
    """Reads one message after the other, each with an h11 connection of its own.

    So answers to requests that were sent without waiting are read too, which h11 alone, made for
    one request at a time, does not do.
    """

    def __init__(self, begin: Callable[[], h11.Connection]) -> None:
        self._begin = begin
        self._connection = begin()
        self._message: _Whole | None = None
        self._lost = False

    def feed(self, data: bytes) -> list[_Whole | Garbage]:
        found: list[_Whole | Garbage] = []
        while data and not self._lost:
            try:
                self._connection.receive_data(data)
                data = self._read(found)
            except h11.RemoteProtocolError:
                break
        else:
            return [*found, Garbage(data)] if data else found
        self._lose()
        return [*found, Garbage(data)]

    def end(self) -> list[_Whole | Garbage]:
        found: list[_Whole | Garbage] = []
        if self._message is not None:
            try:
                self._connection.receive_data(b"")
                self._read(found)
            except h11.RemoteProtocolError:
                found.append(Garbage(bytes(self._message.body)))
        self._lose()
        return found

    def _read(self, found: list[_Whole | Garbage]) -> bytes:
        """Take events; give what is left after a whole message."""
        while True:
            match self._connection.next_event():
                case h11.NEED_DATA | h11.PAUSED:
                    return b""
                case h11.Request() | h11.Response() as start:
                    self._message = _Whole(start)
                case h11.Data(data=part) if self._message is not None:
                    if len(self._message.body) + len(part) > BODY_MAX:
                        raise h11.RemoteProtocolError("too long")
                    self._message.body += part
                case h11.EndOfMessage() if self._message is not None:
                    rest, _ = self._connection.trailing_data
                    found.append(self._message)
                    self._connection, self._message = self._begin(), None
                    return bytes(rest)
                case _:
                    pass

    def _lose(self) -> None:
        self._lost = True
        self._connection, self._message = self._begin(), None


def _asking() -> h11.Connection:
    """Give a client's connection that waits for the response to something."""
    connection = h11.Connection(h11.CLIENT, HEAD_MAX)
    connection.send(h11.Request(method="POST", target="/", headers=[("Host", "")]))
    connection.send(h11.EndOfMessage())
    return connection


def _as_response(found: _Whole | Garbage) -> Response | Garbage:
    if isinstance(found, Garbage) or not isinstance(found.start, h11.Response):
        return found if isinstance(found, Garbage) else Garbage(bytes(found.body))
    return Response(found.start.status_code, _text(found.start.headers), bytes(found.body))


def _as_request(found: _Whole | Garbage) -> Request | Garbage:
    if isinstance(found, Garbage) or not isinstance(found.start, h11.Request):
        return found if isinstance(found, Garbage) else Garbage(bytes(found.body))
    start = found.start
    method, target = start.method.decode("latin-1"), start.target.decode("latin-1")
    return Request(method, target, _text(start.headers), bytes(found.body))


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), _legible(value)) for name, value in headers)


def _legible(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _latin(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("utf-8")) for name, value in headers]


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


def _values(headers: Headers, name: str) -> list[str]:
    return [value for known, value in headers if known.lower() == name.lower()]


def _challenge(words: Mapping[str, str]) -> Challenge | None:
    algorithm = words.get("algorithm", "MD5")
    if "nonce" not in words or algorithm.upper().removesuffix("-SESS") not in _HASHES:
        return None
    offered = [one.strip().lower() for one in words.get("qop", "").split(",") if one.strip()]
    qop = next((one for one in ("auth", "auth-int") if one in offered), "")
    if offered and not qop:
        return None
    stale = words.get("stale", "").lower() == "true"
    return Challenge(
        words.get("realm", ""), words["nonce"], algorithm, qop, words.get("opaque"), stale
    )


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _md5(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return md5(data, usedforsecurity=False).hexdigest()


def _sha256(text: str | bytes) -> str:
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()


_FRAMING = {"content-length", "transfer-encoding"}
_ANY_REQUEST = b"POST / HTTP/1.1\r\nHost:\r\n\r\n"
_HEX = re.compile(rb"[0-9a-f]{8}")
_DIGEST = re.compile(r"(?:^|,)\s*Digest\s+", re.IGNORECASE)
_PARAMETER = re.compile(r'([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)')
_HASHES: Mapping[str, Callable[[str | bytes], str]] = MappingProxyType(
    {"MD5": _md5, "SHA-256": _sha256}
)
