"""The disk under the recordings: what is free, for how long that will do, and when to warn.

Of what the timetable has recorded in the coming days the keeping of recordings tells the `outlook`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from classroom_edge.library.keeping.outlook import Outlook
from classroom_edge.room import StorageView

LOOKS_EVERY_S: Final = 5.0
STEP_BYTES: Final = 10_000_000  # what changes less is not worth telling
KEPT_BYTES: Final = 100_000_000  # the last of the disk is not counted on
RATE_AFTER_S: Final = 10.0  # a rate is known only after so many seconds
DAY, HOURS = "day", "hours"  # how little is left
GONE: Final = "gone"  # the folder is not there, or nothing can be told of its disk
ALARMS: Final = {HOURS: 2 * 3600.0, DAY: 24 * 3600.0}  # seconds of recording, the worst first
RELIEF: Final = 1.1  # an alarm ends when there is so much more than what set it off


@dataclass(kw_only=True)
class StorageService:
    """Looks at the disk from time to time.

    `written` gives the running recording's (seconds, bytes); `usual` gives the bytes a second
    of an earlier one, 0 = there is none, for as long as nothing is recorded.
    """

    folder: Path
    written: Callable[[], tuple[float, int]]
    changed: Callable[[], None]
    usual: Callable[[], float] = lambda: 0.0
    outlook: Callable[[], Outlook] = Outlook
    view: StorageView = field(default=StorageView(0, None), init=False)
    _rate: float = field(default=0.0, init=False)  # bytes a second

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOKS_EVERY_S)

    def look(self) -> None:
        """Look now."""
        view = self._seen()
        if view != self.view:
            self.view = view
            self.changed()

    def _seen(self) -> StorageView:
        try:
            free = psutil.disk_usage(str(self.folder)).free
        except OSError:
            return StorageView(0, None, GONE)
        seconds, size = self.written()
        if seconds > RATE_AFTER_S:
            self._rate = size / seconds
        rate = self.rate()
        outlook = self.outlook()
        room = max(0, free - KEPT_BYTES) + outlook.spare_bytes
        left_s = round(room / rate, -1) if rate else None
        return StorageView(
            free_bytes=free // STEP_BYTES * STEP_BYTES,
            seconds_left=left_s,
            alarm=alarm_after(self.view.alarm, left_s),
            full_at=outlook.full_at,
            spare_bytes=outlook.spare_bytes // STEP_BYTES * STEP_BYTES,
            undelivered=outlook.waiting + outlook.withheld,
        )

    def rate(self) -> float:
        """Give the bytes of a second of recording: as it goes now, else as it went; 0 = unknown."""
        return self._rate or self.usual()


def alarm_after(before: str, left_s: float | None) -> str:
    """Give the alarm for what is left, if any; one that was given is kept until there is relief."""
    if left_s is None:
        return ""
    for alarm, limit_s in ALARMS.items():
        if left_s < limit_s * (RELIEF if alarm == before else 1):
            return alarm
    return ""
