"""Extron's Simple Instruction Set: commands to bytes, bytes to replies. No I/O.

A command ends with its own letter and nothing else: ``3*2!`` ties input 3 to output 2, ``2%`` asks
what output 2 shows, ``1*0B`` shows output 1 again. Longer ones stand between ``W`` (or ESC) and CR
(or ``|``): ``W3CV CR`` has every answer begin with a word that says what it is, ``Vmt2*1``, and has
changes told unasked. Without it a question is answered by the bare value, ``1``. Answers end in CR
LF; the prompt ``Password:`` does not.

Source: Extron, DXP DVI, DXP DVI Pro and DXP HDMI Series user guide (68-1966-01), pages 50-61; SW
HDMI Series user guide, page 22; SW HD 4K PLUS Series user guide, page 27; IN1608 xi user guide,
page 48 (errors); IPI 200 Series user guide, page 5-3 (login).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

LINE_MAX = 256  # bytes; the longest that is read is the greeting with its name and date
COMMAND_MAX = 128
PROMPT = b"Password:"
FAILURES = {
    1: "invalid input number",
    10: "invalid command",
    11: "invalid preset number",
    12: "invalid output or port number",
    13: "invalid parameter",
    14: "not valid for this configuration",
    17: "timed out, or not valid for this signal",
    18: "system timed out",
    21: "invalid room number",
    22: "busy",
    24: "privilege violation",
    25: "device not present",
    26: "maximum number of connections exceeded",
    28: "bad file name or file not found",
}


@dataclass(frozen=True, slots=True)
class Tie:
    """A source on an output; output 0 is the only one, or all of them. Planes: All, Vid, Aud..."""

    source: int
    output: int
    plane: str


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute: "Vmt" hides the picture, "Amt" silences the sound; output 0 as in a tie."""

    word: str
    output: int
    level: int  # 0 is not muted; what the others mean depends on the model


@dataclass(frozen=True, slots=True)
class Loudness:
    """A volume in the steps of the model; output 0 as in a tie."""

    output: int
    steps: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The device said no, and why: a number of FAILURES."""

    code: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """It wants a password."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What it says of itself at the beginning of a connection, or when it is switched on."""

    model: str
    firmware: str
    part: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something with a word before it: Told("Ver", "1.23"), Told("Vrb", "3")."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Bare:
    """A line that does not say what it answers."""

    text: str


Reply = Tie | Muted | Loudness | Failure | Prompt | Greeting | Told | Bare

_TELNET = re.compile(rb"\xff[\xfb-\xfe].", re.DOTALL)  # options that a telnet server offers
_TIE = re.compile(r"(?:Out ?(\d{1,3}) ?)?(?:In|Chn) ?(\d{1,3})(?: ?(All|Vid|Aud|RGB|Usb))?")
_MUTED = re.compile(r"(\d{1,3})?(Vmt|Amt) ?(?:(\d{1,3}) ?\* ?)?(\d{1,2})")
_LOUD = re.compile(r"(?:Out ?(\d{1,3}) ?)?Vol ?(\d{1,3})")
_FAILURE = re.compile(r"E(\d\d)")
_GREETING = re.compile(
    r"(?:\(c\)|©) ?Copyright \d{4}(?:-\d{4})?, Extron Electronics, ([^,]+?),? V([\d.]+), ([\d-]+)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(Ver|Pno|Inf|Vrb|Qik|Rpr|Spr|Exe|Reconfig|Login|Nmi|Nmo) ?(?:\d+ ?\* ?)?(.*)")


def tie(source: int, output: int, outputs: int) -> bytes:
    """Spell: show a source on an output; a switcher has only one, and does not name it."""
    return f"{source}*{output}!".encode() if outputs > 1 else f"{source}!".encode()


def ask_tie(output: int, outputs: int) -> bytes:
    """Spell: what picture is on an output?"""
    return f"{output}%".encode() if outputs > 1 else b"!"


def set_level(letter: str, level: int, output: int, outputs: int) -> bytes:
    """Spell: set what a letter means (B picture mute, Z sound mute, V volume) to a level."""
    return f"{output}*{level}{letter}".encode() if outputs > 1 else f"{level}{letter}".encode()


def ask_level(letter: str, output: int, outputs: int) -> bytes:
    """Spell: what is set for a letter?"""
    return f"{output}{letter}".encode() if outputs > 1 else letter.encode()


def long_command(words: str) -> bytes:
    """Spell a command of the kind that begins with ESC."""
    return f"W{words}\r".encode()


class ReplyDecoder:
    """Turns what the device sends, however it was cut, into replies. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Reply | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        found: list[Reply | Garbage] = []
        for line in lines:
            found += _read_line(line)
        prompted, self._rest = _prompted(self._rest)
        if len(self._rest) >= LINE_MAX:
            found.append(Garbage(self._rest))
            self._rest = b""
        return [*found, Prompt()] if prompted else found


class CommandDecoder:
    """The device's side: cuts what a controller sends into commands. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def waiting(self) -> bool:
        """Say whether a command has begun and is not complete."""
        return bool(self._rest)

    def abort(self) -> None:
        """Forget a command that was not completed in time."""
        self._rest = b""

    def feed(self, data: bytes) -> list[str | Garbage]:
        """Take bytes as they arrive; give the commands, long ones with a W before them."""
        found: list[str | Garbage] = []
        for byte in data:
            self._take(bytes([byte]), found)
        return found

    def _take(self, byte: bytes, found: list[str | Garbage]) -> None:
        if not self._rest and byte in {b"\r", b"\n", b"|"}:
            return
        long = self._rest[:1] in {b"W", b"w", b"\x1b"} or byte in {b"W", b"w", b"\x1b"}
        if long and byte in {b"\r", b"|"}:
            found.append("W" + self._rest[1:].decode("ascii", "replace"))
            self._rest = b""
        elif not long and byte not in b"0123456789*+-":
            text = self._rest + byte
            found.append(text.decode() if text.isascii() else Garbage(text))
            self._rest = b""
        else:
            self._rest += byte
        if len(self._rest) >= COMMAND_MAX:
            found.append(Garbage(self._rest))
            self._rest = b""


def _prompted(line: bytes) -> tuple[bool, bytes]:
    plain = _TELNET.sub(b"", line).lstrip(b"\r")
    return (True, plain[len(PROMPT) :]) if plain.startswith(PROMPT) else (False, line)


def _read_line(line: bytes) -> list[Reply | Garbage]:
    prompted, line = _prompted(line)
    found: list[Reply | Garbage] = [Prompt()] if prompted else []
    line = _TELNET.sub(b"", line).strip(b"\r ")
    if line:
        found.append(_parse(line))
    return found


def _parse(line: bytes) -> Reply | Garbage:
    text = line.decode("latin-1")
    if not text.isprintable():
        return Garbage(line)
    for pattern, make in _SHAPES:
        if match := pattern.fullmatch(text):
            return make(match)
    return Bare(text) if line.isascii() else Garbage(line)


def _greeting(match: re.Match[str]) -> Greeting:
    return Greeting(match[1].strip(), match[2], match[3])


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Reply]], ...] = (
    (_TIE, lambda m: Tie(int(m[2]), int(m[1] or 0), m[3] or "All")),
    (_MUTED, lambda m: Muted(m[2], int(m[1] or m[3] or 0), int(m[4]))),
    (_LOUD, lambda m: Loudness(int(m[1] or 0), int(m[2]))),
    (_FAILURE, lambda m: Failure(int(m[1]))),
    (_GREETING, _greeting),
    (_TOLD, lambda m: Told(m[1], m[2])),
)
