"""A USB relay board that speaks A0: one that answers in frames, one with a text, a silent one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from classroom_drivers.codecs.lcus import (
    AskText,
    Message,
    RequestDecoder,
    Word,
    encode,
    encode_text,
)
from classroom_drivers.emulators.session import ObedientSession

CLOSING = {Word.OPEN: False, Word.OPEN_AND_TELL: False}
CLOSING |= {Word.CLOSE: True, Word.CLOSE_AND_TELL: True}


@dataclass(kw_only=True)
class LcusEmulator:
    """The board; sessions share it. A word that it does not know it ignores."""

    channels: int = 1
    answers: str = "frames"
    closed: set[int] = field(default_factory=set)

    def session(self, now_s: float) -> ObedientSession[Message | AskText]:
        """Begin a connection."""
        return ObedientSession(RequestDecoder().feed, self.obey)

    def obey(self, message: Message | AskText) -> list[bytes]:
        """Do a message and give the answer, if it has one."""
        if isinstance(message, AskText):
            return [self._text()] if self.answers == "text" else []
        plain = message.word in {Word.OPEN, Word.CLOSE}
        if message.relay > self.channels or not (plain or self.answers == "frames"):
            return []
        closing = CLOSING.get(message.word)
        if closing is not None:
            (self.closed.add if closing else self.closed.discard)(message.relay)
        word = Word.CLOSE if message.relay in self.closed else Word.OPEN
        return [] if plain else [encode(Message(message.relay, word))]

    def _text(self) -> bytes:
        relays = range(1, self.channels + 1)
        return b"".join(encode_text(relay, closed=relay in self.closed) for relay in relays)


MODELS: Mapping[str, Callable[[], LcusEmulator]] = MappingProxyType(
    {
        "frames": LcusEmulator,
        "frames-four": partial(LcusEmulator, channels=4),
        "text": partial(LcusEmulator, channels=2, answers="text"),
        "silent": partial(LcusEmulator, answers="nothing"),
    }
)
