"""Which device is emulated for which driver, and in which models."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from classroom_drivers.api import UnsupportedError
from classroom_drivers.emulators.ifp import PanelEmulator
from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.emulators.visca import ViscaEmulator

# driver -> model -> how it is made; the first model is what one gets without asking
MODELS: Mapping[str, Mapping[str, Callable[[], Emulator]]] = MappingProxyType(
    {
        "pjlink": {"projector": PJLinkEmulator},
        "visca": {"bare": ViscaEmulator, "sony": lambda: ViscaEmulator(sony=True)},
        "ifp": {"aabbcc": PanelEmulator, "deaf": lambda: PanelEmulator(deaf=True)},
        "kmtronic": {"one": KMTronicEmulator, "two": lambda: KMTronicEmulator(channels=2)},
    }
)


def make(driver: str, *, model: str = "", password: str = "") -> Emulator:
    """Make an emulated device.

    Raises:
        UnsupportedError: there is none for this driver, no such model, or it has no password.
    """
    if driver not in MODELS:
        raise UnsupportedError(f"no emulator for {driver!r}; there are {', '.join(MODELS)}")
    models = MODELS[driver]
    name = model or next(iter(models))
    if name not in models:
        raise UnsupportedError(f"{driver}: no model {name!r}; there are {', '.join(models)}")
    emulator = models[name]()
    if password and not isinstance(emulator, PJLinkEmulator):
        raise UnsupportedError(f"{driver}: this device has no password")
    if isinstance(emulator, PJLinkEmulator):
        emulator.password = password
    return emulator
