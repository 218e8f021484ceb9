"""A KMTronic relay board: obeys in silence, answers when asked in the way of its size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from classroom_drivers.codecs.kmtronic import (
    ASK,
    ASK_ALL,
    CLOSED,
    Message,
    MessageDecoder,
    States,
    encode,
    encode_states,
)
from classroom_drivers.emulators.session import ObedientSession

SINGLY = 2  # boards up to this size answer for one relay at a time


@dataclass(kw_only=True)
class KMTronicEmulator:
    """The board; sessions share it."""

    channels: int = 1
    closed: set[int] = field(default_factory=set)

    def session(self, now_s: float) -> ObedientSession[Message]:
        """Begin a connection."""
        return ObedientSession(MessageDecoder().feed, self.obey)

    def obey(self, message: Message) -> list[bytes]:
        """Do a message and give the answer, if it has one."""
        singly = self.channels <= SINGLY
        if message == ASK_ALL and not singly:
            relays = range(1, self.channels + 1)
            return [encode_states(States(tuple(relay in self.closed for relay in relays)))]
        if message.relay > self.channels:
            return []
        if message.word == ASK:
            answer = Message(message.relay, int(message.relay in self.closed))
            return [encode(answer)] if singly else []
        if message.word == CLOSED:
            self.closed.add(message.relay)
        else:
            self.closed.discard(message.relay)
        return []


MODELS: Mapping[str, Callable[[], KMTronicEmulator]] = MappingProxyType(
    {
        "one": KMTronicEmulator,
        "two": partial(KMTronicEmulator, channels=2),
        "four": partial(KMTronicEmulator, channels=4),
        "eight": partial(KMTronicEmulator, channels=8),
    }
)
