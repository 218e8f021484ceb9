"""How a value stands in a frame of a code sheet: as bytes, as digits, as text. No I/O.

A placeholder names its format after a colon: ``{value:u8}`` is one byte, ``{value:u16le}`` two, the
lower one first, ``{value:03d}`` three decimal digits, ``{value:02X}`` two hexadecimal ones,
``{value:d}`` as many as it takes, ``{value:s}`` text, ``{value:h}`` text of which each byte is
written as two hexadecimal digits.

Source: none; the notation is ours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Word = int | str  # what a placeholder holds
TEXT_MAX = 120
DIGITS_MAX = 9
_INTEGER = re.compile(r"u(8|16|24|32)(le|be)?$")
_DIGITS = re.compile(r"(?:0([1-9]))?([dxX])$")
_PRINTABLE = rb"[^\x01-\x1f]{0,%d}?" % TEXT_MAX  # some fill up with zeros
_PAIRS = rb"(?:[0-9A-Fa-f]{2}){0,%d}?" % TEXT_MAX


class UnclearError(ValueError):
    """A code sheet says something that makes no sense; `key` names the mistake."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a value; `size` is 0 where it varies, `largest` -1 where it is text."""

    name: str
    size: int
    largest: int
    pattern: bytes
    spell: Callable[[Word], bytes]
    read: Callable[[bytes], Word]

    def fits(self, word: Word) -> bool:
        """Say whether a value can be written so."""
        if self.largest < 0:
            text = str(word)
            return len(text) <= TEXT_MAX and text.isprintable()
        return isinstance(word, int) and 0 <= word <= self.largest


def format_of(name: str) -> Format:
    """Give a format by its name.

    Raises:
        UnclearError: there is none of this name.
    """
    if found := _INTEGER.match(name):
        size = int(found[1]) // 8
        if size == 1 or found[2]:
            return _bytes(name, size, little=found[2] == "le")
    if found := _DIGITS.match(name):
        return _digits(name, int(found[1] or 0), found[2])
    if name == "h":
        return Format(name, 0, -1, _PAIRS, lambda word: str(word).encode().hex().encode(), _pairs)
    if name == "s":
        return Format(name, 0, -1, _PRINTABLE, lambda word: str(word).encode(), _text)
    raise UnclearError("unknown-format", format=name)


def _bytes(name: str, size: int, *, little: bool) -> Format:
    return Format(
        name,
        size,
        (1 << 8 * size) - 1,
        b".{%d}" % size,
        lambda word: int(word).to_bytes(size, "little" if little else "big"),
        lambda data: int.from_bytes(data, "little" if little else "big"),
    )


def _digits(name: str, width: int, letter: str) -> Format:
    base, digits = (10, b"[0-9]") if letter == "d" else (16, b"[0-9A-Fa-f]")
    return Format(
        name,
        width,
        base ** (width or DIGITS_MAX) - 1,
        digits + (b"{%d}" % width if width else b"{1,%d}" % DIGITS_MAX),
        lambda word: f"{int(word):0{width}{letter}}".encode(),
        lambda data: int(data, base),
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip(" \0")


def _pairs(data: bytes) -> str:
    whole = bytes.fromhex(data.decode())
    return _text(whole.partition(b"\0")[0])
