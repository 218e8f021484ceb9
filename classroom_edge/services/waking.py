"""In a room that nobody attends, switches on the cameras that a recording finds in standby.

Once a camera was on, who puts it to sleep means it: the routine at the end of class, say. In a
studio somebody is asked to wake it (E-SRC-002).
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_drivers.api import DeviceError
from classroom_edge.room import RecordingState, RoomState
from classroom_edge.services.devices import DeviceService

AGAIN_S: Final = 30.0  # a camera takes so long to wake

logger = logging.getLogger(__name__)


def cameras(state: RoomState, power: str) -> set[str]:
    """Name the cameras of the room's sources that tell this state of their power."""
    pointing = {source.camera for source in state.sources}
    told = {one.id: one.values["power"].value for one in state.devices if "power" in one.values}
    return {id_ for id_, value in told.items() if value == power and id_ in pointing}


@dataclass(kw_only=True)
class WakingService:
    """Wakes them; one that does not wake is asked again, as long as it is recorded."""

    devices: Mapping[str, DeviceService]
    clock: Callable[[], float] = time.monotonic
    _recording: str = field(default="", init=False)
    _woken: set[str] = field(default_factory=set, init=False)  # they were on while it went on
    _asked_s: dict[str, float] = field(default_factory=dict, init=False)
    _asleep: asyncio.Queue[str] = field(default_factory=asyncio.Queue, init=False)

    def look(self, state: RoomState) -> tuple[str, ...]:
        """Look at the room; name the cameras that `run` then switches on."""
        if state.recording.state is not RecordingState.RECORDING:
            return ()
        if state.recording.id != self._recording:
            self._recording, self._woken, self._asked_s = state.recording.id, set(), {}
        self._woken |= cameras(state, "on")
        now_s = self.clock()
        due = tuple(
            device
            for device in sorted(cameras(state, "off") - self._woken)
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
