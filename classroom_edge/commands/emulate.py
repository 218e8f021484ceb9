"""`classroom-edge emulate`: pretends to be a device until told to end."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from classroom_drivers.api import UnsupportedError
from classroom_drivers.code_sheet.lint import lint
from classroom_drivers.emulated import make, models_of
from classroom_drivers.emulators.faults import Faults, faults_of
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.links.address import parse
from classroom_drivers.registry import prepare
from classroom_edge.commands.emulate_opencast import emulate_opencast

GOOD, FAILED, WRONG_USE = 0, 1, 2
OPENCAST: Final = "opencast"  # in place of a driver


def emulate(
    driver: str,
    listen: str,
    password: str = "",
    model: str = "",
    faults: tuple[str, ...] = (),
    *,
    sheet: str = "",
    language: str = "en",
) -> int:
    """Serve an emulated device; give the exit status. Prints ``ready URL`` once it can be reached.

    The driver ``opencast`` is no device: it is a pretend Opencast, for deliveries and the agent.
    `faults` are spelled KIND=VALUE: split, delay_s, drop, garble, silent_after_s, hang_up_after,
    slow_bps; a bare split is split=1. `sheet` is the code sheet of a device of driver
    ``code-sheet``. What the URL says after ``?`` is what a driver would be told:
    ``udp://127.0.0.1:52381?framing=sony``.
    """
    if driver == OPENCAST:
        return emulate_opencast(listen, password)
    if wrong := [mistake for mistake in (lint(sheet) if sheet else ()) if not mistake.advice]:
        sys.stderr.writelines(f"{sheet}: {mistake.tell(language)}\n" for mistake in wrong)
        return WRONG_USE
    try:
        chosen = model or _model_by(driver, listen)
        emulator = make(driver, model=chosen, password=password, sheet=sheet)
        asyncio.run(_serve(emulator, listen, spelled(faults)))
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except OSError as error:
        sys.stderr.write(f"{listen}: {error.strerror or error}\n")
        return FAILED
    except KeyboardInterrupt:  # where the loop takes no signal handlers
        return GOOD
    return GOOD


async def _serve(emulator: Emulator, listen: str, faults: Faults) -> None:
    ended = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with (
        serve(emulator, listen, faults) as served,
        _found_by_search(emulator, served.url),
    ):
        sys.stdout.write(f"ready {served.url}\n")
        sys.stdout.flush()
        await ended.wait()


@asynccontextmanager
async def _found_by_search(emulator: Emulator, url: str) -> AsyncIterator[None]:
    """Let who searches the network find it, if its kind can be found and nobody else is there."""
    beacon = getattr(emulator, "beacon", None)
    answering = beacon(url) if beacon and parse(url).host else None
    async with AsyncExitStack() as stack:
        if answering is not None:
            try:
                await stack.enter_async_context(serve(*answering))
            except OSError as error:
                sys.stderr.write(f"not found by search: {error.strerror or error}\n")
        yield


def _model_by(driver: str, listen: str) -> str:
    """Choose the model that goes with what a driver is told; "" is whichever comes first."""
    told = parse(listen).query
    if told:
        prepare(driver, listen)  # refuses what no driver would understand
    return next((word for word in told.values() if word in models_of(driver)), "")


def spelled(faults: Iterable[str]) -> Faults:
    """Read ``split`` and ``delay_s=0.5``.

    Raises:
        UnsupportedError: one is no fault, or is not spelled so.
    """
    return faults_of(dict(map(_pair, faults)))


def _pair(fault: str) -> tuple[str, str]:
    name, equals, value = fault.partition("=")
    if name == "split" and not equals:
        return name, "1"
    if not equals:
        raise UnsupportedError(f"{fault!r} is not spelled KIND=VALUE")
    return name, value
