"""Interactive panels on the wire: frame families, and the words each of them has. No I/O.

Many makers build on few boards, so that a handful of frame families serves most panels. A family
is a row of `FAMILIES`: how a frame is spelled and read, and which frame means what. The one that
is here, ``aabbcc``, is ten bytes: ``AA BB CC``, main, sub, value, their sum, ``DD EE FF``. Only
questions are answered; a question's main part comes back as 80 (power), 81 (input), 82 (sound).

Source: Clevertouch, "RS232 code for Clevertouch Plus" (9600 8N1), also NovoTouch and Boxlight.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from classroom_drivers.codecs.garbage import Garbage

HEAD = bytes.fromhex("AABBCC")
TAIL = bytes.fromhex("DDEEFF")
LENGTH = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """The three bytes of a frame that say something."""

    main: int
    sub: int
    value: int = 0


class Decoder(Protocol):
    """Turns a byte stream into frames; never raises."""

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""


@dataclass(frozen=True, slots=True)
class Family:
    """One frame family: spelling, reading, and the words it has."""

    encode: Callable[[Frame], bytes]
    decoder: Callable[[], Decoder]
    read: Callable[[str, Frame], str | int | bool | None]  # (what was asked, frame): the answer
    on: Frame
    off: Frame
    volume: Callable[[int], Frame]
    mute: Frame
    unmute: Frame
    inputs: Mapping[str, Frame]
    keys: Mapping[str, Frame]
    questions: Mapping[str, Frame]  # "power", "input", "volume", "sound-mute"


def encode(frame: Frame) -> bytes:
    """Spell a frame of the family aabbcc."""
    body = bytes([frame.main, frame.sub, frame.value])
    return HEAD + body + bytes([sum(body) & 0xFF]) + TAIL


class FrameDecoder:
    """Cuts a byte stream, however it arrived, into frames of aabbcc. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Frame | Garbage] = []
        while self._rest:
            start = _head_in(self._rest)
            if start:
                found.append(Garbage(self._rest[:start]))
                self._rest = self._rest[start:]
            if len(self._rest) < LENGTH:
                break
            frame = _parse(self._rest[:LENGTH])
            found.append(frame)
            self._rest = self._rest[len(frame.data) if isinstance(frame, Garbage) else LENGTH :]
        return found


def _head_in(data: bytes) -> int:
    """Say where a frame begins, or may begin once more bytes are here."""
    start = data.find(HEAD)
    if start >= 0:
        return start
    return next((len(data) - n for n in (2, 1) if data.endswith(HEAD[:n])), len(data))


def _parse(data: bytes) -> Frame | Garbage:
    if data[7:] != TAIL or sum(data[3:6]) & 0xFF != data[6]:
        return Garbage(data[:1])  # the next head may lie within
    return Frame(*data[3:6])


_INPUTS = {
    "tv": 0x01,
    "av": 0x02,
    "vga-1": 0x03,
    "vga-2": 0x04,
    "vga-3": 0x0B,
    "hdmi-1": 0x06,
    "hdmi-2": 0x07,
    "hdmi-3": 0x05,
    "pc": 0x08,
    "android": 0x0A,
}
_INPUT_NAMES = {code: name for name, code in _INPUTS.items()}
_KEYS = {
    "home": 0x48,
    "menu": 0x0D,
    "back": 0x0A,
    "input": 0x07,
    "up": 0x47,
    "down": 0x4D,
    "left": 0x49,
    "right": 0x4B,
    "enter": 0x4A,
    "page-up": 0x42,
    "page-down": 0x0F,
}


def _read(asked: str, frame: Frame) -> str | int | bool | None:
    """Give what a frame of aabbcc answers to a question; None if it answers another one."""
    match asked, frame.main, frame.sub:
        case "power", 0x80, 0 | 1:
            return frame.sub == 0
        case "input", 0x81, code:
            return _INPUT_NAMES.get(code, f"input-{code}")
        case "volume", 0x82, 0:
            return frame.value
        case "sound-mute", 0x82, 1:
            return frame.value == 0
    return None


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "aabbcc": Family(
            encode=encode,
            decoder=FrameDecoder,
            read=_read,
            on=Frame(0x01, 0x00),
            off=Frame(0x01, 0x01),
            volume=lambda percent: Frame(0x03, 0x00, percent),
            mute=Frame(0x03, 0x01, 0),
            unmute=Frame(0x03, 0x01, 1),
            inputs={name: Frame(0x02, code) for name, code in _INPUTS.items()},
            keys={name: Frame(0x07, code) for name, code in _KEYS.items()},
            questions={
                "power": Frame(0x01, 0x02),
                "input": Frame(0x02, 0x00),
                "volume": Frame(0x03, 0x02),
                "sound-mute": Frame(0x03, 0x03),
            },
        ),
    }
)
