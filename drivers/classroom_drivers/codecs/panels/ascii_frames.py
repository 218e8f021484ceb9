"""Frames of printable characters with a panel's number in them, for several families. No I/O.

A command is a lead, two digits, a letter for setting or asking, a code, three characters, CR.
What is asked for comes back with an ``r``; a command is followed by ``4``, the number and ``+`` or
``-``, which does not say to what. Number 99 is everybody: all obey, and none answers.

Source: BenQ, "ST5501K_ST4301K RS232/LAN Control Protocol Installation Guide", p. 6 to 8 and 18,
whose examples 1 and 4 let displays 02 and 03 answer as 01.
"""

import re
from types import MappingProxyType

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.family import Frame, Words

END = b"\r"
LONGEST = 40
REPLY = rb"%b(\d\d)(r.[0-9A-Z]{3})|4(\d\d)([+-])"
REQUEST = rb"%b(\d\d)([%b].[0-9A-Z]{3})"
REFUSED = MappingProxyType({b"-": "the panel does not know it, or cannot do it now"})
YES_NO = Words({b"001": True, b"000": False})
KEYS = MappingProxyType(
    {
        "volume-up": "000",
        "volume-down": "001",
        "up": "010",
        "down": "011",
        "left": "012",
        "right": "013",
        "enter": "014",
        "menu": "020",
        "input": "021",  # not with BenQ
        "back": "022",
        "blank": "031",  # toggles
        "freeze": "032",  # toggles
    }
)


class AsciiWire:
    """Frames that begin with `lead`; `letters` are those for setting and asking."""

    set_ids = range(1, 99)
    everybody = 99

    def __init__(self, lead: bytes, letters: bytes) -> None:
        self._lead = lead
        self._reply = re.compile(rb"(?:%b)\Z" % (REPLY % lead), re.DOTALL)
        self._request = re.compile((REQUEST % (lead, letters)) + rb"\Z", re.DOTALL)

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""
        return self._lead + f"{set_id:02}".encode() + body + END

    def spell_reply(self, body: bytes, set_id: int) -> bytes:
        """Spell what a panel says; a single character is a verdict."""
        lead = b"4" if len(body) == 1 else self._lead
        return lead + f"{set_id:02}".encode() + body + END

    def replies(self) -> Cutter[Frame]:
        """Give a reader of what a panel says."""
        return Cutter(lambda data: _take(data, self._reply))

    def requests(self) -> Cutter[Frame]:
        """Give a reader of what a controller says."""
        return Cutter(lambda data: _take(data, self._request))


def _take(data: bytes, pattern: re.Pattern[bytes]) -> tuple[Frame | Garbage, int] | None:
    """Take a line; noise in front of a frame does not cost it."""
    length = data.find(END) + 1
    if not length:
        return (Garbage(data), len(data)) if len(data) > LONGEST else None
    found = pattern.search(data, 0, length - 1)
    if not found:
        return Garbage(data[:length]), length
    set_id, body = (group for group in found.groups() if group is not None)
    return Frame(body, int(set_id)), length
