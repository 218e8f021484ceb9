"""From a desired state of the room to ordered steps on its devices. Pure.

Devices are brought to their state at the same time; the steps of one device follow each other:
power on first, because nothing else works before it, and power off last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from classroom_edge.config.models import WANTS, Want
from classroom_edge.room import Words
from classroom_edge.words import words

ORDER: Final = tuple(WANTS)
BOTH_MUTES: Final = ("picture", "sound")


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a device."""

    device: str
    what: str  # "power", "input", ...
    capability: str
    action: str
    arguments: Mapping[str, Any]
    title: Words

    @property
    def switches_on(self) -> bool:
        """Whether the steps after it make no sense when it fails."""
        return self.what == "power" and bool(self.arguments["on"])


def plan(wants: Iterable[Want]) -> dict[str, tuple[Step, ...]]:
    """Order what is wanted into steps for each device, devices in the order of the file.

    What is asked for twice of a device counts as it was asked for last.
    """
    last: dict[tuple[str, str, int], Want] = {}
    for want in wants:
        last[want.device, want.what, want.channel] = want
    steps: dict[str, tuple[Step, ...]] = {}
    for want in sorted(last.values(), key=_rank):
        steps[want.device] = (*steps.get(want.device, ()), step_for(want))
    return {device: steps[device] for device, _what, _channel in last}


def _rank(want: Want) -> int:
    return len(ORDER) if (want.what, want.value) == ("power", "off") else ORDER.index(want.what)


def step_for(want: Want) -> Step:
    """Turn one wish into the action that grants it."""
    value: Any = want.value
    action, arguments = {
        "power": ("set-power", {"on": value == "on"}),
        "input": ("select-input", {"name": value}),
        "volume": ("set-volume", {"percent": value}),
        "mute": ("set-mute", dict.fromkeys(BOTH_MUTES, value)),
        "preset": ("recall-preset", {"name": value}),
        "relay": ("set-relay", {"on": value, "channel": want.channel}),
    }[want.what]
    sort = {"on": ".on", "off": ".off", True: ".on", False: ".off"}
    key = want.what + (sort[value] if want.what in {"power", "mute", "relay"} else "")
    return Step(
        device=want.device,
        what=want.what,
        capability=want.capability,
        action=action,
        arguments=MappingProxyType(arguments),
        title=words("problems").both(f"step.{key}", value=value, channel=want.channel),
    )


def fitting(step: Step, choices: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Give a step's arguments as far as the device has what they speak of."""
    if step.what != "mute":
        return dict(step.arguments)
    has = choices.get("mute", BOTH_MUTES)
    return {kind: on for kind, on in step.arguments.items() if kind in has}
