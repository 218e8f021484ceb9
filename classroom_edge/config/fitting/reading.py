"""A room.toml as it was read, and what is found to be wrong in it."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from classroom_drivers.actions import capabilities_of
from classroom_drivers.registry import drivers, load
from classroom_edge.config.document import Document
from classroom_edge.config.explain import suggestion
from classroom_edge.config.mistakes import Position, Slip
from classroom_edge.config.scan import Path

Table = dict[str, Any]


def text(table: Table, key: str) -> str:
    """Give a value of a table; "" where it is none, or no text."""
    value = table.get(key)
    return value if isinstance(value, str) else ""


class Reading:
    """The file's tables, and the slips that were told so far."""

    def __init__(self, document: Document) -> None:
        self.slips: list[Slip] = []
        self.document = document
        self.drivers = drivers()
        self._capabilities: dict[str, tuple[str, ...]] = {}
        self.devices = self.by_id("device")
        self.sources = self.by_id("source")

    def tables(self, *path: str | int) -> Iterator[tuple[Table, Path]]:
        """Give the tables of an array, with their paths; none where it is none."""
        found = self.document.value(path)
        for index, table in enumerate(found if isinstance(found, tuple) else ()):
            if isinstance(table, dict):
                yield table, (*path, index)

    def by_id(self, part: str) -> dict[str, Table]:
        """Give the tables of a part; of two with one id, the first."""
        found: dict[str, Table] = {}
        for table, _ in self.tables(part):
            found.setdefault(text(table, "id"), table)
        return found

    def tell(self, code: str, path: Path, *, is_note: bool = False, **values: object) -> None:
        """Note a mistake where the value of that path stands."""
        place = self.document.value_place(path)
        self.slips.append(Slip(code, place, values, is_note=is_note))

    def tell_of_choice(self, name: str, place: Position, choices: Iterable[str]) -> None:
        """Note a word that is none of those that there are."""
        found = suggestion(name, choices)
        self.slips.append(Slip("not-a-choice", place, {"word": name, "suggestion": found}))

    def url(self, url: str, path: Path, schemes: tuple[str, ...]) -> SplitResult | None:
        """Take a URL apart; tell when it is none, or none of these."""
        if not url:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            self.tell("url-shape", path)
            return None
        if "://" not in url:
            self.tell("url-scheme-missing", path, example=f"{schemes[0]}://")
        elif parts.scheme not in schemes:
            found = suggestion(parts.scheme, schemes)
            self.tell("url-scheme", path, name=parts.scheme, suggestion=found)
        elif port == 0:
            self.tell("url-shape", path)
        else:
            return parts
        return None

    def can(self, device: str, capability: str) -> bool:
        """Whether a device's driver has a capability; True where nobody can know."""
        driver = text(self.devices.get(device, {}), "driver")
        if driver not in self.drivers:
            return True
        if driver not in self._capabilities:
            self._capabilities[driver] = capabilities_of(load(driver))
        return capability in self._capabilities[driver]

    def is_device(self, name: str, path: Path, capability: str) -> bool:
        """Tell when there is no such device, or it cannot do what is asked of it."""
        if name not in self.devices:
            self.tell("no-such-device", path, name=name, suggestion=suggestion(name, self.devices))
            return False
        if not self.can(name, capability):
            driver = text(self.devices[name], "driver")
            able = [one for one in self.devices if self.can(one, capability)]
            found = suggestion("", able) if able else suggestion("", ())
            self.tell(
                "device-cannot", path, name=name, driver=driver, capability=capability, able=found
            )
        return True

    def preset(self, device: str, table: Table, path: Path) -> None:
        """Tell when a table names a preset, as the last part of `path`, that the device lacks."""
        presets = self.devices.get(device, {}).get("presets", {})
        preset = text(table, str(path[-1]))
        if preset and isinstance(presets, dict) and preset not in presets:
            found = suggestion(preset, map(str, presets))
            self.tell("no-such-preset", path, name=preset, device=device, suggestion=found)

    def pictures(self) -> int:
        """Count the sources that have a picture."""
        return sum(table.get("picture") is not False for table in self.sources.values())
