"""What the caretaker sees of a running daemon's room, and may do in it."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from classroom_edge.config.models import Config
from classroom_edge.room import BroadcastView, RecordingState, ScreenView, Who
from classroom_edge.services.refusals import refused
from classroom_media.record.journal import boot_id
from classroom_schedules.runner.care import Business

SHUTDOWN_WITHIN_S: Final = 30.0
PLAYS: Final = frozenset({"opening", "playing"})

logger = logging.getLogger(__name__)


class Recording(Protocol):
    """Whether anything is recorded."""

    @property
    def state(self) -> RecordingState:
        """Where the recording stands."""


class Finishing(Protocol):
    """What is finished after the bell."""

    @property
    def name(self) -> str:
        """The recording that is being finished, or nothing."""


class Screens(Protocol):
    """The room's screens."""

    @property
    def views(self) -> tuple[ScreenView, ...]:
        """What is played on each."""


class Outlets(Protocol):
    """What leaves the room."""

    @property
    def broadcast_view(self) -> BroadcastView | None:
        """What is broadcast."""

    @property
    def screens(self) -> Screens:
        """What the room's screens play."""


class Loudness(Protocol):
    """For how long sounds have been silent."""

    def silent_for_s(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long nothing was heard of a sound, counted from `since_s` at most."""


class StillFor(Protocol):
    """For how long nothing has moved in pictures."""

    def __call__(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long nothing moved in a picture, counted from `since_s` at most."""


@dataclass(kw_only=True)
class RoomAround:
    """Implements `Surroundings`. `speed` is that of the timetable's clock."""

    config: Config
    routines: Callable[[Who, str], None]  # raises Refused
    recording: Recording
    finishing: Finishing
    outlets: Outlets
    loudness: Loudness
    still_for_s: StillFor
    in_session: Callable[[], bool]
    delivering: Callable[[], bool]
    speed: float = 1.0
    boot: str = field(default_factory=boot_id)
    began_s: float = field(default_factory=time.monotonic)  # monotonic

    def up(self) -> timedelta:
        """Tell for how long the machine has been on."""
        clock = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC
        return timedelta(seconds=time.clock_gettime(clock) * self.speed)

    def business(self) -> frozenset[Business]:
        """Tell what the room is at."""
        return frozenset(self._business())

    def _business(self) -> Iterator[Business]:
        on_air, screens = self.outlets.broadcast_view, self.outlets.screens.views
        if self.recording.state is not RecordingState.IDLE:
            yield Business.RECORDING
        if self.in_session() or (on_air is not None and on_air.state != "off"):
            yield Business.LIVE
        if any(screen.state in PLAYS for screen in screens):
            yield Business.PLAYING
        if self.finishing.name:
            yield Business.FINISHING
        if self.delivering():
            yield Business.DELIVERING

    def quiet_for(self) -> timedelta | None:
        """Tell for how long nobody has been heard or seen; None: not since the daemon began.

        Pupils who write are silent; something of them moves in the picture of a camera.
        """
        now_s, since_s = time.monotonic(), self.began_s
        silent_s = [
            self.loudness.silent_for_s(one.id, now_s, since_s=since_s)
            for one in self.config.sources
            if one.sound
        ]
        still_s = [self.still_for_s(one, now_s, since_s=since_s) for one in self.config.pictures]
        least_s = min([*silent_s, *still_s], default=now_s - since_s)
        if least_s >= now_s - since_s:
            return None
        return timedelta(seconds=least_s * self.speed)

    async def routine(self, who: Who, name: str) -> None:
        """Have a routine run. Raises Refused."""
        self.routines(who, name)

    async def shut_down(self, who: Who) -> None:
        """Shut the machine down by the command of room.toml. Raises Refused: it failed."""
        command = self.config.unattended.shutdown_command if self.config.unattended else ()
        logger.warning("the machine is shut down: %s (%s)", " ".join(command), who.why)
        try:
            async with asyncio.timeout(SHUTDOWN_WITHIN_S):
                process = await asyncio.create_subprocess_exec(
                    *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
                )
                _out, said = await process.communicate()
        except (OSError, TimeoutError) as error:
            raise refused("shutdown", text=str(error) or "time-out") from error
        if process.returncode:
            raise refused("shutdown", text=said.decode("utf-8", "replace").strip()[:200])
