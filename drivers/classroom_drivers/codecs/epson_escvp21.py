"""Epson's ESC/VP21 on the wire, and ESC/VP.net, which carries it over TCP. No I/O.

A command is a word, perhaps a space and a parameter, and CR: ``PWR ON``; a question ends in ``?``.
The projector says ``PWR=01`` CR, or ``ERR`` CR, or nothing, and then ``:`` when it is ready for the
next; a bare CR is answered by the colon alone. Some, over the network, also say ``IMEVENT=`` and
the colon when their state changes: a number, a state, warnings and alarms as bits.

Over TCP both sides first send a header of 16 bytes: ``ESC/VP.net``, version 10, type 03, two zeros,
the status, and how many headers of 18 bytes follow; a password is one of these.

Source: Epson, ESC/VP21 command list (EB-Z10005U user's guide p37; EB-440W p121). ESC/VP.net: Epson
knowledge base 7914 (by way of openhab1-addons #5604), its status and password headers by way of
home-assistant/core #168710. IMEVENT: PlaceOS drivers, epson/projector/esc_vp21.cr, and
amosyuen/ha-epson-projector-link.
"""

from dataclasses import dataclass
from enum import IntEnum

from classroom_drivers.codecs.garbage import Garbage

LINE_MAX = 256  # bytes; a list of sources is long
MAGIC = b"ESC/VP.net"
HEADER_LENGTH, MORE_LENGTH, MORE_MAX = 16, 18, 4
CONNECT = b"\x10\x03\0\0"
PASSWORD_MAX = 16
READY = b":"


class Status(IntEnum):
    """What a projector says to a connection."""

    OK = 0x20
    BAD_REQUEST = 0x40
    UNAUTHORIZED = 0x41  # it wants a password
    FORBIDDEN = 0x43  # it wants another one
    NOT_ALLOWED = 0x45
    UNAVAILABLE = 0x53
    OTHER_VERSION = 0x55


@dataclass(frozen=True, slots=True)
class Said:
    """All it said until it was ready: "PWR=01", "ERR", or nothing."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What it said of its own accord."""

    state: int  # 1 standby, 2 warming, 3 on, 4 cooling, FF fault
    warnings: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Its header: whether the connection is accepted; a number that may be none of Status."""

    status: int


Heard = Said | Event | Welcome


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the projector reads it; "" is the bare CR."""

    text: str


@dataclass(frozen=True, slots=True)
class Hello:
    """A controller's header, with the password if it gave one."""

    password: str


def encode(command: str) -> bytes:
    """Spell a command: "PWR ON", "PWR?", or "" to hear that it is ready."""
    return f"{command}\r".encode("ascii")


def hello(password: str = "") -> bytes:
    """Spell a controller's header."""
    more = b"\x01\x01" + password.encode("ascii").ljust(PASSWORD_MAX, b"\0") if password else b""
    return MAGIC + CONNECT + bytes([0, bool(password)]) + more


def welcome(status: int) -> bytes:
    """Spell a projector's header."""
    return MAGIC + CONNECT + bytes([status, 0])


def encode_said(said: Said | Event) -> bytes:
    """Spell what a projector says, the colon included."""
    match said:
        case Said(""):
            return READY
        case Said(text):
            return f"{text}\r:".encode("ascii")
        case Event(state, warnings, alarms):
            return f"IMEVENT=0001 {state:02X} {warnings:08X} {alarms:08X} T1 F1\r:".encode()


class SaidDecoder:
    """Turns what a projector sends, however it was cut, into what it said. Never raises."""

    def __init__(self) -> None:
        self._rest = b""
        self._text = b""

    def feed(self, data: bytes) -> list[Heard | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Heard | Garbage] = []
        while (one := self._next()) is not None:
            found += one
        return found

    def _next(self) -> list[Heard | Garbage] | None:
        """Take one line, colon or header off the rest; None when nothing is complete."""
        self._rest = self._rest.lstrip(b"\r\n\0")
        if self._rest.startswith(READY):
            self._rest = self._rest[len(READY) :]
            text, self._text = self._text, b""
            return [_parse(text)]
        if (length := header_length(self._rest)) is not None:
            if len(self._rest) < length:
                return None
            header, self._rest = self._rest[:length], self._rest[length:]
            older, self._text = self._text, b""
            return [*([Garbage(older)] if older else []), Welcome(header[14])]
        line, end, rest = self._rest.partition(b"\r")
        if not end:
            return self._give_up() if len(line) >= LINE_MAX else None
        self._rest = rest
        older, self._text = self._text, line[:LINE_MAX]
        return [Garbage(older)] if older else []

    def _give_up(self) -> list[Heard | Garbage]:
        line, self._rest = self._rest, b""
        return [Garbage(line)]


class CommandDecoder:
    """The projector's side: turns what a controller sends into commands. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Command | Hello | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Command | Hello | Garbage] = []
        while (one := self._next()) is not None:
            found.append(one)
        return found

    def _next(self) -> Command | Hello | Garbage | None:
        self._rest = self._rest.lstrip(b"\n\0")
        if (length := header_length(self._rest)) is not None:
            if len(self._rest) < length:
                return None
            header, self._rest = self._rest[:length], self._rest[length:]
            return Hello(header[18:34].rstrip(b"\0").decode("ascii", "replace"))
        line, end, rest = self._rest.partition(b"\r")
        if not end:
            if len(line) < LINE_MAX:
                return None
            rest = b""
        self._rest = rest
        if not end or not line.isascii():
            return Garbage(line)
        return Command(line.decode().strip().upper())


def header_length(data: bytes) -> int | None:
    """Say how long the header is that begins here; None when none does."""
    if not data or data[: len(MAGIC)] != MAGIC[: len(data)]:
        return None
    kind = data[len(MAGIC) : len(MAGIC) + len(CONNECT)]
    if kind != CONNECT[: len(kind)] or data[15:16] > bytes([MORE_MAX]):
        return None
    more = data[15] if len(data) > 15 else 0
    return HEADER_LENGTH + more * MORE_LENGTH


def _parse(text: bytes) -> Heard | Garbage:
    if not text.isascii():
        return Garbage(text)
    words = text.decode()
    if not words.startswith("IMEVENT="):
        return Said(words)
    try:
        _, state, warnings, alarms, *_ = words.split(" ")
        return Event(int(state, 16), int(warnings, 16), int(alarms, 16))
    except ValueError:
        return Garbage(text)
