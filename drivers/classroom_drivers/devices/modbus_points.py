"""What a Modbus unit has and where: coils and registers, as options spell them.

    relays   = "0-7"                                    coils 0 to 7
    relays   = "holding:1-8 on=256 off=512"             registers that take these values
    levels   = "holding:0-3 max=255"                    registers that take 0 to 255
    sensors  = "temperature-c=input:1/10 signed, humidity-percent=input:2/10"
    sensors  = "power-w=input:12 float, energy-kwh=input:5/1000 long swapped, contact=discrete:0"

Addresses are those on the wire and count from 0 (a manual's 40001 is holding:0, its 30013 is
input:12); 0x50 is as good as 80. ``long`` and ``float`` take two registers, the high one first
unless ``swapped``.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from classroom_drivers.api import Plain, UnsupportedError
from classroom_drivers.codecs import modbus
from classroom_drivers.codecs.modbus import Frame

TABLES = {
    "coil": modbus.READ_COILS,
    "discrete": modbus.READ_DISCRETE,
    "holding": modbus.READ_HOLDING,
    "input": modbus.READ_INPUT,
}
BITS = {"coil", "discrete"}
WORD_MAX = 0xFFFF
Raw = Mapping["Place", int]  # what was read


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A coil or register."""

    table: str
    address: int

    def __str__(self) -> str:
        return f"{self.table}:{self.address}"

    def after(self, steps: int) -> "Place":
        """Give one that is so many further."""
        return Place(self.table, self.address + steps)

    def write(self, unit: int, value: int) -> Frame:
        """Write a value; of a coil, anything but 0 closes it."""
        if self.table == "coil":
            word = modbus.ON if value else modbus.OFF
            return modbus.write(unit, modbus.WRITE_COIL, self.address, word)
        return modbus.write(unit, modbus.WRITE_REGISTER, self.address, value)


@dataclass(frozen=True, slots=True)
class Block:
    """Coils or registers that follow each other and are read at once."""

    first: Place
    count: int

    def ask(self, unit: int) -> Frame:
        """Ask for all of them."""
        return modbus.read(unit, TABLES[self.first.table], self.first.address, self.count)

    @property
    def answer_length(self) -> int:
        """How many bytes of data the answer has, the count before them included."""
        bits = self.first.table in BITS
        return 1 + ((self.count + 7) // 8 if bits else 2 * self.count)

    def read(self, data: bytes) -> dict[Place, int]:
        """Take the values out of an answer's data."""
        values = modbus.bits(data) if self.first.table in BITS else modbus.words(data)
        return {self.first.after(step): int(values[step]) for step in range(self.count)}


@dataclass(frozen=True, slots=True)
class Contact:
    """Something that is on or off."""

    place: Place
    on: int = 1
    off: int = 0

    def set(self, unit: int, *, on: bool) -> Frame:
        """Switch it."""
        return self.place.write(unit, self.on if on else self.off)

    def is_on(self, raw: Raw) -> bool:
        """Read it; some boards tell another number than they take."""
        return raw[self.place] not in {0, self.off}


@dataclass(frozen=True, slots=True)
class Fader:
    """A register that takes 0 to `top`."""

    place: Place
    top: int = 100

    def set(self, unit: int, percent: float) -> Frame:
        """Move it."""
        return self.place.write(unit, round(percent / 100 * self.top))

    def percent(self, raw: Raw) -> float:
        """Read it."""
        return round(min(raw[self.place] / self.top, 1.0) * 100, 1)


@dataclass(frozen=True, slots=True)
class Measure:
    """A value that a unit tells."""

    name: str
    place: Place
    divisor: float = 1.0
    form: str = "word"  # "word", "long", "float"
    signed: bool = False
    swapped: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it stands."""
        return (self.place,) if self.form == "word" else (self.place, self.place.after(1))

    def value(self, raw: Raw) -> Plain | None:
        """Read it; None for what is no number."""
        if self.place.table in BITS:
            return bool(raw[self.place])
        words = [raw[place] for place in self.places]
        data = struct.pack(f">{len(words)}H", *(reversed(words) if self.swapped else words))
        kind = {"word": "H", "long": "I", "float": "f"}[self.form]
        (number,) = struct.unpack(f">{kind.lower() if self.signed else kind}", data)
        if not isfinite(number):
            return None
        exact = self.divisor == 1 and self.form != "float"
        return int(number) if exact else round(number / self.divisor, 3)


def contacts(text: str) -> tuple[Contact, ...]:
    """Read the option `relays`."""
    found: list[Contact] = []
    for where, words in _entries(text):
        values = _numbers(words, {"on", "off"})
        found += [Contact(place, **values) for place in places(where, "coil", {"coil", "holding"})]
    return tuple(found)


def faders(text: str) -> tuple[Fader, ...]:
    """Read the option `levels`."""
    found: list[Fader] = []
    for where, words in _entries(text):
        top = _numbers(words, {"max"}).get("max", 100)
        if not top:
            raise UnsupportedError("max=0 leaves nothing to move")
        found += [Fader(place, top) for place in places(where, "holding", {"holding"})]
    return tuple(found)


def measures(text: str) -> tuple[Measure, ...]:
    """Read the option `sensors`."""
    found = [_measure(where, words) for where, words in _entries(text)]
    if len({measure.name for measure in found}) < len(found):
        raise UnsupportedError(f"{text!r}: the same value twice")
    return tuple(found)


def place(text: str, default: str, allowed: Iterable[str] = TABLES) -> Place:
    """Read one place: "input:1", "0x50"."""
    (found,) = places(text, default, allowed)
    return found


def places(text: str, default: str, allowed: Iterable[str]) -> tuple[Place, ...]:
    """Read one place, or several that follow each other: "holding:1-8".

    Raises:
        UnsupportedError: there is no such table or address.
    """
    table, colon, numbers = text.rpartition(":")
    table = table if colon else default
    if table not in allowed:
        raise UnsupportedError(f"{text!r}: {table!r} is not one of {', '.join(allowed)}")
    first, dash, last = numbers.partition("-")
    begin = integer(first)
    end = integer(last) if dash else begin
    if begin > end:
        raise UnsupportedError(f"{text!r}: the lower address comes first")
    return tuple(Place(table, address) for address in range(begin, end + 1))


def blocks(wanted: Iterable[Place]) -> tuple[Block, ...]:
    """Put neighbours together, to be read at once; what lies between others may not be readable."""
    found: list[Block] = []
    for one in sorted(set(wanted)):
        last = found[-1] if found else None
        most = modbus.BITS_MAX if one.table in BITS else modbus.WORDS_MAX
        if last and last.first.after(last.count) == one and last.count < most:
            found[-1] = Block(last.first, last.count + 1)
        else:
            found.append(Block(one, 1))
    return tuple(found)


def pairs(words: Iterable[str]) -> dict[str, str]:
    """Read "open=4 close=5" word by word."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise UnsupportedError(f"{word!r} is not spelled name=value")
        found[name] = value
    return found


def integer(text: str) -> int:
    """Read a number as a register has it, 80 or 0x50."""
    try:
        number = int(text, 0)
    except ValueError as error:
        raise UnsupportedError(f"{text!r} is not a whole number") from error
    if not 0 <= number <= WORD_MAX:
        raise UnsupportedError(f"{text} is not within 0 and {WORD_MAX}")
    return number


def _measure(where: str, words: list[str]) -> Measure:
    name, equals, rest = where.partition("=")
    text, slash, divisor = rest.partition("/")
    if not equals or not name:
        raise UnsupportedError(f"{where!r} is not spelled name=table:address")
    if unknown := set(words) - {"signed", "long", "float", "swapped"}:
        raise UnsupportedError(f"{where!r}: unknown: {', '.join(sorted(unknown))}")
    try:
        share = float(divisor) if slash else 1.0
    except ValueError as error:
        raise UnsupportedError(f"{where!r}: {divisor!r} is not a number") from error
    if not share > 0:
        raise UnsupportedError(f"{where!r}: nothing can be divided by {divisor}")
    form = "float" if "float" in words else "long" if "long" in words else "word"
    return Measure(
        name,
        place(text, "input"),
        divisor=share,
        form=form,
        signed="signed" in words and form != "float",
        swapped="swapped" in words,
    )


def _entries(text: str) -> Iterator[tuple[str, list[str]]]:
    for entry in text.split(","):
        if words := entry.split():
            yield words[0], words[1:]


def _numbers(words: Iterable[str], known: set[str]) -> dict[str, int]:
    found = {name: integer(value) for name, value in pairs(words).items()}
    if unknown := found.keys() - known:
        there_are = ", ".join(sorted(known))
        raise UnsupportedError(f"unknown: {', '.join(sorted(unknown))}; there are: {there_are}")
    return found
