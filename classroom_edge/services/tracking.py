"""A camera that follows whoever moves in its picture, and yields to everybody who works it.

By what is seen: the director's process tells where somebody moves, `pursuit` how fast to turn.
Every drive ends by itself within `DRIVE_S`, whatever becomes of us. A camera that can follow by
itself is switched to that instead, where room.toml says so.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from classroom_drivers.api import Device, DeviceError, PanTiltZoom, Presets, Tracking
from classroom_edge.config.models import TrackingConfig
from classroom_edge.room import TrackingView, Who
from classroom_edge.services.pursuit import GEARS, Pursuit, Sight, Taste
from classroom_media.api import NS
from classroom_media.messages import Whereabouts

DRIVE_S: Final = 0.8  # pictures come five times a second; without them the camera stops
ARRIVES_S: Final = 3.0  # at a preset
MOVES: Final = frozenset({"pan-tilt-zoom", "presets", "tracking", "power"})  # capabilities
MOVEMENTS: Final = frozenset({"drive", "stop", "move-to", "move-by", "home", "recall-preset"})

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class TrackingService:
    """The camera of one source, following."""

    source: str
    config: TrackingConfig
    device: Callable[[], Device | None]
    preset: Callable[[str], int]  # its number
    changed: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    on: bool = field(init=False)
    _pursuit: Pursuit = field(init=False)
    _yields_until_s: float = field(default=0.0, init=False)
    _driving: bool = field(default=False, init=False)  # the camera was told to turn, by us
    _follows_itself: bool | None = field(default=None, init=False)  # as it was told, by us
    _recalled: bool = field(default=True, init=False)  # nobody was noticed since, or ever
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.on = self.config.on
        taste = Taste(
            fastest=self.config.fastest_percent / 100, lost_after_s=self.config.lost_after_s
        )
        self._pursuit = Pursuit(taste)

    async def run(self) -> None:
        """Run until cancelled; a camera that was told to turn stops by itself."""
        step = self._drive if self.config.by == "picture" else self._let_it_follow
        while True:
            with suppress(DeviceError):  # it is away, or in standby: the device's own problem
                await step()
            self._news.clear()
            left_s = self._yields_until_s - self.clock()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s if left_s > 0 else None):
                    await self._news.wait()

    def spotted(self, where: Whereabouts) -> None:
        """Take where somebody moves."""
        sight = Sight(where.at_ns / NS, where.x, where.sure, where.turned_x, where.turning)
        self._pursuit.see(sight)
        if where.sure > 0:
            self._recalled = False
        self._news.set()

    def intervened(self, capability: str, action: str) -> None:
        """Yield to somebody who works the camera: at once, and for a while."""
        if capability not in MOVES:
            return
        self._yields_until_s = self.clock() + self.config.yields_s
        self._pursuit.tell(self.clock(), 0)
        if action in MOVEMENTS:
            self._driving = False  # theirs takes the place of ours
        self._news.set()
        self.changed()

    def switch(self, who: Who, *, on: bool) -> None:
        """Follow or do not; switched on again, it yields to nobody any more."""
        logger.info("%s: tracking %s for %s", self.source, "on" if on else "off", who.name)
        self.on, self._yields_until_s = on, 0.0
        self._follows_itself = None
        self._news.set()
        self.changed()

    def view(self) -> TrackingView:
        """Show how it stands."""
        now_s = self.clock()
        left_s = self._yields_until_s - now_s
        if not self.on:
            return TrackingView("off")
        if left_s > 0:
            until = datetime.now(UTC) + timedelta(seconds=left_s + 0.5)
            return TrackingView("yielding", until.replace(microsecond=0))
        followed = self.config.by == "camera" or not self._pursuit.is_lost(now_s)
        return TrackingView("following" if followed else "searching")

    @property
    def _may_move(self) -> bool:
        return self.on and self.clock() >= self._yields_until_s

    async def _drive(self) -> None:
        device = self.device()
        if not isinstance(device, PanTiltZoom):
            return
        now_s = self.clock()
        gear = self._pursuit.choose(now_s) if self._may_move else 0
        self._pursuit.tell(now_s, gear)
        if gear:
            self._driving = True
            share = math.copysign(GEARS[abs(gear) - 1], gear)
            await device.drive(pan=share, for_s=DRIVE_S)
        elif self._driving:
            self._driving = False
            await device.stop()
        elif self._may_move and not self._recalled and self._pursuit.is_lost(now_s):
            await self._go_back(device)

    async def _go_back(self, device: Device) -> None:
        """Point where somebody will be seen again, once."""
        self._recalled = True
        if self.config.lost_preset and isinstance(device, Presets):
            await device.recall_preset(number=self.preset(self.config.lost_preset))
            await asyncio.sleep(ARRIVES_S)

    async def _let_it_follow(self) -> None:
        device, wanted = self.device(), self._may_move
        if isinstance(device, Tracking) and wanted != self._follows_itself:
            await device.set_tracking(on=wanted)
            self._follows_itself = wanted
