"""What a family of panels is: how its frames are spelled, and which of them means what. No I/O.

Many makers build on few boards, so that a handful of frame families serves most panels. What
differs between them is data: a `Wire` puts a body into a frame and takes it out again, and each
`Property` has the phrases that command it, ask for it and tell it. Both sides are here: a
controller reads what an emulated panel spells, and the other way round.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from classroom_drivers.api import Plain
from classroom_drivers.codecs.garbage import Garbage


@dataclass(frozen=True, slots=True)
class Frame:
    """A message without its envelope, and whose it is; 1 where the wire has no numbers."""

    body: bytes
    set_id: int = 1


class Decoder(Protocol):
    """Turns a byte stream into frames; never raises."""

    def feed(self, data: bytes) -> Sequence[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""


class Wire(Protocol):
    """How bodies travel, in both directions."""

    @property
    def set_ids(self) -> range:
        """Give the numbers that one panel can have."""

    @property
    def everybody(self) -> int:
        """Give the number that all panels obey, and none answers; -1 where there is none."""

    def spell(self, body: bytes, set_id: int) -> bytes:
        """Spell what a controller says."""

    def spell_reply(self, body: bytes, set_id: int) -> bytes:
        """Spell what a panel says."""

    def replies(self) -> Decoder:
        """Give a reader of what a panel says."""

    def requests(self) -> Decoder:
        """Give a reader of what a controller says."""


class PanelCodec:
    """The controller's side of one connection to one panel."""

    def __init__(self, wire: Wire, set_id: int) -> None:
        self._wire = wire
        self._set_id = set_id
        self._decoder = wire.replies()

    def spell(self, data: bytes) -> list[bytes]:
        """Put a body into a frame."""
        return [self._wire.spell(data, self._set_id)]

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise and other panels included.

        Some panels say that they are number 1, whatever they were called.
        """
        found = self._decoder.feed(data)
        ours = {self._set_id, 1}
        return [
            Garbage(frame.body) if isinstance(frame, Frame) and frame.set_id not in ours else frame
            for frame in found
        ]


class Meaning(Protocol):
    """What the bytes after a prefix mean."""

    def read(self, data: bytes) -> Plain | None:
        """Give the value; None if it makes no sense."""

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every way to say a value."""


@dataclass(frozen=True, slots=True)
class Words:
    """A code for each value, all codes of one length.

    When it is said, `before` and `after` stand around it; what stands there when it is heard
    does not matter. An unknown code has no meaning, unless `other` gives it a name.
    """

    values: Mapping[bytes, Plain]
    before: bytes = b""
    after: bytes = b""
    other: str = ""

    def read(self, data: bytes) -> Plain | None:
        """Give the value; None if it makes no sense."""
        begin = len(self.before)
        code = data[begin : begin + len(next(iter(self.values)))]
        if code in self.values or not (self.other and code):
            return self.values.get(code)
        return f"{self.other}-{code.decode() if code.isdigit() else code.hex()}"

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every way to say a value."""
        for code, meant in self.values.items():
            if meant == value:
                yield self.before + code + self.after


@dataclass(frozen=True, slots=True)
class Level:
    """0 to 100 in a byte, said so many times."""

    times: int = 1

    def read(self, data: bytes) -> int | None:
        """Give the value; None if it makes no sense."""
        return data[0] if data and data[0] <= 100 else None

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every way to say a value."""
        yield bytes([int(value)] * self.times)


@dataclass(frozen=True, slots=True)
class Digits:
    """0 to 100 in three digits."""

    def read(self, data: bytes) -> int | None:
        """Give the value; None if it makes no sense."""
        fits = len(data) == 3 and data.isdigit() and int(data) <= 100
        return int(data) if fits else None

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every way to say a value."""
        yield f"{int(value):03}".encode()


@dataclass(frozen=True, slots=True)
class Text:
    """Letters."""

    def read(self, data: bytes) -> str | None:
        """Give the value; None if it makes no sense."""
        return data.rstrip(b"\0 ").decode("ascii", "replace") or None

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every way to say a value."""
        yield str(value).encode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Whatever:
    """That there is an answer is the answer; it is said with somebody else's words."""

    value: Plain

    def read(self, data: bytes) -> Plain | None:
        """Give the value, whatever the bytes."""
        return self.value if data else None

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give no way of its own."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A body that begins in a certain way, and means a value by how it goes on."""

    prefix: bytes
    meaning: Meaning

    def read(self, body: bytes) -> Plain | None:
        """Give the value; None if the body is another phrase."""
        if not body.startswith(self.prefix):
            return None
        return self.meaning.read(body[len(self.prefix) :])

    def spell(self, value: Plain) -> Iterator[bytes]:
        """Give every body that means a value."""
        return (self.prefix + said for said in self.meaning.spell(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Something a panel has: how it is commanded, asked for, and told."""

    say: Phrase | None = None
    ask: bytes = b""
    hear: Phrase | None = None


def _no_words() -> Mapping[bytes, str]:
    return MappingProxyType({})


def _no_keys() -> Mapping[str, bytes]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One frame family, and what it can say.

    `properties` are named as the values of a device's state. What can only be toggled and not
    asked for is no property but a key.
    """

    wire: Wire
    properties: Mapping[str, Property]
    keys: Mapping[str, bytes] = field(default_factory=_no_keys)
    yes: bytes | None = None  # follows a command that was done; None: nothing follows
    no: Mapping[bytes, str] = field(default_factory=_no_words)  # follows one that was not, and why
    echoes: bool = False  # the command's own body stands before `yes` and `no`
    broken: bytes = b""  # follows a frame that arrived broken: say it again
    unanswered: frozenset[bytes] = frozenset()  # commands that nothing follows
    reply_s: float = 1.0
    gap_s: float = 0.05  # of quiet after an exchange
    deaf: bool = False  # in standby it hears nothing but the wake frame

    def verdict(self, said: bytes, heard: bytes) -> str | None:
        """Read what follows a command: "" if it was done, else why not; None if it is neither."""
        if self.echoes and not heard.startswith(said):
            return None
        word = heard[len(said) :] if self.echoes else heard
        return "" if word == self.yes else self.no.get(word)

    def refusal(self, heard: bytes) -> str | None:
        """Read what follows a question that is not answered: why; None if it is no refusal."""
        return None if self.echoes else self.no.get(heard)
