"""Devices as everybody sees them: values, what must wait, cameras that follow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value of a device, with where it comes from and when."""

    value: Any  # str | int | float | bool, in the capability's words and units
    source: str  # "pushed" | "polled" | "assumed"
    at: datetime


@dataclass(frozen=True, slots=True)
class LockoutView:
    """A capability that must wait, and until when."""

    capability: str
    until: datetime
    reason: str  # "warming" | "cooling"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device."""

    id: str
    name: str
    driver: str
    availability: str  # "connecting" | "online" | "degraded" | "offline" | "auth-failed"
    capabilities: tuple[str, ...]  # kebab case: "power", "input-select", "pan-tilt-zoom"
    values: dict[str, ValueView]  # "power", "input", "volume", ...
    choices: dict[str, tuple[str, ...]]  # "input" -> ("hdmi-1", "hdmi-2"), "preset" -> names
    lockouts: tuple[LockoutView, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TrackingView:
    """A camera that follows whoever moves in its picture."""

    state: str  # "off" | "following" | "searching": nobody moves | "yielding": to a person
    until: datetime | None = None  # while yielding
