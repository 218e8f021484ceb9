"""A rig set up: an emulated device at the end of an imaginary wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from classroom_drivers import emulated, registry
from classroom_drivers.api import Availability
from classroom_drivers.companions import companions
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.session import Emulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig, collect

RIGS = collect()
NAMES = tuple(RIGS)
ANSWERING = tuple(name for name, rig in RIGS.items() if rig.answers)
__all__ = ["ANSWERING", "BYTE_S_AT_9600", "NAMES", "RIGS", "Bench", "Rig", "make", "running"]


@dataclass(frozen=True, slots=True)
class Bench:
    """A device under test, and the hands that reach behind it."""

    device: Any
    emulator: Any
    box: Box
    wire: MemoryTransport

    @property
    def availability(self) -> Availability:
        found: Availability = self.device.state().availability
        return found

    @property
    def online(self) -> bool:
        return self.availability is Availability.ONLINE


def make(name: str, emulator: Emulator | None = None, **options: Any) -> Bench:
    """Build a bench by the name of its rig; nothing runs yet."""
    rig = RIGS[name]
    made = emulator or emulated.make(rig.driver, model=rig.model, password=rig.password)
    box = Box(made)
    wire = MemoryTransport(box, byte_s=rig.byte_s)
    given = {**rig.options, **options}
    password = given.pop("password", rig.password)
    device = registry.build(rig.driver, wire, password=password, options=given)
    return Bench(device, made, box, wire)


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """Connect the device for the length of the block."""
    async with companions() as start:
        start(bench.device.run())
        yield bench
