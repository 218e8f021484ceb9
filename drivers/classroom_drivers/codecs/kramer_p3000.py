"""Kramer Protocol 3000: commands to bytes, bytes to replies. No I/O.

A command is ``#``, its word, a space, parameters between commas, CR; before the word may stand the
number of the machine, ``#02@``. The answer is ``~``, the machine, ``@``, the word and what now
holds, CR LF: ``#ROUTE 1,2,3`` -> ``~01@ROUTE 1,2,3``. A bare ``#`` is answered by ``~01@ OK``. What
goes wrong is ``ERR`` and a number, with or without the word, with or without a space.

Source: Kramer, VS-44H2A user manual, page 38; VP-81K user manual, page 31 (the older commands and
the switch messages); KIT-400 user manual, page 85 (VMUTE); VS-88H2 Protocol 3000 commands.
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.lines import Lines

LINE_MAX = 256
ERRORS = {
    1: "syntax error",
    2: "command not available on this device",
    3: "parameter out of range",
    4: "unauthorized access",
    5: "internal firmware error",
    6: "busy",
    7: "wrong checksum",
    8: "timed out",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of a device: an answer, or news; `error` is 0 unless it said no."""

    machine: int
    word: str  # empty for the handshake, and for errors that do not say of what
    parameters: str = ""
    error: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the device reads it; a question's word ends in a question mark."""

    word: str
    parameters: str = ""
    machine: int = 0  # 0 is not named


def encode(word: str, parameters: str = "", machine: int = 0) -> bytes:
    """Spell a command."""
    place = f"{machine:02}@" if machine else ""
    return f"#{place}{word}{' ' if parameters else ''}{parameters}\r".encode()


def encode_reply(reply: Reply) -> bytes:
    """Spell what a device says."""
    said = f"ERR {reply.error:03}" if reply.error else reply.parameters
    return f"~{reply.machine:02}@{reply.word} {said}".rstrip().encode() + b"\r\n"


_OLD_OK = re.compile(r"~(?:(\d{1,2})@)? ?OK", re.IGNORECASE)
_COMMAND = re.compile(r"#(?:(\d{1,2})@)?([A-Z0-9-]*\??) ?(.*)", re.IGNORECASE)
_REPLY = re.compile(r"~(\d{1,2})@ ?(.*)")
_ERROR = re.compile(r"(?:([A-Z][A-Z0-9-]*)\?? ?)?ERR ?(\d{3})")
_WORD = re.compile(r"([A-Z][A-Z0-9-]*)\??(?: |$)(.*)")


class ReplyDecoder(Lines[Reply]):
    """Turns what a device sends into replies."""

    def __init__(self) -> None:
        super().__init__(_parse, end=b"\n", most=LINE_MAX, around=b"\r ")


class CommandDecoder(Lines[Command]):
    """The device's side: turns what a controller sends into commands; LF counts for nothing."""

    def __init__(self) -> None:
        super().__init__(_parse_command, end=b"\r", most=LINE_MAX)

    def feed(self, data: bytes) -> list[Command | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return super().feed(data.replace(b"\n", b""))


def _parse(line: bytes) -> Reply | Garbage:
    text = line.decode("latin-1")
    start = text.find("~")
    if start < 0 or not text.isprintable() or not line.isascii():
        return Garbage(line)
    text = text[start:]
    if old := _OLD_OK.fullmatch(text):
        return Reply(int(old[1] or 1), "")
    match = _REPLY.fullmatch(text)
    if not match:
        return Garbage(line)
    return _read(int(match[1]), match[2])


def _read(machine: int, said: str) -> Reply | Garbage:
    if error := _ERROR.fullmatch(said):
        return Reply(machine, error[1] or "", error=int(error[2]))
    if word := _WORD.fullmatch(said):
        return Reply(machine, word[1], word[2].removesuffix("OK").strip())
    return Garbage(said.encode())


def _parse_command(line: bytes) -> Command | Garbage:
    match = _COMMAND.fullmatch(line.decode("latin-1")) if line.isascii() else None
    if not match or len(line) >= LINE_MAX:
        return Garbage(line)
    return Command(match[2].upper(), match[3].strip(), int(match[1] or 0))
