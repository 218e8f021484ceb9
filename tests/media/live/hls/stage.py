"""An origin on a real socket, and a camera whose lesson it gives out in real time."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from classroom_media.api import Kind
from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.origin import Origin, Receive, Scope, Send
from classroom_media.live.hls.package import Packager
from classroom_media.live.hls.pages import Pages
from classroom_media.packets import Coded


@dataclass(frozen=True)
class Stage:
    """Where the lesson is given out."""

    url: str
    lesson: Lesson
    loop: asyncio.AbstractEventLoop

    def receiver(self, packager: Packager) -> Callable[[Coded], None]:
        """Give what takes a camera's packets."""

        def receive(packet: Coded) -> None:
            kind = Kind.SOUND if packet.stream.endswith("-sound") else Kind.PICTURE
            for piece in packager.feed(kind, packet):
                asyncio.run_coroutine_threadsafe(self.lesson.put("720p", piece), self.loop)

        return receive


@contextmanager
def stage(
    lesson: Lesson,
    pages: dict[str, tuple[str, bytes]] | None = None,
    *,
    built: Path | None = None,
) -> Iterator[Stage]:
    """Serve a lesson as `any/maths`, and pages (type and content) by their path.

    `built` is the folder of the page that the origin itself gives out.
    """
    origin = Origin({"maths": lesson}, pages=Pages(built))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        page = (pages or {}).get(scope.get("path", ""))
        if page is None:
            await origin(scope, receive, send)
            return
        headers = [(b"content-type", page[0].encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page[1]})

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
        loops: list[asyncio.AbstractEventLoop] = []
        started = threading.Event()

        async def serve() -> None:
            loops.append(asyncio.get_running_loop())
            started.set()
            await server.serve([listening])

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        started.wait()
        try:
            yield Stage(f"http://127.0.0.1:{listening.getsockname()[1]}", lesson, loops[0])
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join()
