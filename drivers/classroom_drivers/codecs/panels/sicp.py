"""Panels and displays with SICP: Philips, and in another envelope Planar, iiyama, Hisense. No I/O.

Philips: size, monitor, group, data, XOR of all. Planar and iiyama: ``A6``, monitor, three zeros,
length, 01, data, XOR; their displays begin with ``21`` and have a zero less. Hisense repeats the
command in the ``A6`` envelope. The data are the same: a code, and what goes with it.

A question is answered with its own code, a command with code 00: done (06), not available (18),
arrived broken (15, say it again). The next command waits for that, or for 500 ms. Monitor 0 is
everybody: all obey, and none answers. A reply may name another group than was asked.

Source: Philips, "SICP V2.03", 2019-06-14 (codes; 500 ms; examples 05 01 00 19 1D and
06 01 00 00 06 01); input with 00 01 00 behind its code as in Westan, "BDL SICP commonly used
protocol V1.89 onwards". Planar, VM Series RS232 manual 020-1359-03A, sections 4 to 6 (A6 and 21,
verdicts 00, 03, 04) and 10 to 15; iiyama: PyPI pyamasicp (keys DB; there 03 is "not permitted"
and 04 "broken", with Planar the other way round, so that nothing is said again). Hisense,
"External RS232 Control Guide", E Series (115200 8N1; volume of one byte, keys B0).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import xor

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.family import (
    Family,
    Frame,
    Level,
    Phrase,
    Property,
    Text,
    Words,
)

SHORTEST, LONGEST = 5, 40  # bytes of a frame of Philips
LONGEST_DATA = 40  # bytes of data, control and sum in the other envelope
ASKING, ANSWERING = 0xA6, 0x21


class SicpWire:
    """The envelope of Philips."""

    set_ids = range(1, 256)
    everybody = 0

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""
        return _summed(bytes([len(body) + 4, set_id, 0]) + body)

    spell_reply = spell

    def replies(self) -> Cutter[Frame]:
        """Give a reader of what a panel says."""
        return Cutter(_take)

    requests = replies


class A6Wire:
    """The envelope of Planar, iiyama and Hisense; `head` is what a panel begins with."""

    set_ids = range(1, 256)
    everybody = 0

    def __init__(self, head: int = ANSWERING) -> None:
        self._head = head

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""
        return _summed(bytes([ASKING, set_id, 0, 0, 0, len(body) + 2, 1]) + body)

    def spell_reply(self, body: bytes, set_id: int) -> bytes:
        """Spell what a panel says."""
        if self._head == ASKING:
            return self.spell(body, set_id)
        return _summed(bytes([ANSWERING, set_id, 0, 0, len(body) + 2, 1]) + body)

    def replies(self) -> Cutter[Frame]:
        """Give a reader of what a panel says."""
        return Cutter(lambda data: _take_a6(data, self._head))

    def requests(self) -> Cutter[Frame]:
        """Give a reader of what a controller says."""
        return Cutter(lambda data: _take_a6(data, ASKING))


def _summed(data: bytes) -> bytes:
    return data + bytes([reduce(xor, data)])


def _take(data: bytes) -> tuple[Frame | Garbage, int] | None:
    size = data[0]
    if not SHORTEST <= size <= LONGEST:
        return Garbage(data[:1]), 1
    if len(data) < size:
        return None
    if reduce(xor, data[:size]):
        return Garbage(data[:1]), 1
    return Frame(data[3 : size - 1], data[1]), size


def _take_a6(data: bytes, head: int) -> tuple[Frame | Garbage, int] | None:
    zeros = 3 if head == ASKING else 2
    begin = 2 + zeros
    if data[0] != head or any(data[2:begin]):
        return Garbage(data[:1]), 1
    if len(data) <= begin:
        return None
    size = begin + 1 + data[begin]
    if not 3 <= data[begin] <= LONGEST_DATA:
        return Garbage(data[:1]), 1
    if len(data) < size:
        return None
    if data[begin + 1] != 1 or reduce(xor, data[:size]):
        return Garbage(data[:1]), 1
    return Frame(data[begin + 2 : size - 1], data[1]), size


_INPUT_CODES = {
    b"\x0d": "hdmi-1",
    b"\x06": "hdmi-2",
    b"\x0f": "hdmi-3",
    b"\x19": "hdmi-4",
    b"\x0a": "dp-1",
    b"\x07": "dp-2",
    b"\x0e": "dvi",
    b"\x05": "vga",
    b"\x0b": "ops",
    b"\x0c": "usb-1",
    b"\x10": "browser",
    b"\x11": "cms",
    b"\x16": "media-player",
    b"\x17": "pdf-player",
    b"\x18": "custom",
}


def _power() -> Property:
    words = Words({b"\x02": True, b"\x01": False})
    return Property(say=Phrase(b"\x18", words), ask=b"\x19", hear=Phrase(b"\x19", words))


def _input(codes: Mapping[bytes, str], after: bytes) -> Property:
    return Property(
        say=Phrase(b"\xac", Words(codes, after=after)),
        ask=b"\xad",
        hear=Phrase(b"\xad", Words(codes, other="input")),
    )


def _volume(times: int) -> Property:
    return Property(
        say=Phrase(b"\x44", Level(times)), ask=b"\x45", hear=Phrase(b"\x45", Level(times))
    )


def _told(ask: bytes) -> Property:
    return Property(ask=ask, hear=Phrase(ask[:1], Text()))


_MUTED = Words({b"\x01": True, b"\x00": False})

SICP = Family(
    wire=SicpWire(),
    properties={
        "power": _power(),
        "input": _input(_INPUT_CODES, b"\x00\x01\x00"),
        "volume": _volume(2),  # of the loudspeakers and of the socket
        "sound-mute": Property(
            say=Phrase(b"\x47", _MUTED), ask=b"\x46", hear=Phrase(b"\x46", _MUTED)
        ),
        "picture-mute": Property(
            say=Phrase(b"\x72", _MUTED), ask=b"\x71", hear=Phrase(b"\x71", _MUTED)
        ),  # the backlight: 00 is lit
        "serial-number": _told(b"\x15"),
    },
    yes=b"\x00\x06",
    no={b"\x00\x18": "not available now, or on this model"},
    broken=b"\x00\x15",
    reply_s=0.5,
)

_IIYAMA_KEYS = {
    "menu": 0xA1,
    "input": 0xA2,
    "volume-up": 0xA3,
    "volume-down": 0xA4,
    "mute": 0xA5,  # toggles
    "up": 0xA6,
    "down": 0xA7,
    "left": 0xA8,
    "right": 0xA9,
    "enter": 0xB1,
    "back": 0xB2,
}
SICP_A6 = replace(
    SICP,
    wire=A6Wire(),
    properties={
        "power": _power(),
        "input": _input(_INPUT_CODES, b"\x00\x00\x00"),
        "volume": _volume(2),
        "serial-number": _told(b"\x15"),
    },
    keys={name: bytes([0xDB, code]) for name, code in _IIYAMA_KEYS.items()},
    yes=b"\x00\x00",
    no={
        b"\x00\x01": "above the upper limit",
        b"\x00\x02": "below the lower limit",
        b"\x00\x03": "not done, or not understood",
        b"\x00\x04": "not available, or not understood",
    },
    broken=b"",
)

_HISENSE_CODES = {
    b"\x0d": "hdmi-1",
    b"\x06": "hdmi-2",
    b"\x0b": "ops",
    b"\x0c": "usb-1",
    b"\x15": "cms",
    b"\x16": "media-player",
    b"\x17": "pdf-player",
    b"\x14": "android",
}
_HISENSE_KEYS = {
    "home": 0x66,
    "menu": 0xFD,
    "input": 0xFA,
    "up": 0x67,
    "down": 0x6C,
    "left": 0x69,
    "right": 0x6A,
    "enter": 0x1C,
    "back": 0x09,
    "volume-up": 0x73,
    "volume-down": 0x72,
}
HISENSE_E = replace(
    SICP,
    wire=A6Wire(head=ASKING),
    properties={
        "power": _power(),
        "input": _input(_HISENSE_CODES, b""),
        "volume": _volume(1),
    },
    keys={name: bytes([0xB0, 0x00, code]) for name, code in _HISENSE_KEYS.items()},
    yes=b"",
    no={},
    echoes=True,
    broken=b"",
)
