"""The dead-man's switch of a movement: whoever stops refreshing it, the camera stops."""

import asyncio
from collections.abc import Awaitable, Callable

from classroom_drivers.api import DeviceError

AGAIN_S = 1.0  # after a stop that did not get through


class DeadMan:
    """Calls for a stop when a hold runs out. The loop's clock is its clock."""

    def __init__(self) -> None:
        self._due_s: float | None = None
        self._changed = asyncio.Event()

    def hold(self, for_s: float) -> None:
        """Let the movement go on for so long from now."""
        self._due_s = asyncio.get_running_loop().time() + for_s
        self._changed.set()

    def release(self) -> None:
        """Nothing moves any more."""
        self._due_s = None
        self._changed.set()

    async def run(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Watch until cancelled; `stop` releases when it got through."""
        while True:
            self._changed.clear()
            try:
                async with asyncio.timeout_at(self._due_s):
                    await self._changed.wait()
            except TimeoutError:
                self.hold(AGAIN_S)
                try:
                    await stop()
                except DeviceError:
                    continue  # the line is down; a new link begins with a stop anyway
