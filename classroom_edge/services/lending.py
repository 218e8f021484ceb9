"""A room's cameras in another's hand: which they are, and what that hand turns of them."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from classroom_drivers.api import DeviceError
from classroom_edge.room import DeviceView, Refused, Who
from classroom_edge.sessions import commands as c
from classroom_edge.sessions.cameras import CAMERAS_MAX, PRESETS_MAX, TO_PRESET, Camera
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import Grant

TURN_S: Final = 0.5  # of a camera at one word of another; then it stops by itself
SPEED: Final = 0.4  # of full speed
DRIVES: Final = {
    "left": {"pan": -SPEED},
    "right": {"pan": SPEED},
    "up": {"tilt": SPEED},
    "down": {"tilt": -SPEED},
    "up-left": {"pan": -SPEED, "tilt": SPEED},
    "up-right": {"pan": SPEED, "tilt": SPEED},
    "down-left": {"pan": -SPEED, "tilt": -SPEED},
    "down-right": {"pan": SPEED, "tilt": -SPEED},
    "in": {"zoom": SPEED},
    "out": {"zoom": -SPEED},
}

Perform = Callable[[Who, str, str, str, dict[str, Any]], Awaitable[None]]

logger = logging.getLogger(__name__)


def lendable(devices: Iterable[DeviceView]) -> tuple[Camera, ...]:
    """Give the cameras of a room that can be turned, with their presets by name."""
    turning = (one for one in devices if "pan-tilt-zoom" in one.capabilities)
    cameras = (
        Camera(id=one.id, name=one.name, presets=one.choices.get("preset", ())[:PRESETS_MAX])
        for one in turning
    )
    return tuple(cameras)[:CAMERAS_MAX]


@dataclass(frozen=True, kw_only=True)
class Lending:
    """What a room lends. `perform` does an action of one of its devices."""

    perform: Perform
    cameras: Callable[[], tuple[Camera, ...]]

    def of(self, command: c.GrantCamera) -> c.GrantCamera | None:
        """Say which cameras are lent by a command; None = there is none that turns."""
        cameras = self.cameras()
        return msgspec.structs.replace(command, cameras=cameras) if cameras else None

    async def turn(
        self, session: str, command: c.AnyCommand, grant: Grant | None, hub_ns: int | None
    ) -> str:
        """Turn a camera that is lent at this time; give the reason why not, or ""."""
        if not isinstance(command, c.MoveCamera) or not _covers(grant, command.camera, hub_ns):
            return Reason.NO_GRANT
        who = Who(name=f"session:{session}", why="lent camera")
        try:
            await self.perform(who, command.camera, *_action(command))
        except (Refused, DeviceError) as error:
            logger.info("camera %s did not turn: %s", command.camera, error)
            return Reason.NOT_TURNED
        return ""


def _covers(grant: Grant | None, camera: str, hub_ns: int | None) -> bool:
    if grant is None or hub_ns is None or hub_ns >= grant.until_ns:
        return False
    return any(one.id == camera for one in grant.cameras)


def _action(command: c.MoveCamera) -> tuple[str, str, dict[str, Any]]:
    """Give what the device is to do: capability, action, values."""
    if command.move == TO_PRESET:
        return "presets", "recall-preset", {"name": command.preset}
    drive = DRIVES.get(command.move)
    return ("pan-tilt-zoom", *(("drive", drive | {"for_s": TURN_S}) if drive else ("stop", {})))
