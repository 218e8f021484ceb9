"""Serves a lesson to who asks: an ASGI application without state of its own but the shelves.

    /<ticket>/<lesson>/index.m3u8               its qualities, live
    /<ticket>/<lesson>/lesson.m3u8              its qualities, from the beginning
    /<ticket>/<lesson>/<quality>/live.m3u8      may wait for the part that is asked for
    /<ticket>/<lesson>/<quality>/lesson.m3u8
    /<ticket>/<lesson>/<quality>/part-17.m4s    may wait: the part that was announced
    /watch/<ticket>/<lesson>                    a page that plays it (`pages`)

A playlist may be kept by a cache for as long as it takes to make it, everything else for ever.

Source: draft-ietf-hls-rfc8216bis, 6.2.5.2 (blocking reload) and B.1; https://asgi.readthedocs.io.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

from classroom_media.api import NS
from classroom_media.live.hls import playlist
from classroom_media.live.hls.answer import Answer
from classroom_media.live.hls.audience import Audience, Viewer
from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.pages import Pages
from classroom_media.live.hls.shelf import Shelf
from classroom_media.live.hls.tickets import is_good

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WHOLE: Final = -1  # no part: the segment
BEGINS_NS: Final = 21 * NS // 20  # with less libvlc waits until the playlist is due anew
ENOUGH: Final = 3  # segments of one quality, to begin without the others
AHEAD: Final = 2  # segments that somebody may ask for in advance
_GUARDS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),  # the address is a ticket
    (b"content-security-policy", b"default-src 'self'; media-src 'self' blob:"),
)
_PLAYLIST: Final = "application/vnd.apple.mpegurl"
_MEDIA: Final = "video/mp4"
_FOR_EVER: Final = "public, max-age=86400, immutable"
_MOMENT: Final = "public, max-age=1"


_NOT_FOUND: Final = Answer(HTTPStatus.NOT_FOUND)


class Lessons(Protocol):
    """Where lessons are found: a dictionary, or the `Archive` of a folder."""

    def get(self, name: str, /) -> Lesson | None:
        """Give a lesson, or None when there is none of that name."""


class Origin:
    """The application. `lessons` may change at any time; without a `key` nobody needs a ticket."""

    def __init__(
        self,
        lessons: Lessons,
        key: bytes = b"",
        clock: Callable[[], float] = time.time,
        pages: Pages = Pages(),  # noqa: B008 - none, and frozen
    ) -> None:
        self._lessons = lessons
        self._key = key
        self._clock = clock
        self._pages = pages
        self.audience = Audience(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope)
        length = str(len(answer.body)).encode()
        headers = [
            (b"content-type", answer.kind.encode()),
            (b"content-length", length),
            (b"cache-control", answer.keep.encode()),
            (b"access-control-allow-origin", b"*"),
            *_GUARDS,
        ]
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
        if page := self._pages.find(scope["path"]):
            return page
        ticket, name, path = (*scope["path"].lstrip("/").split("/", 2), "", "")[:3]
        if self._key and not is_good(self._key, name, ticket, self._clock()):
            return Answer(HTTPStatus.FORBIDDEN)
        lesson = self._lessons.get(name)
        if lesson is None:
            return _NOT_FOUND
        self.audience.note(name, _viewer(scope, ticket))
        query = scope.get("query_string", b"").decode("latin-1")
        return await _find(lesson, path, query)


def _viewer(scope: Scope, ticket: str) -> Viewer:
    address = (scope.get("client") or ("",))[0]
    browser = dict(scope.get("headers", ())).get(b"user-agent", b"").decode("latin-1")
    return ticket, address, browser


async def _find(lesson: Lesson, path: str, query: str) -> Answer:
    if path in {playlist.QUALITIES, playlist.LESSON}:
        return await _qualities(lesson, path)
    quality, _slash, file = path.partition("/")
    shelf = lesson.shelves.get(quality)
    if shelf is None:
        return _NOT_FOUND
    if file == playlist.LIVE:
        return await _live(lesson, shelf, query)
    if file == playlist.LESSON:
        return _text(playlist.lesson(shelf, lesson.epoch))
    return await _media(lesson, shelf, file)


async def _qualities(lesson: Lesson, path: str) -> Answer:
    """List the qualities as soon as each has enough, or one has so much that it must do."""
    if not await lesson.wait(lambda: lesson.is_over or _is_ready(lesson.shelves.values())):
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
    shelves = [(name, shelf) for name, shelf in lesson.shelves.items() if shelf.complete]
    if not shelves:
        return _NOT_FOUND
    leads_to = playlist.LIVE if path == playlist.QUALITIES else playlist.LESSON
    return _text(playlist.qualities(shelves, leads_to))


def _is_ready(shelves: Collection[Shelf]) -> bool:
    lengths = [len(shelf.complete) for shelf in shelves]
    ready_ns = min(sum(one.duration_ns for one in shelf.complete[:ENOUGH]) for shelf in shelves)
    return (min(lengths) > 1 and ready_ns >= BEGINS_NS) or max(lengths) > ENOUGH


async def _live(lesson: Lesson, shelf: Shelf, query: str) -> Answer:
    """List what is there; wait first for what is asked for (6.2.5.2)."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    if "_HLS_msn" in asked:
        try:
            segment, part = int(asked["_HLS_msn"]), int(asked.get("_HLS_part", WHOLE))
        except ValueError:
            return Answer(HTTPStatus.BAD_REQUEST)
        if segment > shelf.newest()[0] + AHEAD:
            return Answer(HTTPStatus.BAD_REQUEST)
        if not await lesson.wait(lambda: _has(shelf, segment, part)):
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
    elif "_HLS_part" in asked:
        return Answer(HTTPStatus.BAD_REQUEST)
    return _text(playlist.live(shelf, lesson.epoch))


def _has(shelf: Shelf, segment: int, part: int) -> bool:
    """Tell whether a part is there, or a whole segment; after the end all is."""
    newest, parts = shelf.newest()
    return shelf.ended or newest > segment or (newest == segment and 0 <= part < parts)


async def _media(lesson: Lesson, shelf: Shelf, file: str) -> Answer:
    if file == shelf.next_part and not shelf.ended:
        await lesson.wait(lambda: shelf.data(file) is not None or shelf.ended)
    data = shelf.data(file)
    if data is None and file in shelf.files:
        data = await asyncio.to_thread((shelf.folder / file).read_bytes)
    if data is None:
        return _NOT_FOUND
    return Answer(HTTPStatus.OK, data, _MEDIA, _FOR_EVER)


def _text(body: str) -> Answer:
    return Answer(HTTPStatus.OK, body.encode(), _PLAYLIST, _MOMENT)
