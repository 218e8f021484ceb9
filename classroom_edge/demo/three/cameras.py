"""The cameras of three classrooms, a process of its own: ``cameras PORTS``."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from typing import Final

from classroom_edge.demo.school import now
from classroom_edge.demo.three.ports import SITES, ThreePorts
from classroom_edge.demo.three.turning import TurningCamera
from classroom_media.api import Kind
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.scenes import PupilsScene, Scene, SlidesScene, TeacherScene

SIZE: Final = (640, 360)  # two cores carry three rooms
EVERY: Final = {"slides": 5}  # of 25 pictures a second; others film every second one
BITRATE_KBPS: Final = 600


def main() -> int:
    """Film until SIGTERM."""
    asyncio.run(film(ThreePorts.from_json(sys.argv[1])))
    return 0


async def film(ports: ThreePorts) -> None:
    """Film until SIGTERM; Ctrl-C reaches the whole group, and is the daemons'."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    for name in ("SIGINT", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    scenes: dict[str, Scene] = {"teacher": TeacherScene(now), "slides": SlidesScene(now)}
    scenes |= {site: PupilsScene(now) for site in SITES}
    turning = {site: TurningCamera() for site in SITES}
    async with AsyncExitStack() as open_:
        for site, head in turning.items():
            await open_.enter_async_context(head.listening(ports.camera(site)))
        server = RtspServer()
        for name, scene in scenes.items():
            has_sound = name != "slides"
            feed = Feed((Kind.PICTURE, Kind.SOUND) if has_sound else (Kind.PICTURE,))
            server.feeds[f"/{name}"] = feed
            camera = EmulatedCamera(
                name,
                scene,
                feed,
                sound=has_sound,
                bitrate_kbps=BITRATE_KBPS,
                size=SIZE,
                every=EVERY.get(name, 2),
                looks=turning[name].looks if name in turning else None,
            )
            open_.enter_context(camera)
        await open_.enter_async_context(server.listening(ports.rtsp))
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
