"""What a sheet may describe, table by table: which words it is told, and which it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classroom_drivers.code_sheet.sheet import Kind

SWITCH = ("on", "off")
POWER = ("on", "off", "warming", "cooling")
COVER = ("open", "closed", "opening", "closing", "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one table of a sheet may describe; without `told` or `says`, any name will do."""

    capability: str
    kind: Kind
    told: tuple[str, ...] | None = None  # names of its orders
    says: tuple[str, ...] | None = None  # names of what it answers
    many: bool = False  # it has channels


_SWITCH: dict[str, Any] = {"kind": Kind.SWITCH, "told": SWITCH, "says": SWITCH}
SECTIONS: Mapping[str, Section] = {
    "power": Section(capability="power", kind=Kind.CHOICE, told=SWITCH, says=POWER),
    "input": Section(capability="input-select", kind=Kind.CHOICE),
    "volume": Section(capability="volume", kind=Kind.PERCENT),
    "picture-mute": Section(capability="mute", **_SWITCH),
    "sound-mute": Section(capability="mute", **_SWITCH),
    "freeze": Section(capability="freeze", **_SWITCH),
    "tracking": Section(capability="tracking", **_SWITCH),
    "tally": Section(capability="tally", **_SWITCH),
    "relay": Section(capability="relay", many=True, **_SWITCH),
    "level": Section(capability="level", kind=Kind.PERCENT, many=True),
    "cover": Section(
        capability="cover",
        kind=Kind.CHOICE,
        told=("open", "close", "stop"),
        says=COVER,
        many=True,
    ),
    "keys": Section(capability="keys", kind=Kind.ACT),
    "presets": Section(capability="presets", kind=Kind.ACT, told=("recall", "store")),
}
GROUPS: Mapping[str, tuple[str, Mapping[str, Kind]]] = {
    "identity": (
        "identity",
        dict.fromkeys(("maker", "model", "name", "firmware", "serial-number"), Kind.TEXT),
    ),
    "health": (
        "health",
        {"faults": Kind.CHOICE, "lamp-hours": Kind.NUMBER, "run-hours": Kind.NUMBER},
    ),
    "sensor": (
        "sensor",
        {
            **dict.fromkeys(("temperature-c", "humidity-percent", "co2-ppm"), Kind.NUMBER),
            **dict.fromkeys(("light-lux", "power-w", "energy-kwh"), Kind.NUMBER),
            **dict.fromkeys(("voltage-v", "current-a"), Kind.NUMBER),
            **dict.fromkeys(("presence", "contact"), Kind.SWITCH),
        },
    ),
}
