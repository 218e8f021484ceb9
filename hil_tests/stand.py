"""A device of the bench in a test: where it is, and hands that pull its plug.

On a real bench the hands are a person's, who is asked at the terminal; an emulated device has a
plug that can be pulled by calling it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device
from classroom_drivers.companions import companions
from classroom_drivers.connection import Connection
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import Served, serve
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.recording import is_pretended
from hil_tests.bench import GROUPS, Entry, Mains, entries

LOOK_S = 0.02
REAL = entries()
EMULATED = (
    Entry(
        name="emulated-board",
        driver="kmtronic",
        url="",
        capabilities=("relay",),
        allow=GROUPS["all"],
    ),
    Entry(
        name="emulated-projector",
        driver="pjlink",
        url="",
        options=MappingProxyType({"warm_up_s": 1.0, "cool_down_s": 1.0}),
        capabilities=("power", "input-select", "mute", "identity", "health"),
        allow=GROUPS["all"],
        warm_up_s=10.0,
        mains=Mains(device="emulated-board", off_s=0.5),
    ),
    Entry(
        name="emulated-camera",
        driver="visca",
        url="",
        options=MappingProxyType({"framing": "sony", "warm_up_s": 1.0}),
        capabilities=("power", "pan-tilt-zoom", "presets", "focus", "tally", "identity"),
        allow=GROUPS["all"],
    ),
)
BENCH = REAL or EMULATED
IS_REAL = bool(REAL)


class Hands(Protocol):
    """Who does what no program can."""

    async def pull(self, what: str) -> None:
        """Pull it out."""

    async def put_back(self, what: str) -> None:
        """Put it back."""

    async def sees(self, question: str) -> bool:
        """Look at the device and answer."""


class PersonsHands:
    """A person at the terminal."""

    async def pull(self, what: str) -> None:
        """Have it pulled out."""
        await _ask(f"Pull out {what}, then press Enter: ")

    async def put_back(self, what: str) -> None:
        """Have it put back."""
        await _ask(f"Put back {what}, then press Enter: ")

    async def sees(self, question: str) -> bool:
        """Ask what is seen."""
        return (await _ask(f"{question} [y/n] ")).strip().lower().startswith("y")


@dataclass(frozen=True, slots=True)
class EmulatedHands:
    """The plug of an emulated device; nobody is there to see it."""

    served: Served

    async def pull(self, what: str) -> None:
        """Pull the plug."""
        await self.served.unplug()

    async def put_back(self, what: str) -> None:
        """Put the plug in."""
        await self.served.plug()

    async def sees(self, question: str) -> bool:
        """Believe it."""
        return True


@dataclass(frozen=True, slots=True)
class Stand:
    """A device at its place."""

    entry: Entry
    url: str
    hands: Hands
    password: str

    def connect(self, *, url: str = "", at_once: bool = False) -> Connection:
        """Give the way to it; unless `at_once`, the block begins when it has been heard of."""
        return connect(
            self.entry.driver,
            url or self.url,
            password=self.password,
            options=self.entry.options,
            wait_s=0.0 if at_once else self.entry.warm_up_s,
        )

    @property
    def is_emulated(self) -> bool:
        """Whether it is no real device."""
        return not IS_REAL or is_pretended(self.url)


@asynccontextmanager
async def standing(entry: Entry, folder: Path) -> AsyncIterator[Stand]:
    """Have a device at its place for the length of a block; the emulated ones are put there."""
    if IS_REAL:
        yield Stand(entry, entry.url, PersonsHands(), entry.password)
        return
    async with AsyncExitStack() as stack:
        emulator, listen, password = _emulated(entry, folder)
        served = await stack.enter_async_context(serve(emulator, listen))
        query = "?framing=sony" if entry.driver == "visca" else ""
        yield Stand(entry, f"{served.url}{query}", EmulatedHands(served), password)


@asynccontextmanager
async def with_mains(entry: Entry, folder: Path) -> AsyncIterator[tuple[Stand, Stand]]:
    """Have a device at its place, and the relay that cuts its mains."""
    assert entry.mains is not None
    relay_entry = next(one for one in BENCH if one.name == entry.mains.device)
    async with (
        standing(entry, folder) as stand,
        standing(relay_entry, folder) as relay,
        companions() as start,
    ):
        if isinstance(stand.hands, EmulatedHands) and isinstance(relay.hands, EmulatedHands):
            board = relay.hands.served.box.emulator
            assert isinstance(board, KMTronicEmulator)
            board.closed.add(entry.mains.channel)
            start(_cut(stand.hands, board, entry.mains.channel))
        yield stand, relay


def known(*, capability: str = "", transport: str = "", mains: bool = False) -> list[Any]:
    """Give the devices that a test is for, as pytest's parameters."""
    found = [
        entry
        for entry in BENCH
        if (not mains or entry.mains)
        and (not capability or entry.may(capability))
        and (not transport or entry.url.startswith(transport))
    ]
    return [pytest.param(entry, id=entry.name) for entry in found]


async def online(device: Device, within_s: float) -> float:
    """Wait until a device answers; give how long that took."""
    return await _becomes(device, Availability.ONLINE, within_s)


async def lost(device: Device, within_s: float) -> float:
    """Wait until a device is known to be lost; give how long that took."""
    return await _becomes(device, Availability.OFFLINE, within_s)


async def _becomes(device: Device, wanted: Availability, within_s: float) -> float:
    clock = asyncio.get_running_loop().time
    began_s = clock()
    while device.state().availability is not wanted:
        assert clock() - began_s < within_s, f"not {wanted} within {within_s} s"
        await asyncio.sleep(LOOK_S)
    return clock() - began_s


def _emulated(entry: Entry, folder: Path) -> tuple[Emulator, str, str]:
    match entry.driver:
        case "kmtronic":
            return KMTronicEmulator(), f"serial://{folder}/board", ""
        case "pjlink":
            projector = PJLinkEmulator(password="JBMIA", warm_up_s=0.2, cool_down_s=0.2)
            return projector, "tcp://127.0.0.1:0", "JBMIA"
        case _:
            return ViscaEmulator(sony=True, boot_s=0.2), "udp://127.0.0.1:0", ""


async def _cut(hands: EmulatedHands, board: KMTronicEmulator, channel: int) -> None:
    """Be the wire between an emulated relay and an emulated device's mains."""
    is_on = True
    while True:
        if (channel in board.closed) is not is_on:
            is_on = not is_on
            await (hands.put_back("") if is_on else hands.pull(""))
        await asyncio.sleep(LOOK_S)


async def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        pytest.skip("nobody is at the terminal: run it with -s, or leave it out: -m 'not eyes'")
    return await asyncio.to_thread(input, question)
