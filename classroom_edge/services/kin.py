"""The processes around the daemon: its keeper, and in a demo the simulated room."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psutil

from classroom_edge.keeper import KEEPER
from classroom_edge.room import ProcessView

LOOKS_EVERY_S: Final = 10.0
SIMULATED_ROOM: Final = "classroom_edge.demo."  # what its command line names


@dataclass(kw_only=True)
class KinService:
    """Looks from time to time who is there."""

    changed: Callable[[], None]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    views: tuple[ProcessView, ...] = field(default=(), init=False)

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOKS_EVERY_S)

    def look(self) -> None:
        """Look now."""
        views = [ProcessView("daemon", "daemon", os.getpid(), "running")]
        if self.environ.get(KEEPER) == str(os.getppid()):
            views.insert(0, ProcessView("keeper", "keeper", os.getppid(), "running"))
            with suppress(psutil.Error):
                views += map(_room, filter(_is_room, psutil.Process(os.getppid()).children()))
        if tuple(views) != self.views:
            self.views = tuple(views)
            self.changed()


def _is_room(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any(word.startswith(SIMULATED_ROOM) for word in process.cmdline())
    return False


def _room(process: psutil.Process) -> ProcessView:
    return ProcessView("simulated-room", "simulated-room", process.pid, "running")
