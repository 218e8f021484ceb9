"""Serves a lesson to who asks: an ASGI application without state of its own but the shelves.

    /<ticket>/<lesson>/index.m3u8               its qualities, live
    /<ticket>/<lesson>/lesson.m3u8              its qualities, from the beginning
    /<ticket>/<lesson>/<quality>/live.m3u8      may wait for the part that is asked for
    /<ticket>/<lesson>/<quality>/lesson.m3u8
    /<ticket>/<lesson>/<quality>/part-17.m4s    may wait: the part that was announced

A playlist may be kept by a cache for as long as it takes to make it, everything else for ever.

Source: draft-ietf-hls-rfc8216bis, 6.2.5.2 (blocking reload) and B.1; https://asgi.readthedocs.io.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from classroom_media.live.hls import playlist
from classroom_media.live.hls.package import Head, Part
from classroom_media.live.hls.shelf import TARGET_S, Shelf
from classroom_media.live.hls.tickets import is_good

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WAIT_S: Final = 3 * TARGET_S  # for a part that does not come
WHOLE: Final = -1  # no part: the segment
AHEAD: Final = 2  # segments that somebody may ask for in advance
_PLAYLIST: Final = "application/vnd.apple.mpegurl"
_MEDIA: Final = "video/mp4"
_FOR_EVER: Final = "public, max-age=86400, immutable"
_MOMENT: Final = "public, max-age=1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody is told."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = "text/plain"
    keep: str = "no-store"


_NOT_FOUND: Final = Answer(HTTPStatus.NOT_FOUND)


@dataclass(slots=True, eq=False)
class Lesson:
    """A lesson and its qualities by name, the best first; use it in one event loop."""

    epoch: datetime  # the timeline's 0 by the clock on the wall
    shelves: Mapping[str, Shelf]
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, quality: str, piece: Head | Part) -> None:
        """Add to a quality, and let go on who waits for it.

        Raises:
            OSError: the folder cannot be written.
        """
        async with self._news:
            self.shelves[quality].put(piece)
            self._news.notify_all()

    async def end(self) -> None:
        """Say that nothing follows."""
        async with self._news:
            for shelf in self.shelves.values():
                shelf.end()
            self._news.notify_all()

    async def wait(self, until: Callable[[], bool]) -> bool:
        """Wait, but not for ever, until something is true; tell whether it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S), self._news:
                await self._news.wait_for(until)
        return until()


class Origin:
    """The application. `lessons` may change at any time; without a `key` nobody needs a ticket."""

    def __init__(
        self,
        lessons: Mapping[str, Lesson],
        key: bytes = b"",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._lessons = lessons
        self._key = key
        self._clock = clock

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
        ]
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
        ticket, name, path = (*scope["path"].lstrip("/").split("/", 2), "", "")[:3]
        if self._key and not is_good(self._key, name, ticket, self._clock()):
            return Answer(HTTPStatus.FORBIDDEN)
        lesson = self._lessons.get(name)
        query = scope.get("query_string", b"").decode("latin-1")
        return _NOT_FOUND if lesson is None else await _find(lesson, path, query)


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
    """List the qualities as soon as each has something."""
    shelves = [(name, shelf) for name, shelf in lesson.shelves.items()]
    if not await lesson.wait(lambda: all(shelf.complete for _name, shelf in shelves)):
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
    leads_to = playlist.LIVE if path == playlist.QUALITIES else playlist.LESSON
    return _text(playlist.qualities(shelves, leads_to))


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
