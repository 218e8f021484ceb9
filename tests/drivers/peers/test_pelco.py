"""Our emulated camera, worked in Pelco-D by pyptzcontroller (MIT) through a serial port."""

import asyncio
from pathlib import Path

from ptz_control_lib import PtzControl

from classroom_drivers.emulators.pelco import PelcoEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from tests.waiting import eventually


async def test_pyptzcontroller_works_our_camera(tmp_path: Path) -> None:
    camera = PelcoEmulator(address=7, answers=True)

    def work(port: str) -> None:
        control = PtzControl(port, address=7, baudrate=2400)
        assert control.connect()
        try:
            control.set_preset(3)
            control.move("right", 63)
            eventually(lambda: control.get_position()[0] > 1)
            control.move("up", 20)
            pan, _ = control.get_position()
            eventually(lambda: control.get_position()[1] > 1)
            control.stop()
            stopped_at = control.get_position()
            assert stopped_at[0] == pan  # up, and no longer right
            control.set_preset(4)
            control.go_to_preset(3)
            eventually(lambda: control.get_position() == (0, 0))
            control.go_to_preset(4)
            eventually(lambda: control.get_position() == stopped_at)
        finally:
            control.disconnect()

    async with serve(camera, f"serial://{tmp_path}/camera") as served:
        await asyncio.to_thread(work, parse(served.url).path)
    assert not camera.moving
