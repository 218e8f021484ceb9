"""The bench: which devices stand on it, and what may be done to them.

It is described in bench.toml, beside this file or where CLASSROOM_BENCH says; "emulated" there
leaves a bench.toml aside. Without one, three emulated devices stand in, one on a terminal and two
on sockets, and the first one's relay cuts the second one's mains.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from classroom_drivers import drivers
from classroom_drivers.api import CAPABILITIES

FILE = Path(__file__).parent / "bench.toml"
VARIABLE = "CLASSROOM_BENCH"
ONLY_ASKS = frozenset({"identity", "health", "sensor"})
GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "power": frozenset({"power"}),
        "picture": frozenset({"input-select", "mute", "freeze", "route", "keys"}),
        "sound": frozenset({"volume", "mute", "level"}),
        "move": frozenset({"pan-tilt-zoom", "presets", "focus", "tracking", "tally"}),
        "switch": frozenset({"relay", "cover"}),
        "all": frozenset(CAPABILITIES),
    }
)  # a word of `allow`, and the capabilities that it lets be tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Mains:
    """Which contact cuts a device's mains."""

    device: str  # the relay's name on this bench
    channel: int = 1
    off_s: float = 5.0
    closed_is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One device, as bench.toml describes it."""

    name: str
    driver: str
    url: str
    password_env: str = ""  # the name of a variable; never the password
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    capabilities: tuple[str, ...] = ()  # that it must have; nothing is all that it claims
    allow: frozenset[str] = frozenset()  # capabilities that may be tried, beyond asking
    warm_up_s: float = 60.0  # from the mains to its first answer
    wrong_baud: int = 0  # a rate that is not its own; 0 leaves that test out
    mains: Mains | None = None

    @property
    def password(self) -> str:
        """Its password, from the environment."""
        return os.environ.get(self.password_env, "") if self.password_env else ""

    def may(self, capability: str) -> bool:
        """Say whether a capability may be tried."""
        return capability in ONLY_ASKS | self.allow


def entries() -> tuple[Entry, ...]:
    """Read the bench; nothing is no bench.

    Raises:
        ValueError: it is described wrongly.
    """
    said = os.environ.get(VARIABLE, "")
    path = Path(said) if said else FILE
    if said == "emulated" or not path.exists():
        return ()
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("device", [])
    found = tuple(_entry(row) for row in rows)
    names = [entry.name for entry in found]
    if len(set(names)) < len(names):
        raise ValueError(f"{path}: two devices of one name")
    for entry in found:
        if entry.mains and entry.mains.device not in names:
            raise ValueError(f"{entry.name}: mains: there is no device {entry.mains.device!r}")
    return found


def _entry(row: dict[str, Any]) -> Entry:
    name = row.get("name", "a device without a name")
    _known(name, row, [field.name for field in fields(Entry)])
    _known(name, row.get("mains", {}), [field.name for field in fields(Mains)])
    if row.get("driver") not in drivers():
        raise ValueError(f"{name}: there is no driver {row.get('driver')!r}")
    given = {**row, "capabilities": tuple(row.get("capabilities", ()))}
    given["allow"] = frozenset().union(*(_allowed(name, word) for word in row.get("allow", ())))
    _known(name, dict.fromkeys(given["capabilities"]), CAPABILITIES)
    if "mains" in row:
        given["mains"] = Mains(**row["mains"])
    return Entry(**given)


def _allowed(name: str, word: str) -> frozenset[str]:
    _known(name, {word: None}, [*GROUPS, *CAPABILITIES])
    return GROUPS.get(word, frozenset({word}))


def _known(name: str, given: Mapping[str, object], known: Iterable[str]) -> None:
    if unknown := given.keys() - set(known):
        raise ValueError(f"{name}: unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
