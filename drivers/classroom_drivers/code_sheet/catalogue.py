"""All that a sheet can have us say, each with a name: "power on", "volume 30", "power?"."""

from collections.abc import Iterator
from dataclasses import dataclass

from classroom_drivers.code_sheet.controller_side import ControllerSide
from classroom_drivers.code_sheet.sheet import Control, Kind, Order

PERCENTS = (0, 37, 100)
QUESTION = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One frame of the controller, and what it is of."""

    control: Control
    name: str = ""  # of the order, empty for a question and for a number
    number: int | None = None
    channel: int = 1
    question: bool = False

    @property
    def what(self) -> str:
        """Call it as the examples of a sheet do."""
        parts = [self.control.name]
        if self.control.channels > 1:
            parts.append(str(self.channel))
        if self.name:
            parts.append(self.name)
        if self.number is not None:
            parts.append(str(self.number))
        return " ".join(parts) + QUESTION * self.question

    @property
    def kind(self) -> str:
        """Call what one example proves for all: frames that differ in their value only."""
        order = self.order
        named = self.name if order and order.word is None else ""
        return f"{self.control.name} {named}".strip() + QUESTION * self.question

    @property
    def order(self) -> Order | None:
        """Give the order, None for a question."""
        return None if self.question else self.control.orders.get(self.name)

    @property
    def path(self) -> tuple[str, ...]:
        """Say where in the sheet it stands."""
        return (*self.control.path, "ask" if self.question else "set")

    def spell(self, side: ControllerSide) -> bytes:
        """Give the frame."""
        order = self.order
        if order is None:
            return side.question(self.control, channel=self.channel)
        number = self.number
        if number is not None and self.control.kind is Kind.PERCENT:
            number = self.control.to_wire(number)
        return side.order(order, channel=self.channel, number=number)


def entries(controls: tuple[Control, ...]) -> Iterator[Entry]:
    """Give every command and question; of numbers the ends and one between."""
    for control in controls:
        for channel in range(1, control.channels + 1):
            for name in control.orders:
                for number in _numbers(control):
                    yield Entry(control=control, name=name, number=number, channel=channel)
            if control.ask:
                yield Entry(control=control, channel=channel, question=True)


def entry(controls: tuple[Control, ...], what: str) -> Entry | None:
    """Find one by its name; any number within range will do."""
    words = what.removesuffix(QUESTION).split()
    control = next((control for control in controls if words and control.name == words[0]), None)
    if control is None:
        return None
    rest, channel = words[1:], 1
    if control.channels > 1 and rest and rest[0].isdigit():
        channel, rest = int(rest[0]), rest[1:]
    if not 1 <= channel <= control.channels:
        return None
    if what.endswith(QUESTION):
        found = Entry(control=control, channel=channel, question=True)
        return found if control.ask and not rest else None
    return _ordered(control, channel, rest)


def _ordered(control: Control, channel: int, rest: list[str]) -> Entry | None:
    numbers = _numbers(control)
    number = int(rest.pop()) if numbers != (None,) and rest and rest[-1].isdigit() else None
    name = " ".join(rest)
    if name not in control.orders or not _counts(control, number):
        return None
    return Entry(control=control, name=name, number=number, channel=channel)


def _counts(control: Control, number: int | None) -> bool:
    """Say whether a number, or none, is what an order of the control has."""
    numbers = [known for known in _numbers(control) if known is not None]
    if number is None or not numbers:
        return number is None and not numbers
    return min(numbers) <= number <= max(numbers)


def _numbers(control: Control) -> tuple[int | None, ...]:
    if control.kind is Kind.PERCENT:
        return PERCENTS
    if control.capability == "presets":
        return (control.low, control.high)
    return (None,)
