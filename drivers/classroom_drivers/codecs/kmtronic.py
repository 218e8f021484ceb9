"""KMTronic USB relay boards with one or two relays: three bytes each way. No I/O.

``FF nn 01`` closes relay nn, ``FF nn 00`` opens it; neither is answered. ``FF nn 03`` asks, and
``FF nn 01|00`` comes back.

Source: KMTronic, "USB Relay Test software" (USB One and Two Relay commands), 9600 8N1.
"""

from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

START = 0xFF
LENGTH = 3
OPEN, CLOSED, ASK = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Message:
    """A relay and a word: OPEN, CLOSED or ASK."""

    relay: int
    word: int


def encode(message: Message) -> bytes:
    """Spell a message."""
    return bytes([START, message.relay, message.word])


class MessageDecoder:
    """Cuts a byte stream, however it arrived, into messages. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Message | Garbage] = []
        while len(self._rest) >= LENGTH:
            start, relay, word = self._rest[:LENGTH]
            if start == START and 1 <= relay <= 2 and word in {OPEN, CLOSED, ASK}:
                found.append(Message(relay, word))
                self._rest = self._rest[LENGTH:]
            else:
                found.append(Garbage(self._rest[:1]))
                self._rest = self._rest[1:]
        return found
