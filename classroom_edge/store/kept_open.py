"""A store that is kept open for as long as a room is: through the absence of its server, too."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session as Work

from classroom_edge.store.database import Store, StoreError

LOOKS_EVERY_S: Final = 5.0

Run = Callable[[], Coroutine[Any, Any, None]]

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class KeptOpen:
    """Opens a store, sees whether it answers, and lets what needs it wait while it does not."""

    store: Store
    changed: Callable[[], None] = lambda: None
    looks_every_s: float = LOOKS_EVERY_S
    is_away: bool = field(default=False, init=False)
    tried: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _usable: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self) -> None:
        """Keep it open until cancelled."""
        while True:
            try:
                async with self.store:
                    while True:
                        await self.answers()
                        await asyncio.sleep(self.looks_every_s)
            except StoreError as error:
                self._found(error)
            finally:
                self._usable.clear()
            await asyncio.sleep(self.looks_every_s)

    async def answers(self) -> bool:
        """Tell whether it can be used now."""
        try:
            await self.store.run(_ask)
        except StoreError as error:
            self._found(error)
            return False
        self._found(None)
        return True

    def when_usable(self, run: Run) -> Run:
        """Have something run while the store can be used; begun again after it could not be."""

        async def begin() -> None:
            while True:
                await self._usable.wait()
                try:
                    await run()
                except StoreError:
                    if await self.answers():
                        raise
                else:
                    return

        return begin

    def _found(self, error: StoreError | None) -> None:
        was_away, self.is_away = self.is_away, error is not None
        if error is None:
            self._usable.set()
        else:
            self._usable.clear()
        if was_away != self.is_away:
            logger.warning("the database %s", f"is away: {error}" if error else "answers again")
            self.changed()
        self.tried.set()


def _ask(db: Work) -> None:
    db.execute(select(1))
