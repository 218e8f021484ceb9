"""Panels that speak ten bytes: ``AA BB CC``, main, sub, value, their sum, ``DD EE FF``. No I/O.

Only questions are answered; a question's main part comes back as 80 (power), 81 (input), 82
(sound). A built-in PC has its own power (09), which is not used here.

Source: Clevertouch, "RS232 code for Clevertouch Plus" (9600 8N1); the same bytes in iiyama,
"TExx68 RS232 protocol v1.0.2" (inputs AV, VGA, HDMI, Android and DP only) and NovoTouch,
support.launchnovo.com, "RS-232 specification". Page numbers are not given: tables of 3 pages.
"""

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.family import (
    Family,
    Frame,
    Level,
    Phrase,
    Property,
    Words,
)

HEAD = bytes.fromhex("AABBCC")
TAIL = bytes.fromhex("DDEEFF")
LENGTH = 10


class AabbccWire:
    """Frames with a sum."""

    set_ids = range(1, 2)
    everybody = -1

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""
        return HEAD + body + bytes([sum(body) & 0xFF]) + TAIL

    spell_reply = spell

    def replies(self) -> Cutter[Frame]:
        """Give a reader of what a panel says."""
        return Cutter(_take)

    requests = replies


def _take(data: bytes) -> tuple[Frame | Garbage, int] | None:
    start = _head_in(data)
    if start:
        return Garbage(data[:start]), start
    if len(data) < LENGTH:
        return None
    if data[7:LENGTH] != TAIL or sum(data[3:6]) & 0xFF != data[6]:
        return Garbage(data[:1]), 1  # the next head may lie within
    return Frame(data[3:6]), LENGTH


def _head_in(data: bytes) -> int:
    """Say where a frame begins, or may begin once more bytes are here."""
    start = data.find(HEAD)
    if start >= 0:
        return start
    return next((len(data) - n for n in (2, 1) if data.endswith(HEAD[:n])), len(data))


_ON_OFF = Words({b"\x00": True, b"\x01": False}, after=b"\x00")
_MUTED = Words({b"\x00": True, b"\x01": False})
_INPUTS = Words(
    {
        b"\x01": "tv",
        b"\x02": "av",
        b"\x03": "vga-1",
        b"\x04": "vga-2",
        b"\x0b": "vga-3",
        b"\x06": "hdmi-1",
        b"\x07": "hdmi-2",
        b"\x05": "hdmi-3",
        b"\x0d": "hdmi-4k",
        b"\x11": "dp",
        b"\x08": "pc",
        b"\x0a": "android",
    },
    after=b"\x00",
    other="input",
)
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

AABBCC = Family(
    wire=AabbccWire(),
    properties={
        "power": Property(
            say=Phrase(b"\x01", _ON_OFF), ask=b"\x01\x02\x00", hear=Phrase(b"\x80", _ON_OFF)
        ),
        "input": Property(
            say=Phrase(b"\x02", _INPUTS), ask=b"\x02\x00\x00", hear=Phrase(b"\x81", _INPUTS)
        ),
        "volume": Property(
            say=Phrase(b"\x03\x00", Level()),
            ask=b"\x03\x02\x00",
            hear=Phrase(b"\x82\x00", Level()),
        ),
        "sound-mute": Property(
            say=Phrase(b"\x03\x01", _MUTED),
            ask=b"\x03\x03\x00",
            hear=Phrase(b"\x82\x01", _MUTED),
        ),
    },
    keys={name: bytes([0x07, code, 0x00]) for name, code in _KEYS.items()},
)
