"""A camera beside the test, whose plug the test can pull."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime

from classroom_media.api import Kind
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.canvas import Canvas
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.scenes import PupilsScene, Scene


def now() -> datetime:
    return datetime.now().astimezone()


class StuckScene:
    """A scene as a camera sees it whose sensor stands still now and then: it codes on."""

    def __init__(self, scene: Scene) -> None:
        self.stuck = False
        self._scene = scene
        self._seen: Canvas | None = None

    def paint(self, number: int) -> Canvas:
        if self._seen is None or not self.stuck:
            self._seen = self._scene.paint(number)
        return self._seen


class PluggedCamera:
    """An RTSP camera at a port that stays the same."""

    def __init__(self, port: int, scene: Scene) -> None:
        self._scene = scene
        self.url = f"rtsp://127.0.0.1:{port}/camera"
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._server = RtspServer()
        self._wire = AsyncExitStack()

    def plug(self) -> None:
        self._do(self._wire.enter_async_context(self._server.listening(self._port)))

    def unplug(self) -> None:
        self._do(self._wire.aclose())

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _film(self) -> EmulatedCamera:
        feed = Feed((Kind.PICTURE,))
        self._server.feeds["/camera"] = feed
        return EmulatedCamera("camera", self._scene, feed)

    def run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def begin(self) -> EmulatedCamera:
        return asyncio.run_coroutine_threadsafe(self._film(), self._loop).result(10)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def plugged_camera(port: int, scene: Scene | None = None) -> Iterator[PluggedCamera]:
    """Give a camera that is plugged in; pull its plug at the end."""
    camera = PluggedCamera(port, scene or PupilsScene(now))
    thread = threading.Thread(target=camera.run, daemon=True)
    thread.start()
    with camera.begin():
        camera.plug()
        try:
            yield camera
        finally:
            camera.unplug()
            camera.end()
            thread.join()
