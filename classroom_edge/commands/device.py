"""``classroom-edge device``: one action of one device by hand, or its state."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_drivers import connect
from classroom_drivers.actions import actions, from_text
from classroom_drivers.api import (
    CAPABILITIES,
    DEAD_MAN_S,
    Availability,
    Device,
    DeviceError,
    DeviceState,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.registry import prepare
from classroom_edge.commands.survey import settled
from classroom_edge.commands.target import Password, Target, pairs, target
from classroom_edge.words import words

CONFIRM_S: Final = 4.0  # until a poll has confirmed what was asked
STOPPING_S: Final = 1.0  # for a camera's stop and its confirmation
GOOD, FAILED, WRONG_USE = 0, 1, 2
KINDS: Final = {bool: "BOOL", int: "INT", float: "NUMBER", str: "TEXT"}
ANSWERING: Final = frozenset({Availability.ONLINE, Availability.DEGRADED})


@dataclass(frozen=True, slots=True)
class Act:
    """What to do."""

    capability: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes_s(self) -> float:
        """How long we must stay for it: who drives a camera must be there to stop it."""
        if self.action != "drive":
            return 0.0
        return float(self.arguments.get("for_s", DEAD_MAN_S)) + STOPPING_S


def device(
    first: str,
    second: str,
    rest: Sequence[str],
    *,
    password: Password,
    options: Sequence[str],
    wait_s: float,
    stay_s: float,
    as_json: bool,
    language: str,
) -> int:
    """Do what `rest` says, and show the state; without it, also what can be asked for.

    Gives the exit status. A device that was not heard of after `wait_s` is away.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    try:
        found = target(first, second, password=password, options=options, language=language)
        act = act_of(rest, found) if rest else None
        seen, capabilities = asyncio.run(_work(found, act, wait_s, stay_s))
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except DeviceError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    if as_json:
        plain = {"driver": found.driver, "url": found.url, **_plain(seen, capabilities)}
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    else:
        _show(seen, language)
        if not rest:
            _offer(capabilities, language)
    return GOOD if seen.availability in ANSWERING else FAILED


def act_of(rest: Sequence[str], found: Target) -> Act:
    """Read ``power set-power on=true``; a preset of the room may be given by its name.

    Raises:
        UnsupportedError: there is no such capability or action, or it is not spelled so.
    """
    capability = rest[0].replace("_", "-")
    if capability not in CAPABILITIES:
        one = prepare(found.driver, found.url, password=found.password, options=found.options)
        raise _incapable(rest[0], one.capabilities)
    known = actions(capability)
    action = rest[1].replace("_", "-") if len(rest) > 1 else ""
    if action not in known:
        raise UnsupportedError(f"{capability}: no action {action!r}; there are {', '.join(known)}")
    given = from_text(known[action], pairs(rest[2:]))
    if capability == "presets" and given.get("name") in found.presets:
        given["number"] = found.presets[given.pop("name")]
    return Act(capability, action, given)


def _incapable(capability: str, there_are: Sequence[str]) -> UnsupportedError:
    return UnsupportedError(f"no capability {capability!r}; there are {', '.join(there_are)}")


async def _work(
    found: Target, act: Act | None, wait_s: float, stay_s: float
) -> tuple[DeviceState, Sequence[str]]:
    news = asyncio.Event()
    async with connect(
        found.driver,
        found.url,
        password=found.password,
        options=found.options,
        changed=lambda _: news.set(),
        wait_s=wait_s,
    ) as device:
        if act:
            if act.capability not in device.capabilities:
                raise _incapable(act.capability, device.capabilities)
            await device.perform(act.capability, act.action, act.arguments)
        if device.state().availability in ANSWERING:
            await asyncio.sleep(max(stay_s, act.takes_s if act else 0.0))
            await _confirmed(device, news)
        return device.state(), device.capabilities


async def _confirmed(device: Device, news: asyncio.Event) -> None:
    """Wait until the device itself has told what was asked of it, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CONFIRM_S):
            await settled(news)
            while _assumes(device.state()):
                news.clear()
                await news.wait()


def _assumes(state: DeviceState) -> bool:
    told = (value for name, value in state.values.items() if name != "power-target")
    return any(value.source is ValueSource.ASSUMED for value in told)


def _plain(state: DeviceState, capabilities: Sequence[str]) -> dict[str, Any]:
    return {
        "availability": str(state.availability),
        "problem": state.problem,
        "capabilities": list(capabilities),
        "actions": {
            capability: {
                action: [argument.name for argument in _arguments(method)]
                for action, method in actions(capability).items()
            }
            for capability in capabilities
        },
        "values": {
            name: {"value": v.value, "source": str(v.source), "at": v.at.isoformat()}
            for name, v in state.values.items()
        },
        "choices": {name: list(names) for name, names in state.choices.items()},
        "lockouts": [
            {"capability": one.capability, "until": one.until.isoformat(), "reason": one.reason}
            for one in state.lockouts
        ],
    }


def _arguments(method: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    for argument in inspect.signature(method).parameters.values():
        if argument.kind is argument.KEYWORD_ONLY:
            yield argument


def _spelling(argument: inspect.Parameter) -> str:
    """Give ``on=BOOL``, in brackets when it can be left out."""
    kinds = get_args(argument.annotation) or (argument.annotation,)
    spelled = f"{argument.name}={'|'.join(KINDS[kind] for kind in kinds if kind in KINDS)}"
    return spelled if argument.default is argument.empty else f"[{spelled}]"


def _offer(capabilities: Sequence[str], language: str) -> None:
    """Show what can be typed after the device, a line for each action."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(words("cli").say("device.actions", language)))
    for capability in capabilities:
        for action, method in actions(capability).items():
            spelled = map(_spelling, _arguments(method))
            console.print(Text(" ".join(["", capability, action, *spelled])))


def _show(state: DeviceState, language: str) -> None:
    say = words("cli").say
    console = Console(highlight=False)
    style = "green" if state.availability in ANSWERING else "bold red"
    console.print(Text(say(f"availability.{state.availability}", language), style=style))
    if state.problem:
        console.print(Text(state.problem))
    table = Table()
    for column in ("value", "told", "choices"):
        table.add_column(say(f"device.{column}", language))
    for name in sorted({*state.values, *state.choices}):
        value = state.values.get(name)
        shown = f"{name} = {json.dumps(value.value, ensure_ascii=False)}" if value else name
        told = say(f"source.{value.source}", language) if value else ""
        table.add_row(Text(shown), told, Text(", ".join(state.choices.get(name, ()))))
    if table.row_count:
        console.print(table)
    for lockout in state.lockouts:
        left_s = max(0.0, (lockout.until - datetime.now(UTC)).total_seconds())
        wait = {"capability": lockout.capability, "reason": lockout.reason, "left": f"{left_s:.0f}"}
        console.print(Text(say("device.locked", language, **wait)))
