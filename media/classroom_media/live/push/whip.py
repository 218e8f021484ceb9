"""WHIP: how a stream is offered to a server over HTTP, and taken leave of.

A server may name STUN and TURN servers when it is asked for its options: the offer is made with
them. TURN servers that it names with its answer are used without a second offer: it learns their
addresses by the checks that come from there. STUN servers are of no use by then.

Source: RFC 9725, 4.1 (POST of an offer, 201 with the answer and where the session is), 4.2 (DELETE
ends it), 4.3 (redirections), 4.6 (STUN and TURN servers), 4.7 (bearer tokens).
"""

import ssl
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException
from typing import IO, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit

from classroom_media.live.push.address import Address
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.ice_servers import IceServers, read

OPEN_S: Final = 6.0
OPTIONS_S: Final = 2.0  # most servers say nothing of use
ANSWER_MAX: Final = 65_536  # bytes
SAID_MAX: Final = 200  # characters of what a server says to its refusal
WEB: Final = frozenset({"http", "https"})
SDP: Final = "application/sdp"
AUTHORIZATION: Final = "Authorization"
REDIRECTIONS: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a server said to an offer."""

    answer: str  # SDP
    session: str  # its address, which a DELETE ends; "" = it has told none
    servers: IceServers


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Offers again where a server says, and tells no token to another host."""

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        if code not in REDIRECTIONS:
            return None
        kept = {
            name: value
            for name, value in req.header_items()
            if name != AUTHORIZATION or urlsplit(newurl).netloc == urlsplit(req.full_url).netloc
        }
        method = req.get_method()
        return urllib.request.Request(newurl, req.data, kept, method=method)  # noqa: S310 - so is this


_OPENER: Final = urllib.request.build_opener(_Redirections)


def named(address: Address) -> IceServers:
    """Give the STUN and TURN servers that a server names beforehand, if it does.

    Blocks for OPTIONS_S at most, a few times that with redirections.
    """
    request = _request(address, address.url, "OPTIONS")
    with (
        suppress(OSError, HTTPException),
        _OPENER.open(request, timeout=OPTIONS_S) as response,
    ):
        return _servers(response.headers)
    return IceServers()


def offered(address: Address, offer: str) -> Agreed:
    """Offer a stream. Blocks for OPEN_S at most, a few times that with redirections.

    Raises:
        PushError: the server does not take it; its code and text tell why.
    """
    request = _request(address, address.url, "POST", offer)
    try:
        with _OPENER.open(request, timeout=OPEN_S) as response:
            answer = response.read(ANSWER_MAX).decode("utf-8", "replace")
            where = response.headers.get("Location", "")
            session = urljoin(response.url, where) if where else ""
            session = session if urlsplit(session).scheme in WEB else ""
            return Agreed(answer, session, _servers(response.headers))
    except HTTPError as error:
        said = error.read(SAID_MAX).decode("utf-8", "replace").partition("\n")[0]
        raise PushError("rejected", f"HTTP {error.code} {said}".strip()) from error
    except URLError as error:
        raise _problem(error.reason) from error
    except OSError as error:
        raise _problem(error) from error
    except HTTPException as error:
        raise PushError("strange", type(error).__name__) from error


def leave(address: Address, session: str) -> None:
    """End a session; who does not hear it finds out by itself. Blocks for OPEN_S at most."""
    request = _request(address, session, "DELETE")
    with suppress(OSError, HTTPException), _OPENER.open(request, timeout=OPEN_S):
        pass


def _servers(headers: Message) -> IceServers:
    return read(headers.get_all("Link", []))


def _request(address: Address, url: str, method: str, body: str = "") -> urllib.request.Request:
    request = urllib.request.Request(url, body.encode() or None, method=method)  # noqa: S310 - HTTP alone
    if body:
        request.add_header("Content-Type", SDP)
    if address.token:
        request.add_header(AUTHORIZATION, f"Bearer {address.token}")
    return request


def _problem(reason: BaseException | str) -> PushError:
    match reason:
        case ssl.SSLError():
            return PushError("tls", reason.reason or str(reason))
        case ConnectionRefusedError():
            return PushError("refused")
        case TimeoutError():
            return PushError("silent")
        case _:
            return PushError("unreachable", str(reason))
