"""Blackmagic Videohub Ethernet protocol: blocks of text. No I/O.

A block is a header that ends in a colon, lines, and an empty line. The router sends all that it
knows as blocks when a connection begins, and again whatever changes. A controller sends a block of
the same form to change something, or the header alone to have it told; either is answered by a
block ``ACK`` or ``NAK``. Inputs and outputs count from 0.

Source: Blackmagic Design, Videohub Ethernet Protocol 2.3 (VideohubEthernetProtocol.pdf).
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.lines import Lines

BLOCK_MAX = 32_768  # bytes; 288 labels with 64 letters each fit
ROUTING = "VIDEO OUTPUT ROUTING:"
LOCKS = "VIDEO OUTPUT LOCKS:"
INPUTS = "INPUT LABELS:"
OUTPUTS = "OUTPUT LABELS:"
DEVICE = "VIDEOHUB DEVICE:"
ACK, NAK, PING = "ACK", "NAK", "PING:"


@dataclass(frozen=True, slots=True)
class Block:
    """A header, or a word by itself, and the lines below it."""

    header: str
    lines: tuple[str, ...] = ()

    def numbered(self) -> dict[int, str]:
        """Read lines like "3 Camera": by their number."""
        found = {}
        for line in self.lines:
            number, _, text = line.partition(" ")
            if number.isdecimal() and number.isascii() and len(number) < 5:
                found[int(number)] = text
        return found

    def named(self) -> dict[str, str]:
        """Read lines like "Model name: Smart Videohub": by their name, in lower case."""
        pairs = (line.partition(":") for line in self.lines)
        return {name.strip().lower(): text.strip() for name, colon, text in pairs if colon}


def encode(block: Block) -> bytes:
    """Spell a block."""
    return "".join(f"{line}\n" for line in (block.header, *block.lines, "")).encode()


class BlockDecoder(Lines[Block]):
    """Turns a byte stream of either direction into blocks; CR counts for nothing."""

    def __init__(self) -> None:
        super().__init__(_parse, end=b"\n\n", most=BLOCK_MAX, around=b"\n")

    def feed(self, data: bytes) -> list[Block | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return super().feed(data.replace(b"\r", b""))


def _parse(data: bytes) -> Block | Garbage:
    try:
        header, *lines = data.decode().split("\n")
    except UnicodeDecodeError:
        return Garbage(data)
    if not re.fullmatch(r"ACK|NAK|[A-Z][A-Z0-9 ]{2,40}:", header):
        return Garbage(data)
    return Block(header, tuple(lines))
