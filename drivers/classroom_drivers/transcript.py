"""What was said on a device's line, step by step; `transcript_text` spells it, `replay` plays it.

A recorded answer is the contract: a replay plays the device's part to the driver, and what the
driver must come to stands in the transcript itself.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from classroom_drivers.api import Plain, UnsupportedError
from classroom_drivers.links.journal import Direction, Frame

TRICKLE_S = 0.02  # between pieces of one answer
HAPPENED = MappingProxyType(
    {
        Direction.OPENED: "opened",
        Direction.WRITTEN: ">",
        Direction.READ: "<",
        Direction.HUNG_UP: "hung up",
        Direction.CLOSED: "closed",
    }
)


class Evidence(StrEnum):
    """Where a transcript was recorded, from the weakest to the strongest."""

    EMULATOR = "emulator"
    BENCH = "bench"  # a real device that somebody had on the table
    FIELD = "field"  # a real device in a room that is used


class Kind(StrEnum):
    """What a step is, by its sign."""

    OPENED = "opened"
    WRITTEN = ">"
    READ = "<"
    HUNG_UP = "hung up"
    CLOSED = "closed"
    DONE = "!"
    EXPECTED = "="


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `parts` are the bytes, cut where secrets were left out."""

    at_s: float  # since the beginning
    kind: Kind
    parts: tuple[bytes, ...] = (b"",)
    text: str = ""  # the exchange's name, the action, or the expected value


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Steps in their order, and what device they are of.

    `counter` are the places of a number in each message that its answer repeats, first and one
    past the last; a replay counts with the driver.
    """

    driver: str
    model: str = ""
    firmware: str = ""
    recorded: datetime
    source: Evidence = Evidence.EMULATOR
    transport: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    password: bool = False  # one was given
    counter: tuple[int, int] | None = None
    note: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def file_name(self) -> str:
        """Name the file: "pjlink_eb-l200f_1.03.txt"."""
        words = (self.driver, self.model or "unknown", self.firmware or "unknown")
        return "_".join(slug(word) for word in words) + ".txt"


def of_frames(frames: Iterable[Frame], *, since_s: float, datagrams: bool) -> tuple[Step, ...]:
    """Turn a journal's frames into steps; what trickles through a stream is put together.

    What a driver wrote has the name of its exchange, and stays as it was written.
    """
    steps: list[Step] = []
    for frame in frames:
        step = _step(frame, frame.at_s - since_s)
        last = steps[-1] if steps else step
        if steps and not datagrams and _trickles(last, step):
            parts = (*last.parts[:-1], last.parts[-1] + step.parts[0], *step.parts[1:])
            steps[-1] = Step(last.at_s, last.kind, parts)
        else:
            steps.append(step)
    return tuple(steps)


def expected(values: Mapping[str, Plain], at_s: float) -> tuple[Step, ...]:
    """Turn values into what a replay must come to."""
    spelled = (f"{name} {_spell(value)}" for name, value in sorted(values.items()))
    return tuple(Step(at_s, Kind.EXPECTED, text=text) for text in spelled)


def done(capability: str, action: str, given: Mapping[str, Any], at_s: float) -> Step:
    """Turn an action into a step."""
    text = f"{capability} {action} {json.dumps(dict(given), ensure_ascii=False)}"
    return Step(at_s, Kind.DONE, text=text)


def value_of(step: Step) -> tuple[str, Plain]:
    """Read an expected value: ``power on``, ``volume 30``, ``firmware "1.03"``."""
    name, _, text = step.text.partition(" ")
    return name, _read_plain(text)


def action_of(step: Step) -> tuple[str, str, dict[str, Any]]:
    """Read an action: ``power set-power {"on": true}``.

    Raises:
        UnsupportedError: it is not spelled so.
    """
    capability, _, rest = step.text.partition(" ")
    action, _, given = rest.partition(" ")
    try:
        arguments = json.loads(given or "{}")
    except ValueError as error:
        raise UnsupportedError(f"{step.text!r}: {error}") from error
    if not (action and isinstance(arguments, dict)):
        raise UnsupportedError(f"{step.text!r} is not like: power set-power {{...}}")
    return capability, action, arguments


def slug(word: str) -> str:
    """Spell a word as a part of a file's name."""
    return re.sub(r"[^a-z0-9.]+", "-", word.lower()).strip("-.") or "unknown"


def _trickles(last: Step, step: Step) -> bool:
    nameless = not (last.text or step.text)
    of_bytes = step.kind is last.kind and step.kind in {Kind.READ, Kind.WRITTEN}
    return nameless and of_bytes and step.at_s - last.at_s < TRICKLE_S


def _step(frame: Frame, at_s: float) -> Step:
    parts, begin = [], 0
    for first, past in frame.masked:
        parts.append(frame.data[begin:first])
        begin = past
    parts.append(frame.data[begin:])
    return Step(at_s, Kind(HAPPENED[frame.direction]), tuple(parts), frame.name)


def _spell(value: Plain) -> str:
    if isinstance(value, str) and value.isprintable() and value == value.strip() != "":
        return value if _read_plain(value) == value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _read_plain(text: str) -> Plain:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | bool | int | float) else text
