"""Reads the words that go over the wire, and between which ends a number lies."""

from collections.abc import Mapping

from classroom_drivers.code_sheet.sheet import PERCENT_MAX, Kind
from classroom_drivers.code_sheet.table import Table
from classroom_drivers.codecs.sheet_format import Word

WORDS_MAX = 300
LARGEST = 0xFFFFFFFF


def read_words(table: Table, allowed: tuple[str, ...] | None) -> dict[str, tuple[Word, ...]]:
    """Read names and the words that stand for them; the first of several is sent."""
    found: dict[str, tuple[Word, ...]] = {}
    for name in table.names()[:WORDS_MAX]:
        given = table.given(name)
        words = given if isinstance(given, list) else [given]
        if not words or any(type(word) not in {int, str} for word in words):
            table.complain("not-words", name)
        elif allowed and name not in allowed:
            table.complain("unknown-choice", name, name=name, near=", ".join(allowed))
        else:
            found[name] = tuple(words)
    _check_apart(table, found)
    return found


def _check_apart(table: Table, words: Mapping[str, tuple[Word, ...]]) -> None:
    seen: dict[str, str] = {}
    for name, several in words.items():
        for word in several:
            other = seen.setdefault(str(word).casefold(), name)
            if other != name:
                table.complain("same-word", name, word=word, name=name, other=other)


def read_range(table: Table, kind: Kind) -> tuple[int, int]:
    """Read what is 0 % and 100 %, or the ends of a number."""
    given = table.given("range")
    match given:
        case [int(low), int(high)] if low != high:
            return low, high
        case None:
            return (0, LARGEST) if kind is Kind.NUMBER else (0, PERCENT_MAX)
    table.complain("bad-range", "range")
    return 0, PERCENT_MAX
