"""The disk under the recordings: what is free, and for how long that will do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from classroom_edge.room import StorageView

LOOKS_EVERY_S: Final = 5.0
STEP_BYTES: Final = 10_000_000  # what changes less is not worth telling
KEPT_BYTES: Final = 100_000_000  # the last of the disk is not counted on
RATE_AFTER_S: Final = 10.0  # a rate is known only after so many seconds


@dataclass(kw_only=True)
class StorageService:
    """Looks at the disk from time to time. `written` gives the running recording's (s, bytes)."""

    folder: Path
    written: Callable[[], tuple[float, int]]
    changed: Callable[[], None]
    view: StorageView = field(default=StorageView(0, None), init=False)
    _rate: float = field(default=0.0, init=False)  # bytes a second

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOKS_EVERY_S)

    def look(self) -> None:
        """Look now."""
        free = psutil.disk_usage(str(self.folder)).free
        seconds, size = self.written()
        if seconds > RATE_AFTER_S:
            self._rate = size / seconds
        left_s = round(max(0, free - KEPT_BYTES) / self._rate, -1) if self._rate else None
        view = StorageView(free // STEP_BYTES * STEP_BYTES, left_s)
        if view != self.view:
            self.view = view
            self.changed()
