"""How things behind an MQTT broker are told and ordered: one row for each convention. No I/O.

A thing has a base topic, and parts with names. What it tells becomes facts: a message that is a
JSON object is a fact for each of its fields, nested ones with a dot between; any other is one
fact. Templates may use {base}, {root} (its first level), {name} of the part, {state} (the name
that its being on has), {number} at the name's end, and {word}, {Word} or {value} of an order.

Source: zigbee2mqtt.io, "MQTT Topics and Messages" and "Exposes"; tasmota.github.io/docs, "MQTT",
"Commands", "Blinds and Shutters"; esphome.io, "MQTT Client Component" and its JSON light.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from classroom_drivers.codecs.mqtt import Publish, fits

DEPTH_MAX = 6
FACTS_MAX = 500
ON_WORDS, OFF_WORDS = {"on", "true", "1"}, {"off", "false", "0"}
AWAY_WORDS = {"offline", "false", "lost", "disconnected"}
WRAPPERS = ("StatusSNS.", "StatusSTS.")  # around what Tasmota tells when it is asked


class Order(NamedTuple):
    """A message that makes a thing do or tell something."""

    topic: str
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A dimmer: which facts tell of it, and what dims it."""

    level: str
    on: str = ""  # the fact that says whether it is on, whatever its level
    full: int = 100
    dim: Order
    dark: Order | None = None  # where 0 is not a level


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A cover: which facts tell of it, and what moves it."""

    position: str  # 0 closed to 100 open
    direction: str = ""  # 1 opens, -1 closes, 0 rests
    word: str = ""  # "open", "closing"...
    move: Order
    go: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """What things of one kind have in common."""

    told: Mapping[str, str]  # filter -> the name of the fact, or of the object, that comes there
    presence: tuple[str, ...]  # topics that say whether it is there; its own is the last
    relay: Order
    light: Light
    blind: Blind
    ask: tuple[Order, ...] = ()  # have it tell; those with a name, for each part
    every_s: float = math.inf  # it is asked so often, as it tells too seldom by itself
    states: tuple[tuple[str, str], ...] = ()  # (part's name, the name its being on has)
    alias: tuple[str, str] = ("", "")  # what is told by the first name is true of the second, too
    words: tuple[str, str] = ("ON", "OFF")


ZIGBEE2MQTT = Convention(
    told={"{base}": ""},
    presence=("{root}/bridge/state", "{base}/availability"),
    relay=Order("{base}/set", '{{"{name}": "{word}"}}'),
    light=Light(
        level="{name}", on="{state}", full=254, dim=Order("{base}/set", '{{"{name}": {value}}}')
    ),
    blind=Blind(
        position="{name}",
        word="{state}",
        move=Order("{base}/set", '{{"{state}": "{word}"}}'),
        go=Order("{base}/set", '{{"{name}": {value}}}'),
    ),
    ask=(Order("{base}/get", '{{"{name}": ""}}'),),
    states=(("brightness", "state"), ("position", "state")),
)
TASMOTA = Convention(
    told={"stat/{base}/+": "", "tele/{base}/+": ""},
    presence=("tele/{base}/LWT",),
    relay=Order("cmnd/{base}/{name}", "{word}"),
    light=Light(level="{name}", on="{state}", dim=Order("cmnd/{base}/{name}", "{value}")),
    blind=Blind(
        position="{name}.Position",
        direction="{name}.Direction",
        move=Order("cmnd/{base}/Shutter{Word}{number}"),
        go=Order("cmnd/{base}/ShutterPosition{number}", "{value}"),
    ),
    ask=(Order("cmnd/{base}/STATE"), Order("cmnd/{base}/STATUS", "10")),
    every_s=30.0,  # it tells its sensors every 300 s
    states=(("Dimmer", "POWER"),),
    alias=("POWER", "POWER1"),  # one with a single relay takes either name and tells the shorter
)
ESPHOME = Convention(
    told={"{base}/{name}/state": "{name}", "{base}/{name}/position/state": "{name}.position"},
    presence=("{base}/status",),
    relay=Order("{base}/{name}/command", "{word}"),
    light=Light(
        level="{name}.brightness",
        on="{name}.state",
        full=255,
        dim=Order("{base}/{name}/command", '{{"state": "ON", "brightness": {value}}}'),
        dark=Order("{base}/{name}/command", '{{"state": "OFF"}}'),
    ),
    blind=Blind(
        position="{name}.position",
        word="{name}",
        move=Order("{base}/{name}/command", "{word}"),
        go=Order("{base}/{name}/position/command", "{value}"),
    ),
)
HOMEMADE = Convention(
    told={"{base}/{name}": "{name}"},
    presence=("{base}/status",),
    relay=Order("{base}/{name}/set", "{word}"),
    light=Light(level="{name}", dim=Order("{base}/{name}/set", "{value}")),
    blind=Blind(
        position="{name}",
        word="{name}",
        move=Order("{base}/{name}/set", "{word}"),
        go=Order("{base}/{name}/set", "{value}"),
    ),
)
CONVENTIONS: Mapping[str, Convention] = MappingProxyType(
    {"zigbee2mqtt": ZIGBEE2MQTT, "tasmota": TASMOTA, "esphome": ESPHOME, "plain": HOMEMADE}
)


class Thing:
    """One thing: the templates of its convention, filled in."""

    def __init__(self, convention: Convention, base: str, names: Iterable[str]) -> None:
        self.convention = convention
        self._base = base
        self._told = {
            self.fill(there, name): self.fill(called, name)
            for name in names
            for there, called in convention.told.items()
        }
        self._presence = tuple(self.fill(topic) for topic in convention.presence)

    @property
    def filters(self) -> tuple[str, ...]:
        """What to subscribe to; whether it is there comes before what it told when it was."""
        return (*self._presence, *self._told)

    @property
    def own_presence(self) -> str:
        """Where it says itself that it is there; the others speak of its bridge."""
        return self._presence[-1]

    def fill(self, template: str, name: str = "", word: str = "", value: int = 0) -> str:
        """Fill in a template for one part."""
        state, number = name, re.search(r"\d*$", name)
        for part, its_state in self.convention.states:
            state = state.replace(part, its_state)
        return template.format(
            base=self._base,
            root=self._base.partition("/")[0],
            name=name,
            state=state,
            number=number[0] if number else "",
            word=word,
            Word=word.capitalize(),
            value=value,
        )

    def publish(self, order: Order, name: str = "", word: str = "", value: int = 0) -> Publish:
        """Make an order a message."""
        topic, payload = (self.fill(template, name, word, value) for template in order)
        return Publish(topic, payload.encode())

    def questions(self, names: Iterable[str]) -> tuple[Publish, ...]:
        """Make the messages that have it tell these parts, or all, if it knows no other way."""
        found: dict[Publish, None] = {}
        for order in self.convention.ask:
            each = "{name}" in order.topic + order.payload
            found |= dict.fromkeys(self.publish(order, name) for name in (names if each else ("",)))
        return tuple(found)

    def presence(self, message: Publish) -> tuple[str, bool] | None:
        """Read a message that says whether it is there: which topic says so, and what."""
        if message.topic not in self._presence:
            return None
        value = _parsed(message.payload)
        word = value.get("state") if isinstance(value, dict) else value
        return message.topic, str(word).lower() not in AWAY_WORDS

    def facts(self, message: Publish) -> Mapping[str, object]:
        """Read any other message."""
        for there, called in self._told.items():
            if fits(there, message.topic):
                value = _parsed(message.payload)
                if not isinstance(value, dict):
                    value = {called or message.topic.rpartition("/")[2]: value}
                    called = ""  # noqa: PLW2901
                facts = _flat(value, f"{called}." if called else "")
                told, meant = self.convention.alias
                return facts | ({meant: facts[told]} if told in facts else {})
        return {}


def is_on(value: object) -> bool | None:
    """Read a fact as on or off; None if it is neither."""
    word = str(value).lower()
    return True if word in ON_WORDS else False if word in OFF_WORDS else None


def number(value: object) -> float | None:
    """Read a fact as a number; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def measured(value: object) -> float | bool | None:
    """Read a fact as what a sensor tells; None if it is nothing."""
    read = number(value)
    if read is None:
        return is_on(value)
    return read


def _parsed(payload: bytes) -> object:
    text = payload.decode(errors="replace").strip()
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _flat(given: Mapping[str, Any], prefix: str) -> dict[str, object]:
    """Make nested fields facts, the shallow ones first, so that no more are read than wanted."""
    facts: dict[str, object] = {}
    level = [(prefix, given)]
    for _ in range(DEPTH_MAX):
        deeper: list[tuple[str, Mapping[str, Any]]] = []
        for above, fields in level:
            for key, value in fields.items():
                if isinstance(value, dict):
                    deeper.append((f"{above}{key}.", value))
                elif len(facts) < FACTS_MAX:
                    facts[_unwrapped(above + key)] = value
        level = deeper
    return facts


def _unwrapped(name: str) -> str:
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    return name
