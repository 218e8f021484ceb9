"""Switches on what is needed and found in standby: cameras that are recorded, screens in use.

Cameras only where nobody attends; in a studio somebody is asked to wake them (E-SRC-002). Once a
thing was on, who puts it to sleep means it, until it is needed for something else: the routine at
the end of class, say.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_drivers.api import DeviceError
from classroom_edge.room import RecordingState, RoomState, ScreenView
from classroom_edge.services.devices import DeviceService

AGAIN_S: Final = 30.0  # a camera takes so long to wake, and a projector's lamp
PLAYS: Final = frozenset({"opening", "playing"})

logger = logging.getLogger(__name__)


def needed(state: RoomState, *, attended: bool) -> dict[str, str]:
    """Tell which devices are needed now, each with what for."""
    used = {one.device: _seen_on(one, state) for one in state.screens if one.device}
    found = {device: what for device, what in used.items() if what}
    if not attended and state.recording.state is RecordingState.RECORDING:
        what = f"recording {state.recording.id}"
        found |= {one.camera: what for one in state.sources if one.camera}
    return found


def _seen_on(screen: ScreenView, state: RoomState) -> str:
    """Tell what is seen on a screen; "" = nothing that began by itself or by somebody's hand."""
    if screen.state in PLAYS:
        return screen.title
    return f"session {state.live.session}" if state.live else ""


@dataclass(kw_only=True)
class WakingService:
    """Wakes them; one that does not wake is asked again, as long as it is needed."""

    devices: Mapping[str, DeviceService]
    attended: bool
    clock: Callable[[], float] = time.monotonic
    _needed: dict[str, str] = field(default_factory=dict, init=False)
    _woken: set[str] = field(default_factory=set, init=False)  # they were on while needed
    _asked_s: dict[str, float] = field(default_factory=dict, init=False)
    _asleep: asyncio.Queue[str] = field(default_factory=asyncio.Queue, init=False)

    def look(self, state: RoomState) -> tuple[str, ...]:
        """Look at the room; name the devices that `run` then switches on."""
        now = needed(state, attended=self.attended)
        for device in [one for one, what in now.items() if self._needed.get(one) != what]:
            self._woken.discard(device)
            self._asked_s.pop(device, None)
        self._needed |= now  # what was needed a moment ago, and is again, is the same need
        told = {one.id: one.values["power"].value for one in state.devices if "power" in one.values}
        self._woken |= {device for device in now if told.get(device) == "on"}
        asleep = {device for device in now if told.get(device) == "off"} - self._woken
        now_s = self.clock()
        due = tuple(
            device
            for device in sorted(asleep)
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
            logger.info("%s is in standby while it is needed: switched on", device)
            try:
                await self.devices[device].perform("power", "set-power", {"on": True})
            except DeviceError as error:
                logger.warning("%s cannot be switched on: %s", device, error)
