"""Pelco-D and Pelco-P on the wire: what a PTZ camera is told, mostly without an answer. No I/O.

Both put the same four bytes into a frame of their own. D: ``FF``, address, the four, their sum
with the address. P: ``A0``, address less one, the four, ``AF``, the exclusive-or of all before.
The bits of the lens are not the same in both: the tables below have them.

The four are either a movement, one bit for each direction and two speeds, which goes on until
another movement or a stop (all zero) comes; or, where the lowest bit of the second is set, an
extended command with two bytes of data.

Source: Pelco D Protocol Manual TF-0002 v2 r1; Oxic XPM9A261A manual, p59 (D); Dante DLM1971
manual, p24 (P); questions for the position: AVIPAS AV-1281G User's Manual, p45, Glow Stream
GS300-12X-NDI manual, p72; autofocus: PTZOptics Studio Pro manual, p21.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor
from types import MappingProxyType

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage

SPEED_MAX = 0x3F
RIGHT, LEFT, UP, DOWN, TELE, WIDE = 0x02, 0x04, 0x08, 0x10, 0x20, 0x40
STORE, RECALL, AUTOFOCUS = 0x03, 0x07, 0x2B
ASK_PAN, ASK_TILT, ASK_ZOOM = 0x51, 0x53, 0x55
ANSWER = 0x08  # added to a question's code by its answer


@dataclass(frozen=True, slots=True)
class Message:
    """Four bytes for, or from, a camera; addresses count from 1."""

    address: int
    first: int
    second: int
    data: tuple[int, int] = (0, 0)

    @property
    def value(self) -> int:
        """Give the data as one number."""
        return self.data[0] << 8 | self.data[1]


@dataclass(frozen=True, slots=True)
class Dialect:
    """D or P: the frame, and the bits of the lens in the first and second byte."""

    start: int
    length: int
    lens: Mapping[str, tuple[int, int]]

    def encode(self, message: Message) -> bytes:
        """Spell a message."""
        four = bytes([message.first, message.second, *message.data])
        if self.start == D.start:
            body = bytes([message.address]) + four
            return bytes([self.start]) + body + bytes([sum(body) & 0xFF])
        frame = bytes([self.start, message.address - 1]) + four + b"\xaf"
        return frame + bytes([reduce(xor, frame)])

    def read(self, frame: bytes) -> Message | None:
        """Understand a frame of the right length; None if it is none."""
        offset = 0 if self.start == D.start else 1
        message = Message((frame[1] + offset) & 0xFF, frame[2], frame[3], (frame[4], frame[5]))
        return message if message.address and self.encode(message) == frame else None


D = Dialect(
    0xFF,
    7,
    MappingProxyType(
        {
            "focus-near": (0x01, 0x00),
            "focus-far": (0x00, 0x80),
            "iris-open": (0x02, 0x00),
            "iris-close": (0x04, 0x00),
        }
    ),
)
P = Dialect(
    0xA0,
    8,
    MappingProxyType(
        {
            "focus-near": (0x02, 0x00),
            "focus-far": (0x01, 0x00),
            "iris-open": (0x04, 0x00),
            "iris-close": (0x08, 0x00),
        }
    ),
)
DIALECTS: Mapping[str, Dialect] = MappingProxyType({"d": D, "p": P})


def drive(address: int, pan: int, tilt: int, zoom: int) -> Message:
    """Move: speeds of -63..63 to the right and up; zoom by its sign, in is positive.

    All zero is a stop: of the lens, too.
    """
    ways = (pan, RIGHT, LEFT), (tilt, UP, DOWN), (zoom, TELE, WIDE)
    second = sum(_way(speed, positive, negative) for speed, positive, negative in ways)
    return Message(address, 0, second, (abs(pan), abs(tilt)))


def extended(address: int, code: int, value: int = 0) -> Message:
    """Say an extended command, or ask a question."""
    return Message(address, 0, code, (value >> 8, value & 0xFF))


class FrameDecoder(Cutter[Message]):
    """Cuts a byte stream into messages."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(lambda data: _take(data, dialect))


def _take(data: bytes, dialect: Dialect) -> tuple[Message | Garbage, int] | None:
    length = dialect.length
    if len(data) < length:
        return None
    message = dialect.read(data[:length]) if data[0] == dialect.start else None
    return (message, length) if message else (Garbage(data[:1]), 1)


def _way(speed: int, positive: int, negative: int) -> int:
    if not speed:
        return 0
    return positive if speed > 0 else negative
