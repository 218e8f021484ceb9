"""One bench per driver: an emulated device at the end of an imaginary wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from classroom_drivers.api import Availability, Transport
from classroom_drivers.companions import companions
from classroom_drivers.devices.ifp import InteractivePanel
from classroom_drivers.devices.kmtronic import KMTronicRelay
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.devices.pjlink import PJLinkProjector
from classroom_drivers.devices.visca import ViscaCamera
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.ifp import PanelEmulator
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.emulators.visca import ViscaEmulator

BYTE_S_AT_9600 = 10 / 9600
NAMES = ("pjlink", "pjlink-password", "visca", "visca-serial", "visca-sony", "ifp", "kmtronic")


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
    """Build a bench by name; nothing runs yet."""
    made = emulator or _EMULATORS[name]()
    box = Box(made)
    wire = MemoryTransport(box, byte_s=BYTE_S_AT_9600 if name in _SERIAL else 0.0)
    return Bench(_DEVICES[name](wire, **options), made, box, wire)


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """Connect the device for the length of the block."""
    async with companions() as start:
        start(bench.device.run())
        yield bench


def _projector(wire: Transport, **options: Any) -> LineDevice[Any]:
    return PJLinkProjector(wire, password="secret", **options)


def _sony(wire: Transport, **options: Any) -> LineDevice[Any]:
    return ViscaCamera(wire, framing="sony", **options)


_SERIAL = {"visca-serial", "ifp", "kmtronic"}
_EMULATORS: dict[str, Any] = {
    "pjlink": PJLinkEmulator,
    "pjlink-password": lambda: PJLinkEmulator(password="secret"),
    "visca": ViscaEmulator,
    "visca-serial": ViscaEmulator,
    "visca-sony": lambda: ViscaEmulator(sony=True),
    "ifp": PanelEmulator,
    "kmtronic": KMTronicEmulator,
}
_DEVICES: dict[str, Any] = {
    "pjlink": PJLinkProjector,
    "pjlink-password": _projector,
    "visca": ViscaCamera,
    "visca-serial": ViscaCamera,
    "visca-sony": _sony,
    "ifp": InteractivePanel,
    "kmtronic": KMTronicRelay,
}
