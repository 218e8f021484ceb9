"""A school's camera that turns: the head speaks VISCA, and the picture goes where it looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from classroom_drivers.codecs.visca import UNITS_PER_DEG, ZOOM_TELE
from classroom_drivers.emulators.pan_tilt_head import Axis
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_media.emulate.view import View

LOOKS_S: Final = 0.04  # as often as it films
SCENE_DEG: Final = (80.0, 45.0)  # of what there is to be seen, from the camera
WIDE_DEG: Final = 50.0  # of its lens; the picture has the shape of the scene
CLOSEST: Final = 3.0
PAN_DEG: Final = (SCENE_DEG[0] - WIDE_DEG) / 2  # to the edge of the scene and no further
TILT_DEG: Final = PAN_DEG * SCENE_DEG[1] / SCENE_DEG[0]
EVERYBODY, FRONT = 1, 2  # its presets, as site.toml names them


def _head() -> ViscaEmulator:
    pan, tilt = PAN_DEG * UNITS_PER_DEG, TILT_DEG * UNITS_PER_DEG
    head = ViscaEmulator(
        presets={
            EVERYBODY: {"pan": 0.0, "tilt": 0.0, "zoom": 0.0},
            FRONT: {"pan": 0.0, "tilt": -tilt, "zoom": ZOOM_TELE / 3},
        }
    )
    head.axes |= {"pan": Axis(-pan, pan), "tilt": Axis(-tilt, tilt)}
    return head


@dataclass(frozen=True)
class TurningCamera:
    """Its head, and what it sees by it."""

    head: ViscaEmulator = field(default_factory=_head)

    def looks(self) -> View:
        """Tell where the head looks now; any thread may ask."""
        at = {name: axis.at for name, axis in self.head.axes.items()}
        closer = 1 + (CLOSEST - 1) * at["zoom"] / ZOOM_TELE
        return View(
            across=0.5 + at["pan"] / UNITS_PER_DEG / SCENE_DEG[0],
            down=0.5 - at["tilt"] / UNITS_PER_DEG / SCENE_DEG[1],
            width=WIDE_DEG / SCENE_DEG[0] / closer,
        )

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Be a camera at a port of 127.0.0.1; the head moves on while nobody asks it, too."""
        async with serve(self.head, f"tcp://127.0.0.1:{port}"), asyncio.TaskGroup() as tasks:
            moving = tasks.create_task(self._move())
            try:
                yield
            finally:
                moving.cancel()

    async def _move(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            self.head.advance(clock())
            await asyncio.sleep(LOOKS_S)
