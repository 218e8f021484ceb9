"""What a code sheet says, once it has been read: values without a way to change them.

A sheet has controls: something of the device that can be told, asked, or both. What tells it are
orders; what it replies is known by patterns. Each word that goes over the wire has a name here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_frame import Shape
from classroom_drivers.codecs.sheet_stream import Cut, FrameDecoder

VALUE = "value"
CHANNEL = "channel"
NUMBER = "number"
HEALTH = "health"
PERCENT_MAX = 100


class Kind(StrEnum):
    """What sort of thing a control holds."""

    CHOICE = "choice"  # one of some names
    SWITCH = "switch"  # on or off
    PERCENT = "percent"  # 0 to 100, whatever the device counts in
    NUMBER = "number"  # as the device counts
    TEXT = "text"
    ACT = "act"  # nothing to hold: a key, a preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One frame that tells the device something."""

    shape: Shape
    word: Word | None = None  # what stands for the name in it, if anything does
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A pattern, and what a match means: a name, or whatever the value in it stands for."""

    shape: Shape
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A pattern with which the device says no."""

    shape: Shape
    kind: str  # "refused" | "unsupported" | "busy"
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something of the device that can be told, asked, or both."""

    name: str  # of its value, "volume"; of its group where it holds none, "keys"
    path: tuple[str, ...]  # where it stands in the sheet
    capability: str
    kind: Kind
    orders: Mapping[str, Order] = field(default_factory=lambda: MappingProxyType({}))
    toggle: Order | None = None
    ask: Shape | None = None
    answers: tuple[Answer, ...] = ()
    pushed: tuple[Answer, ...] = ()
    accepted: tuple[Shape, ...] = ()
    words: Mapping[str, tuple[Word, ...]] = field(default_factory=lambda: MappingProxyType({}))
    low: int = 0  # what the device calls 0 %, or the lowest number it takes
    high: int = PERCENT_MAX
    scale: float = 1.0
    add: float = 0.0
    bits: bool = False  # the value has a bit for each channel, or for each name
    channels: int = 1
    always: bool = False  # in standby too
    gap_s: float = 0.0
    reply_s: float = 1.0  # so long an answer may take
    accept_s: float = 1.0  # and so long the acceptance of an order
    travel_s: float = 0.0

    def name_of(self, word: Word) -> str | None:
        """Give the name that a word on the wire stands for."""
        for name, words in self.words.items():
            if any(_same(word, known) for known in words):
                return name
        return None

    def to_wire(self, percent: float) -> int:
        """Turn a percentage into what the device counts in."""
        return round(self.low + (self.high - self.low) * percent / PERCENT_MAX)

    def from_wire(self, number: float) -> int:
        """Turn what the device counts in into a percentage."""
        share = (number - self.low) / (self.high - self.low)
        return min(max(round(share * PERCENT_MAX), 0), PERCENT_MAX)


def _same(word: Word, known: Word) -> bool:
    if isinstance(word, str) and isinstance(known, str):
        return word.casefold() == known.casefold()
    return word == known


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A number or text that differs from one device to the next: its set id."""

    name: str
    default: Word
    low: int = 0
    high: int = 0
    everybody: Word | None = None  # what all devices listen to and none answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How frames in one direction are spelled and cut."""

    cuts: tuple[Cut, ...]
    whole: Shape  # any frame: its envelope with anything in it
    skip: bytes = b""

    def decoder(self) -> FrameDecoder:
        """Give a decoder for one connection."""
        return FrameDecoder(self.cuts, self.whole, skip=self.skip)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerHabits:
    """How the device behaves on its way to on and off."""

    warm_up_s: float = 0.0
    cool_down_s: float = 0.0
    min_on_s: float = 0.0
    min_off_s: float = 0.0
    says_on_early: bool = False
    says_off_early: bool = False
    deaf: bool = False  # in standby it hears nothing but the order to wake
    standby_says: Shape | None = None  # to what it will not do in standby; None is silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Documented bytes: what they are of, and whether the device says them."""

    what: str  # "power on", "volume 30", "power?"
    data: bytes
    reply: bool
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuirkRow:
    """A model that wants other options."""

    model: str
    why: str
    source: str
    options: Mapping[str, Word | bool | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A device, as its sheet describes it."""

    title: str
    maker: str
    models: tuple[str, ...]
    sources: tuple[str, ...]
    unverified: tuple[str, ...]
    reached_by: tuple[str, ...]
    baud: int
    ports: Mapping[str, int]
    sharing: str
    options: Mapping[str, Option]
    commands: Framing
    replies: Framing
    refusals: tuple[Refusal, ...]
    echo: bool
    hang_up: bool
    resend: int
    gap_s: float  # of quiet after a question
    poll_s: float
    power: PowerHabits
    controls: tuple[Control, ...]
    examples: tuple[Example, ...]
    quirks: tuple[QuirkRow, ...]

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Name what the device can do, each once; hours alone do not tell how it feels."""
        named = dict.fromkeys(control.capability for control in self.controls)
        if not self.control(HEALTH):
            named.pop(HEALTH, None)
        return tuple(named)

    @property
    def longest_gap_s(self) -> float:
        """Give the longest quiet that the device wants after a frame."""
        return max((control.gap_s for control in self.controls), default=0.0)

    def defaults(self) -> dict[str, Word]:
        """Give every option's usual value."""
        return {option.name: option.default for option in self.options.values()}

    def control(self, name: str) -> Control | None:
        """Give a control by its name."""
        return next((control for control in self.controls if control.name == name), None)

    def of(self, capability: str) -> Iterator[Control]:
        """Give the controls of a capability."""
        return (control for control in self.controls if control.capability == capability)
