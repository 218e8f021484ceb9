"""The outermost layer: whose page is asking, how much it sends, and what browsers may do.

A web page from elsewhere, open in a teacher's browser, must not drive the room. It cannot hide
its Origin; and a name that it has bent to this machine's address (DNS rebinding) is still in
the Host. Programs that send no Origin are no web pages, and welcome.
"""

import math
import re
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom_edge.web.errors import ApiError

BODY_MAX: Final = 64 * 1024  # bytes; the largest body we expect is a few hundred
LARGER: Final = {
    "PUT /api/v1/received/": 1024 * 1024,  # a list of the files of a recording
    "POST /api/v1/timetable/preview": 4 * 1024 * 1024,  # a school's, as people keep it
}
BOUNDLESS: Final = "PATCH /api/v1/uploads/"  # written as it comes; whoever sends announced how much
LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.-]+))(?::\d{1,5})?")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # "no-referrer" would make the browser call the Origin of our own forms "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Refuses foreign pages and large bodies; puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, *, names: frozenset[str]) -> None:
        self._app = app
        self._names = LOCAL_NAMES | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: ASGIApp = self._app
        headers = Headers(scope=scope)
        if not self._is_our_host(scope, headers):
            answer = ApiError(HTTPStatus.FORBIDDEN, "foreign-host").response()
        elif not _is_our_origin(scope, headers):
            answer = ApiError(HTTPStatus.FORBIDDEN, "foreign-origin").response()
        await answer(scope, _limited(receive, _most(scope)), _with_headers(send))

    def _is_our_host(self, scope: Scope, headers: Headers) -> bool:
        asked = _HOST.fullmatch(headers.get("host", "").lower())
        if asked is None or len(headers.getlist("host")) != 1:
            return False
        name = asked["v6"] or asked["name"].rstrip(".")
        # The address at which the request came in is ours, whatever interface that is.
        return name in self._names or name == (scope.get("server") or [""])[0]


def _is_our_origin(scope: Scope, headers: Headers) -> bool:
    origins = headers.getlist("origin")
    ours = f"{scope['scheme']}://{headers['host']}".lower()
    return all(origin.lower() == ours for origin in origins)


def _most(scope: Scope) -> float:
    asked = f"{scope['method']} {scope['path']}"
    if asked.startswith(BOUNDLESS):
        return math.inf
    return next((most for begin, most in LARGER.items() if asked.startswith(begin)), BODY_MAX)


def _limited(receive: Receive, most: float) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return with_headers
