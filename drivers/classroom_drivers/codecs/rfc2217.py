"""RFC 2217 on the wire: a serial port at the other end of a Telnet connection. No I/O.

The port's bytes go as they are, but that FF is doubled. Between them stand Telnet's own words,
which begin with a single FF: offers and refusals of options, and the settings of the port.

The port is asked for a speed, 8 data bits, no parity, one stop bit and no flow control. What the
server says of modem lines, and its wish to hear less for a while, is passed over: what our devices
are told is short.

Source: RFC 2217 (Telnet Com Port Control Option), sections 1 to 3 and 5; RFC 854 (Telnet), RFC 855
(options), RFC 856 (binary transmission).
"""

import re
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

IAC, DONT, DO, WONT, WILL, SB, SE = 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF0
BINARY, SUPPRESS_GO_AHEAD, COM_PORT = 0, 3, 44
BAUD, DATA_BITS, PARITY, STOP_BITS, CONTROL = 1, 2, 3, 4, 5
SERVER = 100  # added to a setting's number by the server
NO_PARITY, ONE_STOP_BIT, NO_FLOW_CONTROL = 1, 1, 1
OURS = (COM_PORT, SUPPRESS_GO_AHEAD, BINARY)  # what we do
THEIRS = (SUPPRESS_GO_AHEAD, BINARY)  # what the server does
REFUSALS = {DO: (OURS, WONT), WILL: (THEIRS, DONT)}  # of anything else

_WORD = re.compile(
    rb"[^\xff]|\xff(?:\xff|[\xfb-\xfe].|\xfa(?:[^\xff]|\xff\xff){0,255}\xff\xf0)", re.DOTALL
)
_BEGUN = re.compile(rb"\xff(?:[\xfb-\xfe]|\xfa(?:[^\xff]|\xff\xff){0,255}\xff?)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Option:
    """An option is asked for or offered (DO, WILL), or refused (DONT, WONT)."""

    verb: int
    option: int

    def encode(self) -> bytes:
        """Spell it."""
        return bytes([IAC, self.verb, self.option])


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the port, or what the server says of it."""

    number: int
    value: bytes

    def encode(self) -> bytes:
        """Spell it."""
        body = escape(bytes([COM_PORT, self.number]) + self.value)
        return bytes([IAC, SB]) + body + bytes([IAC, SE])


def escape(data: bytes) -> bytes:
    """Spell bytes for the port."""
    return data.replace(b"\xff", b"\xff\xff")


class TelnetDecoder:
    """Cuts a stream into the port's bytes, which are numbers, and Telnet's words. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[int | Option | Setting | Garbage]:
        """Take bytes as they arrive; give what they complete."""
        heard, at = self._rest + data, 0
        found: list[int | Option | Setting | Garbage] = []
        while at < len(heard):
            word = _WORD.match(heard, at)
            if word:
                found.append(_read(word[0]))
                at = word.end()
            elif _BEGUN.fullmatch(heard, at):
                break
            else:
                found.append(Garbage(heard[at : at + 2]))
                at += 2
        self._rest = heard[at:]
        return found


class PortClient:
    """Our side of the agreement: what is answered to the server, and what it agreed to."""

    def __init__(self, baud: int) -> None:
        self.refused = False
        self.agreed_baud = 0  # what the port has, as the server says
        self._baud = baud
        self._decoder = TelnetDecoder()

    def begin(self) -> bytes:
        """Give what is said first; a server's wish for the same needs no answer then."""
        said = [Option(WILL, ours) for ours in OURS] + [Option(DO, theirs) for theirs in THEIRS]
        return b"".join(option.encode() for option in said)

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what arrived; give the port's bytes, and what is answered to the server."""
        port, answer = bytearray(), bytearray()
        for found in self._decoder.feed(data):
            match found:
                case int(byte):
                    port.append(byte)
                case Option(verb, option):
                    answer += self._consider(verb, option)
                case Setting(number, value) if number == SERVER + BAUD:
                    self.agreed_baud = int.from_bytes(value)
        return bytes(port), bytes(answer)

    def _consider(self, verb: int, option: int) -> bytes:
        if (verb, option) == (DONT, COM_PORT):
            self.refused = True
        if (verb, option) == (DO, COM_PORT):
            return self._settings()
        wanted, refusal = REFUSALS.get(verb, ((option,), 0))
        return b"" if option in wanted else Option(refusal, option).encode()

    def _settings(self) -> bytes:
        """Ask for all of them; the speed last, for its confirmation is waited for."""
        settings = (
            Setting(DATA_BITS, bytes([8])),
            Setting(PARITY, bytes([NO_PARITY])),
            Setting(STOP_BITS, bytes([ONE_STOP_BIT])),
            Setting(CONTROL, bytes([NO_FLOW_CONTROL])),
            Setting(BAUD, self._baud.to_bytes(4)),
        )
        return b"".join(setting.encode() for setting in settings)


def _read(word: bytes) -> int | Option | Setting | Garbage:
    """Understand a whole word; doubled FF is one byte of the port."""
    if len(word) <= 2:
        return word[0]
    if word[1] != SB:
        return Option(word[1], word[2])
    body = word[2:-2].replace(b"\xff\xff", b"\xff")
    if len(body) < 2 or body[0] != COM_PORT:
        return Garbage(word)
    return Setting(body[1], body[2:])
