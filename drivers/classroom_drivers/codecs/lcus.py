"""USB relay boards of LC Technology and its copies (LCUS-1 to LCUS-8, NOYITO): four bytes. No I/O.

``A0``, relay, word, sum. 00 opens and 01 closes without an answer; 02 and 03 do the same and
answer, 05 asks: ``A0 nn 00|01 sum`` comes back. Not all boards know the last three: those of LC
Technology with two or more relays are asked with a single ``FF`` and tell all of them as text,
``CH1:ON``, ``CH2:OFF``, a line each; the first LCUS-1 answer nothing.

Source: sellers' sheets of LCUS-1 (A0 01 01 A2, A0 01 00 A1, 9600 8N1); a sheet with words 02 to 05
(A0 01 03 A4 answers A0 01 01 A2; A0 01 05 A6 asks) quoted in several public programs; text as in
jumpstarter-driver-noyito-relay 0.9.0. No manual of a maker was found.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage

START = 0xA0
LENGTH = 4
CHANNELS_MAX = 8
ASK_TEXT = b"\xff"
TEXT_MAX = 16
TEXT = re.compile(rb"CH([1-8]): ?(ON|OFF) *\r?\Z")


class Word(IntEnum):
    """What is done to a relay, or how it is."""

    OPEN = 0
    CLOSE = 1
    OPEN_AND_TELL = 2
    CLOSE_AND_TELL = 3
    ASK = 5


@dataclass(frozen=True, slots=True)
class Message:
    """A relay and a word; a board answers with OPEN or CLOSE."""

    relay: int
    word: Word


@dataclass(frozen=True, slots=True)
class AskText:
    """The question for all relays as text."""


def encode(message: Message) -> bytes:
    """Spell a message."""
    body = bytes([START, message.relay, message.word])
    return body + bytes([sum(body) & 0xFF])


def encode_text(relay: int, *, closed: bool) -> bytes:
    """Spell a line of the text."""
    return f"CH{relay}:{'ON' if closed else 'OFF'} \r\n".encode()


class ReplyDecoder(Cutter[Message]):
    """Reads what a board says, in either form."""

    def __init__(self) -> None:
        super().__init__(_take_reply)


class RequestDecoder(Cutter[Message | AskText]):
    """Reads what a controller says."""

    def __init__(self) -> None:
        super().__init__(_take_request)


def _take_reply(data: bytes) -> tuple[Message | Garbage, int] | None:
    if data[0] != b"C"[0]:
        return _take(data)
    length = data.find(b"\n") + 1
    if not length:
        return None if len(data) < TEXT_MAX else (Garbage(data[:1]), 1)
    found = TEXT.match(data[: length - 1])
    if not found:
        return Garbage(data[:1]), 1
    word = Word.CLOSE if found[2] == b"ON" else Word.OPEN
    return Message(int(found[1]), word), length


def _take_request(data: bytes) -> tuple[Message | AskText | Garbage, int] | None:
    if data[:1] == ASK_TEXT:
        return AskText(), 1
    return _take(data)


def _take(data: bytes) -> tuple[Message | Garbage, int] | None:
    if data[0] != START:
        return Garbage(data[:1]), 1
    if len(data) < LENGTH:
        return None
    _, relay, word, check = data[:LENGTH]
    known = 1 <= relay <= CHANNELS_MAX and word in set(Word)
    if not known or sum(data[:3]) & 0xFF != check:
        return Garbage(data[:1]), 1
    return Message(relay, Word(word)), LENGTH
