"""Panels and displays that speak ``8`` ID ``s`` or ``g``: BenQ, ViewSonic and their kin. No I/O.

The frames are the same, the tables differ. With BenQ, power 000 only makes the screen dark and
silent (`picture-mute` here), 002 is standby and 003 starts anew; with ViewSonic 000 is standby,
and what somebody changes at the panel is told unasked. ``z``, which ViewSonic has as a sign of
life, is not needed: power is answered in standby.

Source: BenQ, "ST5501K_ST4301K RS232/LAN Control Protocol Installation Guide", p. 8 (power,
sources), p. 18 and 21 (questions); BenQ, "RM6503/RM7503/RM8603 RS232 & LAN Protocol Installation
Guide" (sources 021, 051, 101, 102 and keys 40, read in a public driver's tables: unconfirmed by
page; this board calls 001 HDMI, 002 HDMI 1 and 021 HDMI 2). ViewSonic, user guide of IFP7550, p.
83 ff. (basic functions; inputs), and its "LFD RS232 & LAN protocol" (functions ``=``; auto reply).
"""

from classroom_drivers.codecs.panels.ascii_frames import KEYS, REFUSED, YES_NO, AsciiWire
from classroom_drivers.codecs.panels.family import Digits, Family, Phrase, Property, Words

WIRE = AsciiWire(b"8", b"sg")

_BENQ_INPUTS = Words(
    {
        b"000": "vga",
        b"001": "hdmi-1",
        b"002": "hdmi-2",
        b"021": "hdmi-3",
        b"007": "dp",
        b"051": "type-c",
        b"101": "android",
        b"102": "ops",
    },
    other="input",
)
_VOLUME = Property(say=Phrase(b"s5", Digits()), ask=b"gf000", hear=Phrase(b"rf", Digits()))
_SOUND_MUTE = Property(say=Phrase(b"s6", YES_NO), ask=b"gg000", hear=Phrase(b"rg", YES_NO))

BENQ = Family(
    wire=WIRE,
    properties={
        "power": Property(
            say=Phrase(b"s!", Words({b"001": True, b"002": False})),
            ask=b"gl000",
            hear=Phrase(b"rl", Words({b"001": True, b"000": True, b"002": False})),
        ),
        "picture-mute": Property(
            say=Phrase(b"s!", Words({b"000": True, b"001": False})),
            ask=b"gl000",
            hear=Phrase(b"rl", Words({b"000": True, b"001": False, b"002": False})),
        ),
        "input": Property(
            say=Phrase(b's"', _BENQ_INPUTS), ask=b"gj000", hear=Phrase(b"rj", _BENQ_INPUTS)
        ),
        "volume": _VOLUME,
        "sound-mute": _SOUND_MUTE,
    },
    keys={name: b"s@" + code.encode() for name, code in KEYS.items() if name != "input"},
    yes=b"+",
    no=REFUSED,
)

_VIEWSONIC_INPUTS = {
    b"00": "tv",
    b"01": "av",
    b"02": "s-video",
    b"03": "component",
    b"04": "hdmi-1",
    b"14": "hdmi-2",
    b"24": "hdmi-3",
    b"34": "hdmi-4",
    b"05": "dvi",
    b"06": "vga-1",
    b"16": "vga-2",
    b"26": "vga-3",
    b"07": "ops",
    b"08": "memory",
    b"09": "dp",
    b"19": "type-c",
    b"0A": "android",
}
_VIEWSONIC_KEYS = ("up", "down", "left", "right", "enter", "input", "menu", "back")
_FROZEN = Words({b"102": True, b"002": False})
_DARK = Words({b"001": True, b"101": False})

VIEWSONIC = Family(
    wire=WIRE,
    properties={
        "power": Property(say=Phrase(b"s!", YES_NO), ask=b"gl000", hear=Phrase(b"rl", YES_NO)),
        "input": Property(
            say=Phrase(b's"', Words(_VIEWSONIC_INPUTS, before=b"0")),
            ask=b"gj000",
            hear=Phrase(b"rj", Words(_VIEWSONIC_INPUTS, before=b"1", other="input")),
        ),
        "volume": _VOLUME,
        "sound-mute": _SOUND_MUTE,
        "picture-mute": Property(say=Phrase(b"s=", _DARK), ask=b"g=001", hear=Phrase(b"r=", _DARK)),
        "freeze": Property(say=Phrase(b"s=", _FROZEN), ask=b"g=002", hear=Phrase(b"r=", _FROZEN)),
    },
    keys={name: f"sA00{place}".encode() for place, name in enumerate(_VIEWSONIC_KEYS)},
    yes=b"+",
    no=REFUSED,
)
