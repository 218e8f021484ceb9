"""Keeps every recording light of the room at the truth, however often one goes away and returns."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from classroom_drivers.api import DeviceError
from classroom_edge.config.models import LightConfig
from classroom_edge.light.sign import Sign
from classroom_edge.services.backoff import Backoff
from classroom_edge.services.devices import DeviceService

LOOKS_EVERY_S: Final = 0.25
COMMAND_S: Final = 2.0
OUT_WITHIN_S: Final = 2.0
OVERLAY: Final = "classroom_edge.light.overlay"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp behind a device, and the value that tells whether it is on."""

    device: DeviceService
    capability: str  # "relay" | "tally"
    value: str
    channel: int = 0

    async def follow(self, *, on: bool) -> None:
        """Switch the lamp, unless it is so already or its device is away."""
        state = self.device.state
        if state is None or not self.device.is_online:
            return
        shown = state.values.get(self.value)
        if shown is not None and shown.value is on:
            return
        arguments = {"on": on} | ({"channel": self.channel} if self.channel else {})
        with suppress(DeviceError, TimeoutError):
            async with asyncio.timeout(COMMAND_S):
                await self.device.perform(self.capability, f"set-{self.capability}", arguments)


@dataclass(kw_only=True)
class LightService:
    """The lamp at a relay, the lamps of cameras, and the sign on the room's screen.

    `truth` gives "recording" while the programme reaches the disk, "paused", or nothing.
    """

    config: LightConfig
    language: str
    devices: Mapping[str, DeviceService]
    log: Path
    truth: Callable[[], str]
    code: str = ""  # a pairing code to be shown
    _lamps: tuple[Lamp, ...] = field(init=False)

    def __post_init__(self) -> None:
        relay = self.config.relay
        channel = self.config.channel
        relays = (Lamp(self.devices[relay], "relay", f"relay-{channel}", channel),) if relay else ()
        tallies = (Lamp(self.devices[id_], "tally", "tally") for id_ in self.config.tally)
        self._lamps = (*relays, *tallies)

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for lamp in self._lamps:
                tasks.create_task(self._keep(lamp))
            if self.config.display:
                tasks.create_task(self._keep_overlay())
            await asyncio.Event().wait()  # a room may have no light at all

    async def put_out(self) -> None:
        """Put every lamp out; the overlay goes with us."""
        with suppress(TimeoutError):
            async with asyncio.timeout(OUT_WITHIN_S), asyncio.TaskGroup() as tasks:
                for lamp in self._lamps:
                    tasks.create_task(lamp.follow(on=False))

    async def _keep(self, lamp: Lamp) -> None:
        while True:
            await lamp.follow(on=self.truth() == "recording")
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _keep_overlay(self) -> None:
        backoff, loop = Backoff(), asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            status = await self._overlay()
            now_s = loop.time()
            delay_s = backoff.delay_s(ran_s=now_s - started_s, now_s=now_s)
            logger.warning("overlay on %s ended (%s)", self.config.display, status)
            await asyncio.sleep(delay_s)

    async def _overlay(self) -> int | None:
        with (self.log / "overlay.log").open("ab") as errors:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", OVERLAY, self.config.display),
                stdin=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        shown: Sign | None = None
        try:
            while child.returncode is None and child.stdin is not None:
                sign = Sign(show=self.truth(), code=self.code, language=self.language)
                if sign != shown:
                    child.stdin.write(msgspec.json.encode(sign) + b"\n")
                    await child.stdin.drain()
                    shown = sign
                await asyncio.sleep(LOOKS_EVERY_S)
        except ConnectionError:
            pass  # it has just ended
        finally:
            if child.returncode is None:
                child.kill()
        return await child.wait()
