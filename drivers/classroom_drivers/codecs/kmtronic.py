"""KMTronic relay boards with one, two, four or eight relays, USB or RS-232. No I/O.

``FF nn 01`` closes relay nn, ``FF nn 00`` opens it; neither is answered. Boards with one or two
are asked for each with ``FF nn 03``, and ``FF nn 01|00`` comes back. Boards with four or eight are
asked for all with ``FF 09 00``, and a bare 00 or 01 comes back for each, the first relay first: a
lost byte can only be seen by what is missing, so that every question starts the count anew.

Source: KMTronic, "USB Relay Test software", info.kmtronic.com (all boards), 9600 8N1; R2S8CR
manual (eight relays).
"""

from dataclasses import dataclass

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage

START = 0xFF
LENGTH = 3
OPEN, CLOSED, ASK = 0, 1, 3
ALL = 9  # as a relay's number, with OPEN: the question for all


@dataclass(frozen=True, slots=True)
class Message:
    """A relay and a word: OPEN, CLOSED or ASK."""

    relay: int
    word: int


@dataclass(frozen=True, slots=True)
class States:
    """All relays at once, closed or not, the first one first."""

    closed: tuple[bool, ...]


ASK_ALL = Message(ALL, OPEN)


def encode(message: Message) -> bytes:
    """Spell a message."""
    return bytes([START, message.relay, message.word])


def encode_states(states: States) -> bytes:
    """Spell what a board with four or eight relays answers."""
    return bytes(states.closed)


class MessageDecoder(Cutter[Message]):
    """Reads messages of three bytes, in either direction."""

    def __init__(self) -> None:
        super().__init__(_take)


class StatesCodec:
    """The controller's side of one connection to a board with four or eight relays."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._rest = b""

    def spell(self, data: bytes) -> list[bytes]:
        """Leave it as it is; a question forgets the remains of the last answer."""
        if data == encode(ASK_ALL):
            self._rest = b""
        return [data]

    def feed(self, data: bytes) -> list[States | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        found: list[States | Garbage] = []
        for byte in data:
            if byte not in {OPEN, CLOSED}:
                found.append(Garbage(bytes([byte])))
                continue
            self._rest += bytes([byte])
            if len(self._rest) == self._channels:
                found.append(States(tuple(map(bool, self._rest))))
                self._rest = b""
        return found


def _take(data: bytes) -> tuple[Message | Garbage, int] | None:
    if len(data) < LENGTH:
        return None
    start, relay, word = data[:LENGTH]
    if start == START and 1 <= relay <= ALL and word in {OPEN, CLOSED, ASK}:
        return Message(relay, word), LENGTH
    return Garbage(data[:1]), 1
