"""Shure command strings: what a microphone or processor is asked, told and reports. No I/O.

``< SET 2 AUDIO_MUTE ON >`` and ``< GET 2 AUDIO_MUTE >`` are answered by ``< REP 2 AUDIO_MUTE ON
>``, which also comes whenever somebody else changes it. Without a number the whole device is meant.
Texts stand in braces and are filled up with spaces. ``< REP ERR >`` is a refusal of anything.

Source: Shure, Command Strings for MXA910 and P300 (pubs.shure.com/command-strings/MXA910,
www.shure.com/en-US/docs/commandstrings/P300).
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

STRING_MAX = 256  # bytes
GET, SET, REPORT = "GET", "SET", "REP"
ERROR = "ERR"
DEVICE = -1  # instead of a channel
GAIN_ZERO_DB, GAIN_MAX = 1100, 1400  # tenths of a decibel, from -110 to 30


@dataclass(frozen=True, slots=True)
class Message:
    """One command string; channel DEVICE is the whole device, 0 all channels."""

    verb: str
    name: str
    value: str = ""
    channel: int = DEVICE


def encode(message: Message) -> bytes:
    """Spell a message."""
    channel = "" if message.channel == DEVICE else f"{message.channel} "
    value = f" {message.value}" if message.value else ""
    return f"< {message.verb} {channel}{message.name}{value} >".encode()


class MessageDecoder:
    """Turns a byte stream of either direction, however it was cut, into messages. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *strings, rest = (self._rest + data).split(b">")
        found = [_parse(text) for text in strings]
        if len(rest) >= STRING_MAX:
            found.append(Garbage(rest))
            rest = b""
        self._rest = rest
        return found


_STRING = re.compile(r"(GET|SET|REP|SAMPLE) (?:(\d{1,2}) )?([A-Z][A-Z0-9_]*)(?: (.*))?")


def _parse(data: bytes) -> Message | Garbage:
    text = data.decode("utf-8", "replace").rpartition("<")[2].strip()
    match = _STRING.fullmatch(text)
    if not match:
        return Garbage(data)
    value = (match[4] or "").strip().removeprefix("{").removesuffix("}").strip()
    return Message(match[1], match[3], value, DEVICE if match[2] is None else int(match[2]))
