"""Which devices of a room are on one wire, and whether they can be."""

import inspect
from dataclasses import dataclass
from typing import Any

from classroom_drivers.actions import from_text
from classroom_drivers.links.address import Address, parse
from classroom_drivers.links.port_names import StableName, stable_name
from classroom_drivers.links.transports import transport_for
from classroom_drivers.registry import load


@dataclass(frozen=True, slots=True)
class Plug:
    """A device's end on a wire; two with the same place are on the same one."""

    address: Address
    sharing: str  # as LineDevice.SHARING
    byte_s: float
    unit: str  # the option that tells it from others; "options" where nobody knows which
    number: str  # what that option says

    @property
    def place(self) -> str:
        """Which wire it is."""
        return self.address.place

    @property
    def better_name(self) -> StableName | None:
        """The name of the serial port that stays the same, where its own may not."""
        return stable_name(self.address.path) if self.address.scheme == "serial" else None

    def conflict_with(self, other: "Plug") -> str:
        """Give the code of the mistake when two devices cannot both be there, or nothing."""
        if self.place != other.place:
            return ""
        if not (self.sharing and other.sharing):
            return "port-taken" if self.address.scheme == "serial" else ""
        if (self.sharing, self.byte_s) != (other.sharing, other.byte_s):
            return "port-two-ways"
        return "port-same-unit" if self.number == other.number else ""


def plug_of(name: str, url: str, options: dict[str, Any]) -> Plug:
    """Say where a device is plugged in; its driver must have accepted all this.

    Raises:
        UnsupportedError: it did not.
    """
    driver = load(name).variant(options)
    address = parse(url, default_ports=driver.PORTS)
    transport, words = transport_for(address, baud=driver.BAUD)
    given = {**from_text(driver.__init__, words), **options}
    parameter = inspect.signature(driver.__init__).parameters.get(driver.UNIT)
    unit = given.get(driver.UNIT, parameter.default) if parameter else sorted(given.items())
    return Plug(
        address=address,
        sharing=driver.SHARING,
        byte_s=transport.byte_s,
        unit=driver.UNIT if parameter else "options",
        number=str(unit),
    )
