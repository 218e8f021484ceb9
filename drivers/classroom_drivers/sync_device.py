"""A device for programs and notebooks without async: its loop runs in a thread of its own."""

import asyncio
import concurrent.futures
import contextlib
import functools
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar

from classroom_drivers.actions import actions
from classroom_drivers.api import CAPABILITIES, DeviceState, LinkError
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.journal import Journal

LOOK_S = 0.5  # how often a waiting caller looks whether the thread still lives
METHODS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        action.replace("-", "_"): (capability, action)
        for capability in CAPABILITIES
        for action in actions(capability)
    }
)  # "set_power" -> ("power", "set-power")

Way = Callable[[], AbstractAsyncContextManager[LineDevice[Any]]]
ResultT = TypeVar("ResultT")


class SyncDevice:
    """A connected device; every method waits until it is done, and raises what it raises.

    It has the methods of its capabilities: ``projector.set_power(on=True)``. Any thread may call
    them, also one whose own loop runs, which waits meanwhile. Ctrl-C gives up the command, not
    the device.
    """

    def __init__(self, way: Way, *, wait_s: float) -> None:
        self._way = way
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._ended = asyncio.Event()
        self._problem: BaseException | None = None
        self._device: concurrent.futures.Future[LineDevice[Any]] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._live, name="device", daemon=True)
        self._thread.start()
        try:
            self._device.result()
            self._on_its_loop(lambda device: device.meet(wait_s))
        except BaseException:  # Ctrl-C too: nothing stays behind
            self.close()
            raise

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, in kebab case: ("power", "input-select")."""

        async def look(device: LineDevice[Any]) -> tuple[str, ...]:
            return device.capabilities

        return self._on_its_loop(look)

    @property
    def journal(self) -> Journal:
        """What was written to it and read from it lately, secrets masked."""
        return self._device.result().journal

    def state(self) -> DeviceState:
        """Give what is known at this moment."""

        async def look(device: LineDevice[Any]) -> DeviceState:
            return device.state()

        return self._on_its_loop(look)

    def perform(
        self, capability: str, action: str, arguments: Mapping[str, Any] | None = None
    ) -> None:
        """Do an action by its name: ``perform("power", "set-power", {"on": True})``."""
        self._on_its_loop(lambda device: device.perform(capability, action, arguments))

    def close(self) -> None:
        """Disconnect and wait until that is done; may be called twice.

        Raises:
            Exception: what ended the connection before, where it was a bug.
        """
        with contextlib.suppress(RuntimeError):  # its loop is closed already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        if problem := self._problem:
            self._problem = None
            raise problem

    def __enter__(self) -> Self:
        """Stay connected for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self.close()

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Give a method of one of its capabilities."""
        capability, action = METHODS.get(name, ("", ""))
        if not capability or (self._thread.is_alive() and capability not in self.capabilities):
            raise AttributeError(f"the device has no {name!r}; see its capabilities")

        @functools.wraps(getattr(self._device.result(), name))
        def call(**arguments: object) -> None:
            self.perform(capability, action, arguments)

        return call

    def __dir__(self) -> list[str]:
        can = self.capabilities if self._thread.is_alive() else ()
        return sorted({*super().__dir__(), *(name for name in METHODS if METHODS[name][0] in can)})

    def _on_its_loop(
        self, work: Callable[[LineDevice[Any]], Coroutine[Any, Any, ResultT]]
    ) -> ResultT:
        if threading.current_thread() is self._thread:
            raise RuntimeError("what is called by the device must not wait for the device")
        coroutine = work(self._device.result())
        try:
            running = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError as error:
            coroutine.close()
            raise LinkError("the connection was closed") from error
        try:
            while self._thread.is_alive():
                if concurrent.futures.wait([running], LOOK_S).done:
                    return running.result()
        except concurrent.futures.CancelledError as error:
            raise LinkError("the connection was closed meanwhile") from error
        except BaseException:
            running.cancel()
            raise
        raise LinkError("the connection was closed meanwhile")

    def _live(self) -> None:
        with self._runner:
            self._runner.run(self._stay())

    async def _stay(self) -> None:
        try:
            async with self._way() as device:
                self._device.set_result(device)
                await self._ended.wait()
        except BaseException as error:  # noqa: BLE001 - it comes out in the caller's thread
            if self._device.done():
                self._problem = error
            else:
                self._device.set_exception(error)
