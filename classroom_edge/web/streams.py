"""Answers without an end: the room's events, and the preview as moving JPEG.

Source: WHATWG HTML, Server-sent events; RFC 2046 (multipart), Netscape's x-mixed-replace.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from classroom_edge.room import LevelView, RoomState
from classroom_edge.web.access import Action, May, visitor_of
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.site import Site, site_of

PATIENCE_S: Final = 20.0  # how long a client may take nothing
BOUNDARY: Final = b"picture"

router = APIRouter(prefix="/api/v1", responses=ANSWERS, dependencies=[Depends(May(Action.SEE))])

_room_state: Final = TypeAdapter(RoomState)
_levels: Final = TypeAdapter(tuple[LevelView, ...])

T = TypeVar("T")
Ending = Callable[[], Awaitable[object]]


class Stream(Response):
    """Sends chunks of several iterators as they come.

    Ends when one of `endings` does, when the client goes, or when it takes nothing any more.
    """

    def __init__(
        self,
        chunks: Sequence[AsyncIterator[bytes]],
        *,
        media_type: str,
        endings: Sequence[Ending],
    ) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._chunks = chunks
        self._endings = endings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client."""
        over = asyncio.Event()

        async def until(ending: Ending) -> None:
            with suppress(TimeoutError):
                await ending()
            over.set()

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        async def feed(chunks: AsyncIterator[bytes]) -> None:
            async with _closed_at_the_end(chunks):
                async for chunk in chunks:
                    async with asyncio.timeout(PATIENCE_S):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with asyncio.TaskGroup() as tasks:
            feeds = [partial(feed, chunks) for chunks in self._chunks]
            ways_out: list[Ending] = [gone, *self._endings, *feeds]
            running = [tasks.create_task(until(way_out)) for way_out in ways_out]
            await over.wait()
            for task in running:
                task.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@router.get(
    "/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}},
    tags=["room"],
)
async def events(request: Request, site: Annotated[Site, Depends(site_of)]) -> Response:
    """Follow the room: an event `state` (a RoomState) at once and at every change, and `levels`.

    Each `levels` is a list of LevelView, one of every sound, at most ten times a second.
    """
    return Stream(
        (_states(site), _loudness(site), _keep_alive(site)),
        media_type="text/event-stream",
        endings=_endings(request, site),
    )


@router.get(
    "/preview.mjpeg",
    response_class=Response,
    responses={200: {"content": {"multipart/x-mixed-replace": {}}}},
    tags=["room"],
)
async def preview(request: Request, site: Annotated[Site, Depends(site_of)]) -> Response:
    """The programme as a moving JPEG, for an ``<img>``."""
    return _moving(site.room.previews(), request, site)


@router.get(
    "/multiview.mjpeg",
    response_class=Response,
    responses={200: {"content": {"multipart/x-mixed-replace": {}}}},
    tags=["room"],
)
async def multiview(request: Request, site: Annotated[Site, Depends(site_of)]) -> Response:
    """All sources on one moving JPEG, five times a second; the red ones are on the air.

    Its cells are equal: see `multiview` of the programme's state.
    """
    return _moving(site.room.multiviews(), request, site)


def _moving(pictures: AsyncIterator[bytes], request: Request, site: Site) -> Response:
    return Stream(
        (_pictures(pictures),),
        media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}",
        endings=_endings(request, site),
    )


def _endings(request: Request, site: Site) -> tuple[Ending, ...]:
    async def shut_out() -> None:
        """Return once the visitor may no longer look: logged out, or the panel was revoked."""
        while (await visitor_of(request, site)).may(Action.SEE):  # noqa: ASYNC110 - a database sends no events
            await asyncio.sleep(site.keep_alive_s)

    return (site.stopping.wait, shut_out)


async def _states(site: Site) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async with _closed_at_the_end(site.room.changes()) as changes:
        async for state in changes:
            yield b"event: state\ndata: " + _room_state.dump_json(state) + b"\n\n"


async def _loudness(site: Site) -> AsyncIterator[bytes]:
    async with _closed_at_the_end(site.room.levels()) as loudness:
        async for levels in loudness:
            yield b"event: levels\ndata: " + _levels.dump_json(levels) + b"\n\n"


async def _keep_alive(site: Site) -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(site.keep_alive_s)
        yield b": here\n\n"


async def _pictures(pictures: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    boundary = b"--" + BOUNDARY + b"\r\n"
    yield boundary
    async with _closed_at_the_end(pictures) as jpegs:
        async for jpeg in jpegs:
            head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
            # With the next boundary at once: browsers show a picture when they see it.
            yield head + jpeg + b"\r\n" + boundary


@asynccontextmanager
async def _closed_at_the_end(items: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Run an iterator's own clean-up now, not when the garbage collector finds it."""
    try:
        yield items
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()
