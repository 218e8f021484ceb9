"""From a desired state of the room to ordered steps on its devices. Pure.

Devices are brought to their state at the same time; the steps of one device follow each other:
power on first, because nothing else works before it, then readiness, then what is shown, then how
loud; power off last. What is so already is left alone, so that a routine can be asked for again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from classroom_edge.config.models import WANTS, Want
from classroom_edge.room import ValueView, Words
from classroom_edge.words import words

READY: Final = "ready"  # the step after switching on: it waits, and asks for nothing
ORDER: Final = ("power", READY, *(what for what in WANTS if what != "power"))
MUTES: Final = ("picture", "sound")
ASSUMED: Final = "assumed"
NEAR: Final = 0.5  # of a percent: a fader has steps


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a device, and the values that it leads to."""

    device: str
    what: str  # "power", "ready", "input", ...
    capability: str
    action: str
    arguments: Mapping[str, Any]
    leads_to: Mapping[str, Any]
    title: Words

    @property
    def must_succeed(self) -> bool:
        """Whether the steps after it make no sense when it fails."""
        return self.what == READY or (self.what == "power" and bool(self.arguments["on"]))


def plan(wants: Iterable[Want]) -> dict[str, tuple[Step, ...]]:
    """Order what is wanted into steps for each device, devices in the order of the file.

    What is asked for twice of a device counts as it was asked for last.
    """
    last: dict[tuple[str, str, int], Want] = {}
    for want in wants:
        last[want.device, want.what, want.channel] = want
    steps: dict[str, tuple[Step, ...]] = {}
    for want in sorted(last.values(), key=_rank):
        ready = (_ready(want.device),) if (want.what, want.value) == ("power", "on") else ()
        steps[want.device] = (*steps.get(want.device, ()), step_for(want), *ready)
    return {device: steps[device] for device, _what, _channel in last}


def _rank(want: Want) -> int:
    return len(ORDER) if (want.what, want.value) == ("power", "off") else ORDER.index(want.what)


def step_for(want: Want) -> Step:
    """Turn one wish into the action that grants it."""
    action, arguments, leads_to = _ACTIONS[want.what](want.value, want.channel)
    sort = {"on": ".on", "off": ".off", True: ".on", False: ".off"}
    sort |= {"open": ".open", "closed": ".closed"}
    sorted_ = want.what not in {"input", "preset"} and not isinstance(want.value, int)
    key = want.what + (sort[want.value] if sorted_ or isinstance(want.value, bool) else "")
    return Step(
        device=want.device,
        what=want.what,
        capability=want.capability,
        action=action,
        arguments=MappingProxyType(arguments),
        leads_to=MappingProxyType(leads_to),
        title=words("problems").both(f"step.{key}", value=want.value, channel=want.channel),
    )


def _ready(device: str) -> Step:
    leads_to = MappingProxyType({"power": "on"})
    nothing: Mapping[str, Any] = MappingProxyType({})
    return Step(
        device, READY, "power", "", nothing, leads_to, title=words("problems").both("step.ready")
    )


def _cover(value: Any, channel: int) -> tuple[str, dict[str, Any], dict[str, Any]]:  # noqa: ANN401
    if isinstance(value, int):
        arguments = {"percent": float(value), "channel": channel}
        return "set-cover", arguments, {f"cover-percent-{channel}": value}
    verb = {"open": "open-cover", "closed": "close-cover"}[value]
    return verb, {"channel": channel}, {f"cover-{channel}": value}


_ACTIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {  # wanted value, channel -> action, its arguments, the values that it leads to
        "power": lambda value, _: ("set-power", {"on": value == "on"}, {"power": value}),
        "input": lambda value, _: ("select-input", {"name": value}, {"input": value}),
        "route": lambda value, channel: (
            "set-route",
            {"source": value, "output": channel},
            {f"route-{channel}": value},
        ),
        "freeze": lambda value, _: ("set-freeze", {"on": value}, {"freeze": value}),
        "mute": lambda value, _: (
            "set-mute",
            dict.fromkeys(MUTES, value),
            {f"{part}-mute": value for part in MUTES},
        ),
        "volume": lambda value, _: ("set-volume", {"percent": value}, {"volume": value}),
        "level": lambda value, channel: (
            "set-level",
            {"percent": float(value), "channel": channel},
            {f"level-{channel}": value},
        ),
        "preset": lambda value, _: ("recall-preset", {"name": value}, {"preset": value}),
        "tracking": lambda value, _: ("set-tracking", {"on": value}, {"tracking": value}),
        "cover": _cover,
        "relay": lambda value, channel: (
            "set-relay",
            {"on": value, "channel": channel},
            {f"relay-{channel}": value},
        ),
    }
)


def fitting(step: Step, choices: Mapping[str, tuple[str, ...]]) -> Step:
    """Give a step as far as the device has what it speaks of."""
    if step.what != "mute":
        return step
    has = choices.get("mute", MUTES)
    return Step(
        device=step.device,
        what=step.what,
        capability=step.capability,
        action=step.action,
        arguments={part: on for part, on in step.arguments.items() if part in has},
        leads_to={f"{part}-mute": step.arguments[part] for part in MUTES if part in has},
        title=step.title,
    )


def is_so(step: Step, values: Mapping[str, ValueView]) -> bool:
    """Say whether a device tells that it is as the step would make it.

    What is only assumed is asked for again; but nobody waits for what a device never tells.
    """
    told = {
        name: view.value
        for name, view in values.items()
        if view.source != ASSUMED or step.what == READY
    }
    return all(name in told and _same(told[name], wanted) for name, wanted in step.leads_to.items())


def _same(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - a device's plain value
    if isinstance(value, float) and not isinstance(wanted, bool | str):
        return bool(abs(value - wanted) <= NEAR)
    return bool(value == wanted)
