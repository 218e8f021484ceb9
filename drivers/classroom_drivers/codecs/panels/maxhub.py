"""Panels that speak ``:`` ID ``S`` or ``G``: MAXHUB, Clevertouch Pro. No I/O.

Over RS-232 power is 003 on and 002 off, and what switches on is never answered; 000 and 001 are
the backlight. Over a network (TCP 4664) only the backlight can be switched, so that `MAXHUB_LAN`
takes it for the power: a panel that is dark there still runs.

Source: MAXHUB, "IFP V6 RS-232 & LAN Protocol Specification" 0725 (power, inputs, sound; says that
the network does not answer the question for power). Clevertouch, support article 23384984694674
"RS232 and IP commands" (all inputs, keys; says that the network tells the backlight).
"""

from dataclasses import replace

from classroom_drivers.codecs.panels.ascii_frames import KEYS, REFUSED, YES_NO, AsciiWire
from classroom_drivers.codecs.panels.family import Digits, Family, Phrase, Property, Words

_INPUTS = Words(
    {
        b"000": "vga-1",
        b"001": "hdmi-1",
        b"002": "hdmi-2",
        b"003": "av",
        b"007": "dp",
        b"021": "hdmi-3",
        b"022": "hdmi-4",
        b"031": "vga-2",
        b"032": "vga-3",
        b"051": "tv",
        b"101": "android",
        b"103": "ops",
        b"104": "type-c-1",
        b"105": "type-c-2",
    },
    other="input",
)

MAXHUB = Family(
    wire=AsciiWire(b":", b"SG"),
    properties={
        "power": Property(
            say=Phrase(b"S0", Words({b"003": True, b"002": False})),
            ask=b"G0000",
            hear=Phrase(b"r0", Words({b"001": True, b"000": True, b"003": True, b"002": False})),
        ),
        "picture-mute": Property(
            say=Phrase(b"S0", Words({b"000": True, b"001": False})),
            ask=b"G0000",
            hear=Phrase(b"r0", Words({b"000": True, b"001": False, b"003": False, b"002": False})),
        ),
        "input": Property(say=Phrase(b"S:", _INPUTS), ask=b"G:000", hear=Phrase(b"r:", _INPUTS)),
        "volume": Property(say=Phrase(b"S8", Digits()), ask=b"G8000", hear=Phrase(b"r8", Digits())),
        "sound-mute": Property(say=Phrase(b"S9", YES_NO), ask=b"G9000", hear=Phrase(b"r9", YES_NO)),
    },
    keys={name: b"SA" + code.encode() for name, code in KEYS.items()},
    yes=b"+",
    no=REFUSED,
    unanswered=frozenset({b"S0003"}),
)

_LIT = {name: row for name, row in MAXHUB.properties.items() if name != "picture-mute"}
_LIT["power"] = Property(say=Phrase(b"S0", YES_NO), ask=b"G0000", hear=Phrase(b"r0", YES_NO))
MAXHUB_LAN = replace(MAXHUB, properties=_LIT, unanswered=frozenset())
