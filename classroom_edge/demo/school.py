"""The simulated room, a process of its own: emulated devices and cameras on loopback.

Real protocols over real sockets, with the warm-up times of real devices. Killing it is pulling
the plug of everything in the room at once; the keeper brings it back.
"""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from classroom_drivers.emulators.ifp import PanelEmulator
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_edge.demo.ports import Ports
from classroom_media.api import Kind
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.footage import reel_of
from classroom_media.emulate.http_ts import TransportStreamServer
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.scenes import PupilsScene, SlidesScene, TeacherScene

PASSWORD = "for-the-demo"  # noqa: S105 - of devices that do not exist
CAMERA_LOGIN = ("admin", PASSWORD)


def main() -> int:
    """Run the room until SIGTERM: ``school PORTS FILM``."""
    film = Path(sys.argv[2])
    asyncio.run(simulate(Ports.from_json(sys.argv[1]), film if film.is_file() else None))
    return 0


async def simulate(ports: Ports, film: Path | None) -> None:
    """Run all devices and cameras until SIGTERM.

    Ctrl-C and a closed window reach the whole group; they are the daemon's: it still records.
    """
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    for name in ("SIGINT", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    async with AsyncExitStack() as room:
        await _devices(room, ports)
        await _cameras(room, ports, film)
        await ended.wait()


async def _devices(room: AsyncExitStack, ports: Ports) -> None:
    served = (
        (PJLinkEmulator(password=PASSWORD), f"tcp://127.0.0.1:{ports.projector}"),
        (PanelEmulator(), f"tcp://127.0.0.1:{ports.board}"),
        (ViscaEmulator(sony=True), f"udp://127.0.0.1:{ports.teacher_camera}"),
        (ViscaEmulator(), f"tcp://127.0.0.1:{ports.pupils_camera}"),
        (KMTronicEmulator(), f"tcp://127.0.0.1:{ports.lamp}"),
    )
    for emulator, url in served:
        await room.enter_async_context(serve(emulator, url))


async def _cameras(room: AsyncExitStack, ports: Ports, film: Path | None) -> None:
    teacher = Feed((Kind.PICTURE, Kind.SOUND))
    pupils, slides = Feed((Kind.PICTURE,)), Feed((Kind.PICTURE,))
    rtsp, http = RtspServer(CAMERA_LOGIN), TransportStreamServer()
    rtsp.feeds = {"/teacher": teacher, "/pupils": pupils}
    http.feeds = {"/slides.ts": slides}
    room.enter_context(EmulatedCamera("teacher", TeacherScene(now), teacher, sound=True))
    room.enter_context(EmulatedCamera("pupils", PupilsScene(now), pupils))
    room.enter_context(EmulatedCamera("slides", SlidesScene(now), slides))
    if film is not None:
        guest = Feed((Kind.PICTURE, Kind.SOUND))
        rtsp.feeds["/guest"] = guest
        room.enter_context(ReplayedCamera("guest", reel_of("guest", film), guest.publish))
    await room.enter_async_context(rtsp.listening(ports.rtsp))
    await room.enter_async_context(http.listening(ports.http))


def now() -> datetime:
    """Give local time, aware."""
    return datetime.now().astimezone()


if __name__ == "__main__":
    sys.exit(main())
