"""The code that enrols a site: short enough to be said by telephone.

It carries a one-time secret, and the fingerprint by which the site knows that the key it is given
is the hub's: 75 bits, so that nobody makes another key that has it. The last character finds a
slip of the pen.

Source: Douglas Crockford, Base 32, https://www.crockford.com/base32.html
"""

import zlib
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.sessions.link.keys import fingerprint

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FINGERPRINT_LENGTH: Final = 15  # characters, 5 bits each
SECRET_LENGTH: Final = 8
_GROUP: Final = 4
_READ_AS: Final = str.maketrans("OIL", "011", " -")
_LENGTH: Final = FINGERPRINT_LENGTH + SECRET_LENGTH + 1


class CodeError(ValueError):
    """What was typed is no code: too short, too long, or with a slip in it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, taken apart."""

    mark: str  # the beginning of the hub's fingerprint
    secret: str = field(repr=False)

    def __str__(self) -> str:
        """Spell it in groups of four."""
        text = self.mark + self.secret
        text += _check(text)
        return "-".join(text[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))

    def fits(self, public: str) -> bool:
        """Tell whether a key is the one that the code means."""
        return mark_of(public) == self.mark


def mark_of(public: str) -> str:
    """Spell the beginning of a key's fingerprint."""
    number = int.from_bytes(fingerprint(public)) >> (256 - 5 * FINGERPRINT_LENGTH)
    return _spelt(number, FINGERPRINT_LENGTH)


def make(public: str, random_bits: int) -> Code:
    """Make a code of a hub's key and of 40 random bits."""
    return Code(mark_of(public), _spelt(random_bits, SECRET_LENGTH))


def parse(text: str) -> Code:
    """Read a code as people type it. Raises CodeError."""
    plain = text.upper().translate(_READ_AS)
    if len(plain) != _LENGTH or not set(plain) <= set(ALPHABET):
        raise CodeError("not 24 letters and digits")
    if _check(plain[:-1]) != plain[-1]:
        raise CodeError("mistyped")
    return Code(plain[:FINGERPRINT_LENGTH], plain[FINGERPRINT_LENGTH:-1])


def _spelt(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(length)))


def _check(text: str) -> str:
    return ALPHABET[zlib.crc32(text.encode("ascii")) & 31]
