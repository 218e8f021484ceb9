"""What a controller says to the device of a sheet, and what it understands of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from classroom_drivers.api import Plain
from classroom_drivers.code_sheet.sheet import (
    CHANNEL,
    HEALTH,
    NUMBER,
    VALUE,
    Answer,
    Control,
    Kind,
    Order,
    Refusal,
    Sheet,
)
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_frame import Shape


@dataclass(frozen=True, slots=True)
class Told:
    """What a frame of the device tells; None where it accepts and tells no more."""

    value: Plain | None
    channel: int = 1
    all: tuple[bool, ...] = ()  # every channel's, where one frame tells them all


class ControllerSide:
    """A sheet's words with the options of one device. Pure: nothing is sent or kept here."""

    def __init__(self, sheet: Sheet, options: Mapping[str, Word]) -> None:
        self.sheet = sheet
        self._options = options

    def order(self, order: Order, *, channel: int = 1, number: int | None = None) -> bytes:
        """Spell an order; `number` is what to set, or which preset."""
        words = {**self._options, CHANNEL: channel, **_given(number)}
        if order.word is not None:
            words[VALUE] = order.word
        return order.shape.spell(words)

    def question(self, control: Control, *, channel: int = 1) -> bytes:
        """Spell a control's question; empty if it has none."""
        return control.ask.spell({**self._options, CHANNEL: channel}) if control.ask else b""

    def told(
        self, control: Control, data: bytes, *, channel: int = 1, pushed: bool = False
    ) -> Told | None:
        """Give what an answer tells of a control, None if it is no answer to that.

        One with a word that the sheet does not know is none: it may be noise.
        """
        for answer in control.pushed if pushed else control.answers:
            words = self._read(answer.shape, data)
            if words is None:
                continue
            meant = int(words.get(CHANNEL, channel))
            if pushed or meant == channel:
                value = _meaning(control, answer, words, meant)
                if value is not None:
                    return Told(value, meant, _every(control, words))
        return None

    def accepted(
        self, control: Control, order: Order, data: bytes, *, channel: int = 1, number: Word = ""
    ) -> Told | None:
        """Say whether a frame accepts an order, and what it tells of the value: None is no."""
        sent = order.word if order.word is not None else number
        for shape in control.accepted:
            words = self._read(shape, data)
            if words is None or words.get(CHANNEL, channel) != channel:
                continue
            if VALUE not in words or VALUE not in order.shape.names:
                return Told(None)
            if control.kind is Kind.PERCENT and words[VALUE] == sent:
                return Told(control.from_wire(int(sent)))
            if control.name_of(words[VALUE]) == control.name_of(sent) is not None:
                return Told(_meaning(control, Answer(shape=shape), words, channel))
        return None

    def refusal(self, data: bytes) -> Refusal | None:
        """Give how a frame says no, None if it does not."""
        for refusal in self.sheet.refusals:
            if self._read(refusal.shape, data) is not None:
                return refusal
        return None

    def _read(self, shape: Shape, data: bytes) -> dict[str, Word] | None:
        """Read a frame that comes from our device, not from its neighbour."""
        words = shape.read(data)
        if words is None:
            return None
        ours = all(words.get(name, word) == word for name, word in self._options.items())
        return words if ours else None


def _given(number: int | None) -> dict[str, Word]:
    return {} if number is None else {VALUE: number, NUMBER: number}


def _meaning(
    control: Control, answer: Answer, words: Mapping[str, Word], channel: int
) -> Plain | None:
    word = words.get(VALUE, "")
    if control.kind in {Kind.CHOICE, Kind.SWITCH}:
        return _named(control, answer.name, word, channel)
    if control.kind is Kind.PERCENT:
        return control.from_wire(int(word))
    if control.kind is Kind.NUMBER:
        number = float(word) * control.scale + control.add
        return int(number) if control.capability == HEALTH else _plain(number)
    return str(word)


def _named(control: Control, name: str, word: Word, channel: int) -> str | bool | None:
    if control.bits and isinstance(word, int):
        switch = control.kind is Kind.SWITCH
        return bool(word >> channel - 1 & 1) if switch else _faults(control, word)
    known = name or control.name_of(word)
    if control.kind is Kind.SWITCH:
        return None if known is None else known == "on"
    return f"input-{word}" if known is None and control.name == "input" else known


def _every(control: Control, words: Mapping[str, Word]) -> tuple[bool, ...]:
    word = words.get(VALUE)
    if control.kind is not Kind.SWITCH or not control.bits or not isinstance(word, int):
        return ()
    return tuple(bool(word >> bit & 1) for bit in range(control.channels))


def _faults(control: Control, word: int) -> str:
    found = [name for name, bits in control.words.items() if word >> int(bits[0]) & 1]
    return ", ".join(found) or "ok"


def _plain(number: float) -> int | float:
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded
