"""Global Caché iTach on the wire: infrared, contacts and inputs at numbered connectors. No I/O.

Commands are words and numbers between commas, ended by CR: ``sendir,1:1,7,38000,1,1,342,...`` is
answered by ``completeir,1:1,7`` once it is sent, or by ``busyir,1:1,7`` while another code is.
``getstate,1:3`` and ``setstate,1:3,1`` are answered by ``state,1:3,1``; with ``,notify`` changes
are told from then on. What goes wrong is ``ERR_1:1,014`` (iTach) or ``unknowncommand 14`` (GC-100).

Source: Global Caché, Unified TCP API 1.1 (200113-01), sections 4.2-4.4 and appendix C; iTach API
specification 1.5, section 6 (errors).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.infrared import Infrared
from classroom_drivers.codecs.lines import Lines

LINE_MAX = 256
COMMAND_MAX = 4096  # 260 pairs of five digits, and what is before them
ERRORS = {
    1: "unknown command",
    2: "no such module",
    3: "no such connector",
    4: "invalid ID",
    5: "invalid frequency",
    6: "invalid repeat",
    7: "invalid offset",
    8: "invalid number of pulses",
    9: "invalid pulse",
    10: "on and off do not come in pairs",
    11: "no carriage return",
    12: "repeated too often",
    13: "the connector is an input",
    14: "the connector is no blaster",
    15: "too long",
    16: "no carriage return",
    17: "syntax",
    18: "the connector is no input",
    19: "could not be repeated",
    20: "too many pairs",
    23: "unknown option",
    27: "settings are locked",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """An infrared code has left."""

    connector: str
    number: int


@dataclass(frozen=True, slots=True)
class Busy:
    """An infrared code cannot leave while another one does."""

    connector: str
    number: int


@dataclass(frozen=True, slots=True)
class State:
    """A contact or an input: open or closed."""

    connector: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """It cannot be done: a number of ERRORS; the connector is not always said."""

    connector: str
    code: int


@dataclass(frozen=True, slots=True)
class Version:
    """The firmware."""

    text: str


@dataclass(frozen=True, slots=True)
class Module:
    """A line of the list of modules; its last line has no kind."""

    number: int = 0
    connectors: int = 0
    kind: str = ""


Reply = Sent | Busy | State | Failure | Version | Module

_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Reply]], ...] = (
    (re.compile(r"completeir,(\d:\d+),(\d{1,5})"), lambda m: Sent(m[1], int(m[2]))),
    (re.compile(r"busyir,(\d:\d+),(\d{1,5})", re.I), lambda m: Busy(m[1], int(m[2]))),
    (re.compile(r"(?:state|statechange),(\d:\d+),([012])"), lambda m: State(m[1], m[2] != "0")),
    (re.compile(r"ERR_(\d:\d+),(\d{1,3})"), lambda m: Failure(m[1], int(m[2]))),
    (re.compile(r"unknowncommand,? ?(\d{1,3})"), lambda m: Failure("", int(m[1]))),
    (re.compile(r"(?:version,\d,)?(\d[\d.-]{2,30})"), lambda m: Version(m[1])),
    (
        re.compile(r"device,(\d),(\d{1,2}) ([A-Z][A-Z0-9_]*)"),
        lambda m: Module(int(m[1]), int(m[2]), m[3]),
    ),
    (re.compile(r"endlistdevices"), lambda _: Module()),
)


def encode(*words: object) -> bytes:
    """Spell a command or an answer."""
    return ",".join(map(str, words)).encode() + b"\r"


def encode_code(code: Infrared, connector: str, number: int) -> bytes:
    """Spell: send an infrared code, which will be known by a number."""
    return encode(
        "sendir", connector, number, code.frequency, code.repeat, code.offset, *code.counts
    )


class ReplyDecoder(Lines[Reply]):
    """Turns what an iTach sends into replies."""

    def __init__(self) -> None:
        super().__init__(_parse, end=b"\r", most=LINE_MAX, around=b"\n ")


class CommandDecoder(Lines[tuple[str, ...]]):
    """The device's side: cuts what a controller sends into words."""

    def __init__(self) -> None:
        super().__init__(_words, end=b"\r", most=COMMAND_MAX, around=b"\n ")


def _parse(line: bytes) -> Reply | Garbage:
    text = line.decode("latin-1")
    for pattern, make in _SHAPES:
        if match := pattern.fullmatch(text):
            return make(match)
    return Garbage(line)


def _words(line: bytes) -> tuple[str, ...] | Garbage:
    plain = line.isascii() and line.decode().isprintable()
    return tuple(line.decode().split(",")) if plain else Garbage(line)
