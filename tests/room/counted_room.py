"""A small room whose cameras count, and hardly cost anything: for faults that come by the hundred.

Three cameras replay what was coded once; number n of a camera was taken at an instant that the
camera knows. The programme shows one of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_media.api import Kind
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.reel import Look, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.stand import Site
from tests.ports import free_port
from tests.room.demo_room import DemoRoom, own_room

SIZE: Final = (320, 180)
CAMERAS: Final = {"teacher": 1, "pupils": 2, "slides": 3}
HEARD: Final = "teacher"  # has a microphone
SHOWN: Final = "pupils"
CONFIG: Final = """
[room]
id = "counted-{panel}"
name = "Counted"
language = "en"

[network]
port = {panel}

[recording]
width = {width}
height = {height}
preset = "ultrafast"
smart = {smart}

[programme]
layout = "single"
sources = ["{shown}"]
"""
SOURCE: Final = """
[[source]]
id = "{name}"
name = "{name}"
url = "rtsp://127.0.0.1:{port}/{name}"
picture = true
sound = {sound}
"""


@dataclass(frozen=True)
class CountedRoom:
    """The room at work, and its cameras."""

    room: DemoRoom
    cameras: Mapping[str, ReplayedCamera]


@contextmanager
def counted_room(folder: Path, *, smart: bool = True) -> Iterator[CountedRoom]:
    """Run the room; `smart`: the programme consists of its camera's own packets."""
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        server, port, panel = RtspServer(), free_port(), free_port()
        cameras: dict[str, ReplayedCamera] = {}
        for name, number in CAMERAS.items():
            voice = Voice() if name == HEARD else None
            server.feeds[f"/{name}"] = wire = site.do(_feed(name))
            reel = film(name, number, Look(size=SIZE), voice)
            cameras[name] = stack.enter_context(ReplayedCamera(name, reel, wire.publish))
        plug = AsyncExitStack()
        site.do(plug.enter_async_context(server.listening(port)))
        stack.callback(lambda: site.do(plug.aclose()))
        config = folder / "room.toml"
        config.write_text(_config(port, panel, smart=smart), encoding="utf-8")
        yield CountedRoom(stack.enter_context(own_room(config, panel, folder / "data")), cameras)


async def _feed(name: str) -> Feed:
    return Feed((Kind.PICTURE, Kind.SOUND) if name == HEARD else (Kind.PICTURE,))


def _config(port: int, panel: int, *, smart: bool) -> str:
    width, height = SIZE
    head = CONFIG.format(
        panel=panel, width=width, height=height, shown=SHOWN, smart=str(smart).lower()
    )
    sources = (
        SOURCE.format(name=name, port=port, sound=str(name == HEARD).lower()) for name in CAMERAS
    )
    return head + "".join(sources)
