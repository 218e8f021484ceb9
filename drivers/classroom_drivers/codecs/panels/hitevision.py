"""Panels that speak ``7F 08 99 A2 B3 C4 02 FF``, group, code, ``CF``: HiteVision, Newline. No I/O.

There is no sum. A command comes back with 01 behind its code when it was done, a question with
the value; the second byte is then 09, and with some commands of Newline it is 09 from the start,
so that the length follows from where ``CF`` stands. One table begins replies with 7E. Some codes
toggle, and are keys here. Nothing but the wake frame is heard in standby, as far as is known.

Source: HiteVision, manual of 90184, p. 47 (115200 8N1; commands of group 01); public code tables
of a school's control system for four of its boards (questions 32, 33 and 37, volume 05, and OPS
as 38 with HDMI 3 as 0C on the newer ones): unconfirmed by a manual. Newline: what its panels'
own service reads and writes, com.newline.serialport (19200 8N1).
"""

from dataclasses import replace

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.family import (
    Family,
    Frame,
    Level,
    Phrase,
    Property,
    Whatever,
    Words,
)

SIGN = bytes.fromhex("99A2B3C402FF")
STARTS = b"\x7f\x7e"
LENGTHS = b"\x08\x09"
END = 0xCF
LONG_GROUPS = b"\x0b\x0c\x0d\x0e\x0f"  # of Newline: 09 though no value follows


class HiteVisionWire:
    """Frames without a sum."""

    set_ids = range(1, 2)
    everybody = -1

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""
        length = 0x09 if body[0] in LONG_GROUPS else 0x08
        return bytes([STARTS[0], length]) + SIGN + body + bytes([END])

    def spell_reply(self, body: bytes, set_id: int) -> bytes:
        """Spell what a panel says."""
        return bytes([STARTS[0], 0x09]) + SIGN + body + bytes([END])

    def replies(self) -> Cutter[Frame]:
        """Give a reader of what a panel says."""
        return Cutter(_take)

    requests = replies


def _take(data: bytes) -> tuple[Frame | Garbage, int] | None:
    fits = data[:1] in STARTS and data[1:2] in LENGTHS and SIGN.startswith(data[2:8])
    if not fits:
        return Garbage(data[:1]), 1
    for end in (10, 11):
        if len(data) <= end:
            return None
        if data[end] == END:
            return Frame(data[8:end]), end + 1
    return Garbage(data[:1]), 1


_DONE, _FAILED = b"\x01", b"\x00"
_INPUT_CODES = {
    b"\x0a": "hdmi-1",
    b"\x0b": "hdmi-2",
    b"\x0c": "ops",
    b"\x0d": "vga-1",
    b"\x0e": "vga-2",
    b"\x10": "component",
    b"\x11": "av-1",
    b"\x12": "av-2",
}
_SHOWN = {
    b"\x17": "hdmi-1",
    b"\x18": "hdmi-2",
    b"\x19": "ops",
    b"\x00": "vga-1",
    b"\x11": "vga-2",
    b"\x10": "component",
    b"\x02": "av-1",
    b"\x03": "av-2",
}
_KEYS = {
    "home": 0x1C,
    "input": 0x06,
    "up": 0x2E,
    "down": 0x2F,
    "left": 0x2C,
    "right": 0x2D,
    "enter": 0x2B,
    "volume-up": 0x18,
    "volume-down": 0x17,
    "mute": 0x02,  # toggles
    "whiteboard": 0x07,
}
_VOLUME = Property(
    say=Phrase(b"\x05", Level()), ask=b"\x01\x33", hear=Phrase(b"\x01\x33", Level())
)  # 0 is told while the sound is muted

HITEVISION = Family(
    wire=HiteVisionWire(),
    properties={
        "power": Property(
            say=Phrase(b"\x01", Words({b"\x00": True, b"\x01": False})),
            ask=b"\x01\x37",
            hear=Phrase(b"\x01\x37", Words({b"\x01": True, b"\x00": False})),
        ),
        "input": Property(
            say=Phrase(b"\x01", Words(_INPUT_CODES)),
            ask=b"\x01\x32",
            hear=Phrase(b"\x01\x32", Words(_SHOWN, other="input")),
        ),
        "volume": _VOLUME,
    },
    keys={name: bytes([0x01, code]) for name, code in _KEYS.items()},
    yes=_DONE,
    no={_FAILED: "failed"},
    echoes=True,
    deaf=True,
)

_NEWER_CODES = {code: name for code, name in _INPUT_CODES.items() if name != "ops"}
_NEWER_CODES |= {b"\x0c": "hdmi-3", b"\x38": "ops"}
HITEVISION_OPS_38 = replace(
    HITEVISION,
    properties={
        **HITEVISION.properties,
        "input": Property(
            say=Phrase(b"\x01", Words(_NEWER_CODES)),
            ask=b"\x01\x32",
            hear=Phrase(b"\x01\x32", Words({**_SHOWN, b"\x20": "hdmi-3"}, other="input")),
        ),
    },
)

_NEWLINE_CODES = {
    b"\x0a": "hdmi-front",
    b"\x52": "hdmi-1",
    b"\x53": "hdmi-2",
    b"\x54": "vga",
    b"\x38": "ops",
    b"\x51": "type-c",
    b"\x56": "dp",
    b"\x1c": "android",
}
_NEWLINE_SHOWN = {
    b"\x19": "hdmi-front",
    b"\x1f": "hdmi-1",
    b"\x1e": "hdmi-2",
    b"\x00": "vga",
    b"\x17": "ops",
    b"\x22": "type-c",
    b"\x18": "type-c",
    b"\x20": "dp",
    b"\x30": "android",
}
_NEWLINE_KEYS = {
    "menu": 0x1B,
    "back": 0x1D,
    "page-up": 0x13,
    "page-down": 0x14,
    "screenshot": 0x1F,
    "freeze": 0x3B,  # toggles
}
NEWLINE = replace(
    HITEVISION,
    properties={
        "power": Property(
            say=HITEVISION.properties["power"].say,
            ask=b"\x01\x33",  # there is no question for it: whoever tells the volume is on
            hear=Phrase(b"\x01\x33", Whatever(value=True)),
        ),
        "input": Property(
            say=Phrase(b"\x01", Words(_NEWLINE_CODES)),
            ask=b"\x01\x50",
            hear=Phrase(b"\x01\x50", Words(_NEWLINE_SHOWN, other="input")),
        ),
        "volume": _VOLUME,
        "sound-mute": Property(
            say=Phrase(b"\x0f", Words({b"\x00": True, b"\x01": False})),
            ask=b"\x01\x82",
            hear=Phrase(b"\x01\x82", Words({b"\x01": True, b"\x00": False})),
        ),
    },
    keys={
        **HITEVISION.keys,
        **{name: bytes([0x01, code]) for name, code in _NEWLINE_KEYS.items()},
    },
)
