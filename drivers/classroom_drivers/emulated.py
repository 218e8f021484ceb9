"""Which devices are emulated for a driver: the MODELS of its emulator.

They stand in the module of the driver's name in `emulators`; those of a driver from outside, in
its own module. The device of a code sheet is made from the sheet.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from classroom_drivers.api import UnsupportedError
from classroom_drivers.emulators.code_sheet import emulator_at, shipped_models
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.registry import SHEET, place_of

CODE_SHEET = "code-sheet"
Models = Mapping[str, Callable[[], Emulator]]  # the first is what one gets without asking


def models_of(driver: str) -> Models:
    """Give a driver's emulated models by name.

    Raises:
        UnsupportedError: there is no such driver, or it has no emulator.
    """
    place = place_of(driver)
    if place.endswith(SHEET):
        return shipped_models(place)
    module = place.partition(":")[0]
    module = module.replace("classroom_drivers.devices.", "classroom_drivers.emulators.")
    try:
        models: Models = import_module(module).MODELS
    except (ModuleNotFoundError, AttributeError) as error:
        raise UnsupportedError(f"no emulator for {driver!r}: {error}") from error
    return models


def make(driver: str, *, model: str = "", password: str = "", sheet: str = "") -> Emulator:
    """Make an emulated device; one of `code-sheet` may have a sheet of the user's.

    Raises:
        UnsupportedError: there is none for this driver, no such model, or it has no password.
    """
    models = models_of(driver)
    if sheet:
        return _of_sheet(driver, sheet)
    name = model or next(iter(models))
    if name not in models:
        raise UnsupportedError(f"{driver}: no model {name!r}; there are {', '.join(models)}")
    emulator = models[name]()
    if password:
        if not hasattr(emulator, "password"):
            raise UnsupportedError(f"{driver}: this device has no password")
        emulator.password = password
    return emulator


def _of_sheet(driver: str, sheet: str) -> Emulator:
    if driver != CODE_SHEET:
        raise UnsupportedError(f"{driver}: only {CODE_SHEET} takes a sheet")
    return emulator_at(sheet)
