"""Keeps what stands in the database alone: a copy every day, and what is damaged is replaced by it.

The catalogue needs none of this: it comes from the folders. A PostgreSQL server is looked after by
whoever runs it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from classroom_edge.services.problems import Finding
from classroom_edge.store import Place, Server, StoreError
from classroom_edge.store.mending import Mended, keep_copy, mend

LOOKS_EVERY_S: Final = 3600.0

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Preserving:
    """The database file of a room."""

    place: Place
    zone: ZoneInfo
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    mended: Mended | None = field(default=None, init=False)

    def recover(self) -> None:
        """See whether the file is sound, before anybody opens it; blocks for a moment."""
        if not isinstance(self.place, Server):
            try:
                self.mended = mend(self.place, now=self.clock) or self.mended
            except StoreError as error:
                logger.warning("the database cannot be mended: %s", error)

    async def run(self) -> None:
        """Keep a copy until cancelled."""
        if isinstance(self.place, Server):
            await asyncio.Event().wait()
            return
        while True:
            try:
                await asyncio.to_thread(keep_copy, self.place)
            except StoreError as error:
                logger.warning("no copy of the database: %s", error)
            await asyncio.sleep(LOOKS_EVERY_S)

    def findings(self) -> Iterator[Finding]:
        """Tell what was lost with a damaged file, for as long as this daemon runs."""
        if self.mended is None:
            return
        at = self.mended.copied_at
        code = "E-LIB-002" if at else "E-LIB-001"
        yield Finding(
            code,
            "error",
            values={
                "at": f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else "",
                "file": self.mended.aside.name if self.mended.aside else "-",
            },
        )
