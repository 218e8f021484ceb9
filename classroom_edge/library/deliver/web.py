"""HTTP for targets: one request, one connection; what a server does wrong becomes an error.

TLS is verified, by the system's authorities or by one of the school's own.

Source: RFC 9110 (HTTP semantics), section 15; RFC 7617 (basic authentication); RFC 4918 (WebDAV),
section 11.5 (507).
"""

import base64
import http.client
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

from classroom_edge.library.deliver.target import (
    DeliveryError,
    MisconfiguredError,
    RefusedError,
    TransientError,
)

SILENCE_S: Final = 60.0  # of a server, before the line counts as broken
ANSWER_MAX: Final = 1 << 20  # bytes of an answer that is read whole
SAID_MAX: Final = 200  # characters of a server's own words that are shown
PIECE: Final = 64 << 10
AGENT: Final = "classroom-edge"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def said(self) -> str:
        """The server's own words, short."""
        return f"{self.status} {_phrase(self.status)}".strip()


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: as many bytes as it says."""

    pieces: Iterable[bytes]
    size: int


@dataclass(frozen=True)
class Web:
    """A server, by the URL below which everything of ours lies."""

    url: str  # https://host:port/path
    username: str = ""
    password: str = ""
    token: str = ""  # sent as "Bearer"
    authority: str = ""  # file of a private authority, PEM; "" = those of the system
    silence_s: float = SILENCE_S
    _tls: list[ssl.SSLContext] = field(default_factory=list, init=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Answer:
        """Ask for something; any status is an answer. A `query` is encoded already.

        A server that answers before it has read the whole body is heard.

        Raises:
            MisconfiguredError: its certificate is not trusted.
            TransientError: it is not reached, or the line broke.
        """
        with self._asked(method, _target(self.path(path), query), headers or {}, body) as reply:
            content = reply.read(ANSWER_MAX + 1)
            if len(content) > ANSWER_MAX:
                raise TransientError("answer-odd", "too long")
            return Answer(reply.status, _headers(reply), content)

    def read(self, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[bytes]:
        """Give what lies at a path, piece by piece.

        Raises:
            DeliveryError: as `ask`, and when there is no such thing (`no-such-path`), or less
                than was promised.
        """
        with self._asked("GET", self.path(path), headers or {}, None) as reply:
            check(Answer(reply.status, _headers(reply)), HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
            while piece := reply.read(PIECE):
                yield piece
            if reply.length:
                raise TransientError("line-broke", f"{reply.length} bytes were missing")

    @contextmanager
    def _asked(
        self, method: str, target: str, headers: Mapping[str, str], body: Body | None
    ) -> Iterator[http.client.HTTPResponse]:
        with _translated(), closing(self._connection()) as connection:
            _send(connection, method, target, self._headers(headers, body), body)
            yield connection.getresponse()

    def path(self, path: str) -> str:
        """Give the path on the server of a path below the URL; "" is the URL itself."""
        base = urlsplit(self.url).path.rstrip("/")
        return f"{base}/{quote(path)}" if path or not base else base

    def address(self, path: str) -> str:
        """Give a whole address, without what is secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{self.path(path)}"

    def _headers(self, headers: Mapping[str, str], body: Body | None) -> dict[str, str]:
        own = {"User-Agent": AGENT, "Connection": "close"}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        elif self.username:
            login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            own["Authorization"] = f"Basic {login}"
        if body is not None:
            own["Content-Length"] = str(body.size)
        return own | dict(headers)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=self.silence_s)
        if not self._tls:
            self._tls.append(tls(self.authority))
        return http.client.HTTPSConnection(host, port, timeout=self.silence_s, context=self._tls[0])


def tls(authority: str) -> ssl.SSLContext:
    """Give how certificates are verified. Raises MisconfiguredError: no such authority."""
    try:
        return ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredError("authority-unreadable", str(error)) from error


def check(answer: Answer, *wanted: int) -> Answer:
    """Give an answer that is one of those wanted.

    Raises:
        DeliveryError: it is another: what kind of error that is, its status tells.
    """
    if answer.status in wanted:
        return answer
    known = _KNOWN.get(answer.status)
    if known is not None:
        kind, code = known
        raise kind(code, answer.said)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TransientError("server-error", answer.said)
    raise MisconfiguredError("not-understood", answer.said)


_KNOWN: Final[Mapping[int, tuple[type[DeliveryError], str]]] = {
    HTTPStatus.UNAUTHORIZED: (MisconfiguredError, "login-wrong"),
    HTTPStatus.FORBIDDEN: (MisconfiguredError, "forbidden"),
    HTTPStatus.NOT_FOUND: (MisconfiguredError, "no-such-path"),
    HTTPStatus.CONFLICT: (MisconfiguredError, "no-such-path"),  # RFC 4918, 9.7.1: no collection
    HTTPStatus.REQUEST_TIMEOUT: (TransientError, "server-error"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (RefusedError, "too-large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: (RefusedError, "not-wanted"),
    HTTPStatus.LOCKED: (TransientError, "server-busy"),
    HTTPStatus.TOO_MANY_REQUESTS: (TransientError, "server-busy"),
    HTTPStatus.INSUFFICIENT_STORAGE: (TransientError, "full-there"),
}


def _target(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: Body | None,
) -> None:
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    if body is not None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has answered already, perhaps
            for piece in body.pieces:
                connection.send(piece)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the network does into errors of deliveries. Source: errors of ssl, http.client."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MisconfiguredError("certificate", error.verify_message) from error
    except TimeoutError as error:
        raise TransientError("no-answer", str(error)) from error
    except ConnectionRefusedError as error:
        raise TransientError("unreachable", error.strerror or "") from error
    except (ConnectionError, http.client.HTTPException, ssl.SSLError) as error:
        raise TransientError("line-broke", repr(error)[:SAID_MAX]) from error
    except OSError as error:
        raise TransientError("unreachable", error.strerror or str(error)) from error


def _headers(reply: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.getheaders()}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
