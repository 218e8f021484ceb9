"""One row per emulated device that the general suites run over: conformance, faults, sockets.

Each module of this package has its RIGS. A driver that has a row here is tested by them all.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

BYTE_S_AT_9600 = 10 / 9600


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


def _as_it_is(emulator: Any) -> None:
    """Leave an emulator as slow as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A driver, a model of its emulator, and what they need to understand each other."""

    name: str  # of the test: "visca-serial"
    driver: str  # in the registry
    model: str  # of the emulator
    over: tuple[str, ...] = ()  # real transports it is tried over: "tcp", "udp", "serial"
    password: str = ""
    options: Mapping[str, Any] = field(default_factory=_nothing)
    query: str = ""  # for the URL, without the question mark
    byte_s: float = 0.0  # of the imaginary wire
    answers: bool = True  # False: it says nothing, so that its loss cannot be seen
    hasten: Callable[[Any], None] = _as_it_is  # makes an emulator fast, for real time
    hasty: Mapping[str, Any] = field(default_factory=_nothing)  # options that go with it


def collect() -> dict[str, Rig]:
    """Gather the rows of every module here."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    rows = [row for name in modules for row in import_module(f"{__name__}.{name}").RIGS]
    rigs = {row.name: row for row in rows}
    assert len(rigs) == len(rows), "two rigs of one name"
    return rigs
