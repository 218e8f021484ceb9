"""Open Sound Control messages: an address and its values. No I/O.

Texts end in a zero and are filled up with zeros to a multiple of four bytes: the address
``/ch/01/mix/fader``, then a comma with a letter for each value (``,f``), then the values, four
bytes each, most significant first. A datagram is one message; what reads them does not count on
that, for a message says itself where it ends.

Source: Open Sound Control 1.0 specification, "OSC Syntax" (opensoundcontrol.stanford.edu).
"""

import re
import struct
from dataclasses import dataclass

from classroom_drivers.codecs.cutter import Cutter, skip_to
from classroom_drivers.codecs.garbage import Garbage

MESSAGE_MAX = 2048  # bytes
ADDRESS = re.compile(rb"/[!-+\--~]*\Z")  # printable, without space and comma
TEXT_MAX = 512

Argument = str | int | float | bool | bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    address: str
    values: tuple[Argument, ...] = ()


class _More(Exception):  # noqa: N818 - not a fault: the rest has not come yet
    """The message goes on after the bytes that are here."""


class _Nonsense(Exception):  # noqa: N818 - becomes Garbage
    """This is no message."""


def encode(message: Message) -> bytes:
    """Spell a message."""
    tags, data = ",", b""
    for value in message.values:
        tag, spelled = _spell(value)
        tags, data = tags + tag, data + spelled
    return _text(message.address.encode()) + _text(tags.encode()) + data


class MessageDecoder(Cutter[Message]):
    """Turns datagrams, or a stream, into messages."""

    def __init__(self) -> None:
        super().__init__(_first)


class ControllerCodec:
    """A controller's side: what is asked for in one go leaves as one datagram for each message."""

    def __init__(self) -> None:
        self._decoder = MessageDecoder()

    def spell(self, data: bytes) -> list[bytes]:
        """Cut what is to be sent into its messages."""
        found = MessageDecoder().feed(data)
        return [encode(message) for message in found if isinstance(message, Message)]

    def feed(self, data: bytes) -> list[Message | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return self._decoder.feed(data)


def _first(data: bytes) -> tuple[Message | Garbage, int] | None:
    try:
        return _read(data)
    except _More:
        return None if len(data) < MESSAGE_MAX else skip_to(b"/", data)
    except _Nonsense:
        return skip_to(b"/", data)


def _spell(value: Argument) -> tuple[str, bytes]:
    match value:
        case bool():
            return "T" if value else "F", b""
        case int():
            return "i", struct.pack(">i", value)
        case float():
            return "f", struct.pack(">f", value)
        case str():
            return "s", _text(value.encode())
        case _:
            return "b", struct.pack(">I", len(value)) + value + bytes(-len(value) % 4)


def _text(data: bytes) -> bytes:
    return data + bytes(4 - len(data) % 4)


def _read(data: bytes) -> tuple[Message, int]:
    if data[:1] != b"/":
        raise _Nonsense
    address, place = _read_text(data, 0)
    if not ADDRESS.match(address):
        raise _Nonsense
    tags, place = _read_text(data, place)
    if tags[:1] != b",":
        raise _Nonsense
    values: list[Argument] = []
    for tag in tags[1:].decode("latin-1"):
        value, place = _read_value(tag, data, place)
        values.append(value)
    return Message(address.decode(), tuple(values)), place


def _read_value(tag: str, data: bytes, place: int) -> tuple[Argument, int]:
    match tag:
        case "i":
            return struct.unpack(">i", _take(data, place, 4))[0], place + 4
        case "f":
            return struct.unpack(">f", _take(data, place, 4))[0], place + 4
        case "s":
            text, end = _read_text(data, place)
            return text.decode("utf-8", "replace"), end
        case "b":
            (length,) = struct.unpack(">I", _take(data, place, 4))
            if length > MESSAGE_MAX:
                raise _Nonsense
            return _take(data, place + 4, length), place + 4 + length + -length % 4
        case "T" | "F":
            return tag == "T", place
    raise _Nonsense


def _take(data: bytes, place: int, length: int) -> bytes:
    if len(data) < place + length + -length % 4:
        raise _More
    return data[place : place + length]


def _read_text(data: bytes, place: int) -> tuple[bytes, int]:
    end = data.find(b"\0", place)
    if end < 0 or end - place > TEXT_MAX:
        raise _More if len(data) - place <= TEXT_MAX else _Nonsense
    length = end - place
    after = place + length + 4 - length % 4
    if len(data) < after:
        raise _More
    if any(data[end:after]):
        raise _Nonsense
    return data[place:end], after
