"""In a room that nobody attends, switches on the cameras that a recording finds in standby.

In a studio somebody is asked to (E-SRC-002): who put a camera to sleep may have meant it.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_drivers.api import DeviceError
from classroom_edge.room import RecordingState, RoomState
from classroom_edge.services.devices import DeviceService

AGAIN_S: Final = 30.0  # a camera takes so long to wake

logger = logging.getLogger(__name__)


def asleep(state: RoomState) -> Iterator[str]:
    """Name the cameras that a recording needs and that are switched off."""
    cameras = {source.camera for source in state.sources}
    if state.recording.state is RecordingState.RECORDING:
        for device in state.devices:
            power = device.values.get("power")
            if device.id in cameras and power is not None and power.value == "off":
                yield device.id


@dataclass(kw_only=True)
class WakingService:
    """Wakes them; one that does not wake is asked again, as long as it is recorded."""

    devices: Mapping[str, DeviceService]
    clock: Callable[[], float] = time.monotonic
    _asked_s: dict[str, float] = field(default_factory=dict, init=False)
    _asleep: asyncio.Queue[str] = field(default_factory=asyncio.Queue, init=False)

    def look(self, state: RoomState) -> tuple[str, ...]:
        """Look at the room; name the cameras that `run` then switches on."""
        now_s = self.clock()
        due = tuple(
            device
            for device in asleep(state)
            if now_s - self._asked_s.get(device, -math.inf) >= AGAIN_S
        )
        for device in due:
            self._asked_s[device] = now_s
            self._asleep.put_nowait(device)
        return due

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            device = await self._asleep.get()
            logger.info("%s is in standby while the room is recorded: switched on", device)
            try:
                await self.devices[device].perform("power", "set-power", {"on": True})
            except DeviceError as error:
                logger.warning("%s cannot be switched on: %s", device, error)
