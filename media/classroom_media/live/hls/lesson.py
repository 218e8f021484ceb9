"""A lesson that is given out: its qualities, and those who wait for what comes next."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from classroom_media.live.hls.package import Head, Part
from classroom_media.live.hls.shelf import TARGET_S, Shelf

WAIT_S: Final = 3 * TARGET_S  # for a part that does not come


@dataclass(slots=True, eq=False)
class Lesson:
    """A lesson and its qualities by name, the best first; use it in one event loop."""

    epoch: datetime  # the timeline's 0 by the clock on the wall
    shelves: Mapping[str, Shelf]
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, quality: str, piece: Head | Part) -> None:
        """Add to a quality, and let go on who waits for it.

        Raises:
            OSError: the folder cannot be written.
        """
        async with self._news:
            self.shelves[quality].put(piece)
            self._news.notify_all()

    async def end(self) -> None:
        """Say that nothing follows."""
        async with self._news:
            for shelf in self.shelves.values():
                shelf.end()
            self._news.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether nothing follows."""
        return all(shelf.ended for shelf in self.shelves.values())

    async def wait(self, until: Callable[[], bool]) -> bool:
        """Wait, but not for ever, until something is true; tell whether it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S), self._news:
                await self._news.wait_for(until)
        return until()
