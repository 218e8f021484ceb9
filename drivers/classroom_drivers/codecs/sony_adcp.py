"""Sony ADCP (Advanced Display Control Protocol): commands to bytes, bytes to replies. No I/O.

A projector greets every connection: ``NOKEY``, or a challenge that wants SHA-256(challenge +
password) in hex. A command is a word and a value in quotes, ``input "hdmi1"``, or a question mark.
It is answered by ``ok``, by the value, or by a word that begins with ``err_``. All end in CR LF.

Source: Sony, Protocol Manual (Common), 1st edition (revised 1), 4-2 ADCP; replies of a VPL-VW290ES
as the tests of shivanathd/homebridge-sony-projectors have them (src/protocol/fake-adcp.helpers.ts).
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.lines import Lines

LINE_MAX = 1024
DENIED, INACTIVE, UNKNOWN = "err_auth", "err_inactive", "err_cmd"
REFUSALS = {
    UNKNOWN: "it knows no such command",
    "err_option": "it knows no such option",
    INACTIVE: "not available now",
    "err_val": "not a value that it can have",
    DENIED: "wrong password",
    "err_internal1": "internal error",
    "err_internal2": "internal error",
}


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first line of a connection; without a challenge no password is wanted."""

    challenge: str


@dataclass(frozen=True, slots=True)
class Ok:
    """It was accepted."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value: a text, or what JSON makes of it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """It was not, and why: one of REFUSALS."""

    word: str


Reply = Greeting | Ok | Told | Refusal


def encode(word: str, value: str = "?") -> bytes:
    """Spell a command, or a question."""
    return f"{word} ?\r\n".encode() if value == "?" else f'{word} "{value}"\r\n'.encode()


def proof_of(challenge: str, password: str) -> str:
    """Prove that one knows the password."""
    return sha256(f"{challenge}{password}".encode()).hexdigest()


class ReplyDecoder(Lines[Reply]):
    """Turns what a projector sends into replies."""

    def __init__(self) -> None:
        super().__init__(_parse, end=b"\n", most=LINE_MAX, around=b"\r ")


class CommandDecoder(Lines[tuple[str, str]]):
    """The projector's side: lines to words and values."""

    def __init__(self) -> None:
        super().__init__(_parse_command, end=b"\n", most=LINE_MAX, around=b"\r ")


def _parse(line: bytes) -> Reply | Garbage:
    text = line.decode("utf-8", "replace")
    if text == "ok":
        return Ok()
    if text == "NOKEY":
        return Greeting("")
    if re.fullmatch(r"[0-9a-fA-F]{8,64}", text):
        return Greeting(text)
    if text in REFUSALS:
        return Refusal(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Garbage(line)
    return Told(value)


def _parse_command(line: bytes) -> tuple[str, str] | Garbage:
    text = line.decode("latin-1")
    if match := re.fullmatch(r'([a-z0-9_]+)(?: ?(?:(\?)|"([^"]*)"|(-?\d+)))?', text):
        return match[1], match[2] or match[3] or match[4] or ""
    return Garbage(line)
