"""A backup every night, into the folder that room.toml names; what goes wrong is a problem.

Where it could not be made it is tried again every hour: a share that was away in the night is there
in the morning.
"""

import asyncio
import errno
import logging
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from classroom_edge.config.models import Config
from classroom_edge.library.backup.seal import BackupError
from classroom_edge.library.backup.writing import Subject, back_up_nightly
from classroom_edge.paths import DataFolder
from classroom_edge.services.problems import Finding
from classroom_edge.store import StoreError
from classroom_edge.words import words

LOOKS_EVERY_S: Final = 60.0
AGAIN_AFTER: Final = timedelta(hours=1)
KNOWN: Final = {  # what the system says of the folder, in words of our own
    errno.ENOENT: "folder-gone",
    errno.ENOTDIR: "folder-gone",
    errno.ENOSPC: "folder-full",
    errno.EDQUOT: "folder-full",
}

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Backups:
    """The backups of a room, made at night; after a night without power, at the next start."""

    room: Path | None  # its room.toml
    config: Config
    folder: DataFolder
    changed: Callable[[], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    problem: str = field(default="", init=False)
    _made: date | None = field(default=None, init=False)
    _not_before: datetime | None = field(default=None, init=False)  # after one that failed

    async def run(self) -> None:
        """Run until cancelled."""
        if self.config.backup is None or self.room is None:
            await asyncio.Event().wait()
        while True:
            await self.look()
            await asyncio.sleep(LOOKS_EVERY_S)

    async def look(self) -> None:
        """Make tonight's, if its time has come and it is not there."""
        wanted, now = self.config.backup, self.clock()
        here = now.astimezone(zoneinfo.ZoneInfo(self.config.room.timezone))
        is_due = wanted is not None and here.time() >= time.fromisoformat(wanted.at)
        if wanted is None or self.room is None or not is_due or self._made == here.date():
            return
        if self._not_before is not None and now < self._not_before:
            return
        of_today = f"classroom-edge-{self.config.room.id}-{here:%Y%m%d}-*.backup"
        try:
            if not any(wanted.folder.glob(of_today)):
                subject = Subject(self.room, self.config, self.folder)
                await asyncio.to_thread(back_up_nightly, subject, now)
            self.problem, self._made, self._not_before = "", here.date(), None
        except (BackupError, StoreError, OSError) as error:
            logger.warning("no backup: %s", error)
            self.problem = said(error, self.config.room.language)
            self._not_before = now + AGAIN_AFTER
        self.changed()

    def findings(self) -> Iterator[Finding]:
        """Tell of a backup that could not be made."""
        if self.problem and self.config.backup:
            folder = self.config.backup.folder
            yield Finding("E-BAK-001", "warning", "", {"folder": folder, "text": self.problem})


def said(error: Exception, language: str) -> str:
    """Put into words why a backup could not be made or used."""
    if isinstance(error, BackupError):
        return words("backup").say(error.code, language, text=error.text)
    known = KNOWN.get(error.errno or 0) if isinstance(error, OSError) else None
    return words("backup").say(known, language) if known else str(error)
