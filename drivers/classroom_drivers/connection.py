"""What `connect` gives: a device for the length of a block, ``async with`` or ``with``."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any

from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.sync_device import SyncDevice

SYNC_WAIT_S = 5.0

Way = Callable[[float], AbstractAsyncContextManager[LineDevice[Any]]]


class Connection(AbstractAsyncContextManager[LineDevice[Any]], AbstractContextManager[SyncDevice]):
    """A device that will be connected for a block; nothing happens before that begins.

    ``async with`` gives the device itself, on the loop that runs. ``with`` gives one whose methods
    need no await, on a loop in a thread of its own; `open` gives the same for longer than a block,
    as notebooks want it, until its `close`.
    """

    def __init__(self, way: Way, *, wait_s: float | None) -> None:
        self._way = way
        self._wait_s = wait_s
        self._async_side: AbstractAsyncContextManager[LineDevice[Any]] | None = None
        self._sync_side: SyncDevice | None = None

    async def __aenter__(self) -> LineDevice[Any]:
        """Connect on the loop that runs."""
        self._async_side = self._way(self._wait_s or 0.0)
        return await self._async_side.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect; an error of the block comes out as it is."""
        if self._async_side:
            await self._async_side.__aexit__(kind, error, trace)

    def open(self) -> SyncDevice:
        """Connect on a loop in a thread of its own, until the device's `close` is called.

        Raises:
            UnsupportedError: no such driver or transport, or an option does not fit.
        """
        wait_s = SYNC_WAIT_S if self._wait_s is None else self._wait_s
        return SyncDevice(lambda: self._way(0.0), wait_s=wait_s)

    def __enter__(self) -> SyncDevice:
        """Connect on a loop in a thread of its own."""
        self._sync_side = self.open()
        return self._sync_side

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect; an error of the block comes out as it is."""
        if self._sync_side:
            self._sync_side.close()
