"""What the device of a sheet understands of a controller, and what it says: for emulating it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from classroom_drivers.code_sheet.sheet import CHANNEL, NUMBER, VALUE, Control, Kind, Order, Sheet
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_frame import Shape

ASK = "?"
TOGGLE = "~"
SERIAL = "SN00012345"


@dataclass(frozen=True, slots=True)
class Request:
    """One command or question, understood."""

    control: Control
    name: str  # of the order, ASK or TOGGLE
    order: Order | None
    words: Mapping[str, Word]

    @property
    def channel(self) -> int:
        """Say which channel is meant."""
        return int(self.words.get(CHANNEL, 1))


class DeviceSide:
    """A sheet's words from the device's side, with its own options. Pure: no state here."""

    def __init__(self, sheet: Sheet, options: Mapping[str, Word]) -> None:
        self.sheet = sheet
        self._options = options
        known = [(control, *row) for control in sheet.controls for row in _shapes(control)]
        self._known = sorted(known, key=lambda row: VALUE in row[3].names)  # fixed frames first

    def understand(self, data: bytes) -> Request | None:
        """Give what a frame asks for, None if it is unknown or for somebody else."""
        for control, name, order, shape in self._known:
            words = shape.read(data)
            if words is None or not self._for_us(words):
                continue
            request = _request(control, name, order, words)
            if request and _within(request):
                return request
        return None

    def for_everybody(self, request: Request) -> bool:
        """Say whether it was sent to all devices, so that none may answer."""
        options = self.sheet.options.values()
        return any(
            option.everybody is not None and request.words.get(option.name) == option.everybody
            for option in options
        )

    def answer(self, control: Control, state: Word, channel: int = 1) -> bytes:
        """Spell what a control is; `state` is a name, or a number or text as it is on the wire."""
        words = {**self._options, CHANNEL: channel}
        for answer in control.answers:
            if answer.name == state:
                return answer.shape.spell(words)
        shape = next(answer.shape for answer in control.answers if not answer.name)
        return shape.spell({**words, VALUE: _word(control, state, shape)})

    def acceptance(self, request: Request) -> bytes:
        """Spell that an order is accepted; empty if the device does not say so."""
        if request.order is None or not request.order.answered:
            return b""
        shape = request.control.accepted[0]
        return shape.spell({VALUE: 0, "number": 1, CHANNEL: 1, **self._options, **request.words})

    def refusal(self, *kinds: str) -> bytes:
        """Spell the first refusal of one of some kinds; empty if the device has none."""
        for kind in kinds:
            for refusal in self.sheet.refusals:
                if refusal.kind == kind:
                    return refusal.shape.spell({**self._options, VALUE: 0, CHANNEL: 1})
        return b""

    def standby_reply(self) -> bytes:
        """Spell what it says in standby to what it will not do then; empty is silence."""
        says = self.sheet.power.standby_says
        return says.spell(self._options) if says else b""

    def _for_us(self, words: Mapping[str, Word]) -> bool:
        return all(
            words.get(name, ours) in {ours, self.sheet.options[name].everybody}
            for name, ours in self._options.items()
        )


def first_state(sheet: Sheet, control: Control) -> Word:
    """Give what a control is when the device is new."""
    match control.kind:
        case Kind.SWITCH:
            return "off"
        case Kind.CHOICE if control.bits:
            return 0
        case Kind.CHOICE:
            return next(iter(_states(control)), "")
        case Kind.PERCENT:
            return control.to_wire(40)
        case Kind.NUMBER:
            return min(control.high, control.low + 250)
    texts = {"maker": sheet.maker, "model": next(iter(sheet.models), ""), "serial-number": SERIAL}
    return texts.get(control.name) or "1.0"


def _states(control: Control) -> Iterator[str]:
    yield from (answer.name for answer in control.answers if answer.name)
    yield from control.words
    yield from control.orders


def _shapes(control: Control) -> Iterator[tuple[str, Order | None, Shape]]:
    seen: set[int] = set()
    for name, order in control.orders.items():
        if id(order.shape) not in seen:
            seen.add(id(order.shape))
            yield name, order, order.shape
    if control.toggle:
        yield TOGGLE, control.toggle, control.toggle.shape
    if control.ask:
        yield ASK, None, control.ask


def _request(
    control: Control, name: str, order: Order | None, words: Mapping[str, Word]
) -> Request | None:
    """Find the order that the value in a frame stands for."""
    if order is None or order.word is None:
        return Request(control, name, order, words)
    meant = control.name_of(words[VALUE])
    found = control.orders.get(meant) if meant else None
    return Request(control, meant, found, words) if meant and found else None


def _within(request: Request) -> bool:
    """Say whether there is such a channel, and whether the number in it is one that is taken."""
    control = request.control
    number = request.words.get(VALUE if control.kind is Kind.PERCENT else NUMBER)
    low, high = sorted((control.low, control.high))
    fits = not isinstance(number, int) or low <= number <= high
    return fits and 1 <= request.channel <= control.channels


def _word(control: Control, state: Word, shape: Shape) -> Word:
    if control.kind in {Kind.CHOICE, Kind.SWITCH} and state in control.words:
        return control.words[str(state)][0]
    field = shape.field(VALUE)
    if field and field.format.largest >= 0:
        return min(int(state) if str(state).isdigit() else 0, field.format.largest)
    return state
