"""Infrared codes as people have them: Global Caché's numbers, or Pronto hex. No I/O.

Global Caché: carrier in hertz, how often it is sent, where the part begins that is repeated, then
how many cycles of the carrier the light is on and off, in turn: ``38000,1,1,342,171,21,21,...``;
with ``sendir,1:2,1,`` before it the connector is named too. Pronto hex has the same counts in
hexadecimal: ``0000 006D 0002 0001 ...`` is a carrier (1 MHz / (0.241246 * 6D)), two pairs that are
sent once and one pair that is repeated.

Source: Global Caché, Unified TCP API 1.1 (200113-01), 4.4.1. Pronto: from general knowledge.
"""

import re
from dataclasses import dataclass

from classroom_drivers.api import UnsupportedError

PRONTO_MHZ = 0.241246
FREQUENCIES = range(15_000, 500_001)
REPEATS = range(1, 51)
OFFSETS = range(1, 384)
COUNTS = range(1, 65_536)
PAIRS_MAX = 260


@dataclass(frozen=True, slots=True)
class Infrared:
    """A code; `connector` is where it names one, "1:2"."""

    frequency: int
    repeat: int
    offset: int
    counts: tuple[int, ...]
    connector: str = ""

    @property
    def seconds(self) -> float:
        """How long it takes to send."""
        again = sum(self.counts[self.offset - 1 :]) * (self.repeat - 1)
        return (sum(self.counts) + again) / self.frequency


def read_code(text: str) -> Infrared:
    """Read a code in either spelling.

    Raises:
        UnsupportedError: it is none; says what is wrong.
    """
    words = text.split()
    if words and len(words) > 4 and all(re.fullmatch("[0-9a-fA-F]{4}", word) for word in words):
        code = _read_pronto([int(word, 16) for word in words])
    else:
        code = _read_numbers("".join(words))
    _check(code)
    return code


def _read_pronto(numbers: list[int]) -> Infrared:
    kind, carrier, once, repeated, *counts = numbers
    if kind != 0 or not carrier:
        raise UnsupportedError("this Pronto code has no carrier or is not a learned one (0000)")
    if len(counts) != 2 * (once + repeated):
        raise UnsupportedError(f"{len(counts)} counts, but {once} + {repeated} pairs are announced")
    frequency = round(1_000_000 / (carrier * PRONTO_MHZ))
    return Infrared(frequency, 1, 2 * once + 1 if repeated else 1, tuple(counts))


def _read_numbers(text: str) -> Infrared:
    head = re.match(r"sendir,(\d:\d{1,2}),\d+,", text)
    numbers = text[head.end() :] if head else text
    if not re.fullmatch(r"\d{1,6}(,\d{1,6}){4,}", numbers):
        raise UnsupportedError(f"{text[:40]!r} is neither sendir numbers nor Pronto hex")
    frequency, repeat, offset, *counts = map(int, numbers.split(","))
    return Infrared(frequency, repeat, offset, tuple(counts), head[1] if head else "")


def _check(code: Infrared) -> None:
    if code.frequency not in FREQUENCIES:
        raise UnsupportedError(f"a carrier of {code.frequency} Hz")
    if code.repeat not in REPEATS or code.offset not in OFFSETS or code.offset % 2 == 0:
        raise UnsupportedError(f"repeat {code.repeat}, offset {code.offset} (which must be odd)")
    pairs, odd = divmod(len(code.counts), 2)
    if odd or not 1 <= pairs <= PAIRS_MAX or code.offset > len(code.counts):
        raise UnsupportedError(f"{len(code.counts)} counts, offset {code.offset}")
    if not set(code.counts) <= set(COUNTS):
        raise UnsupportedError("a count of 0, or too large")
