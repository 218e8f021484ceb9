"""From slips to mistakes: the file's order, both languages, and no secret in any of it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.config.mask import (
    MASK,
    hidden_lines,
    masked_line,
    masked_url,
    scrubbed,
    secret_column,
)
from classroom_edge.config.mistakes import Mistake, Slip
from classroom_edge.words import LANGUAGES, words

MISTAKES_MAX: Final = 100  # told at once; a file with more is another kind of file
VALUE_MAX: Final = 120  # characters of a value inside a sentence: a port by its id fits
QUOTED_VALUES: Final = {"word", "right", "changes", "reason"}  # what may quote from the line
_SIGN = re.compile(r"[=＝:：]|(?<=\S)\s+(?=[^\s=＝:：])|(?<=\w)(?=[\"'“‘])")
NO_PAIR: Final = {"missing-value", "missing-equals", "bad-key", "syntax"}


@dataclass(slots=True)
class Teller:
    """Puts slips of one file into words."""

    text: str
    secrets: Collection[str]
    private: Collection[int] = ()  # lines whose value is not shown, whatever its key
    _lines: list[str] = field(init=False)
    _hidden: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = self.text.split("\n")
        self._hidden = hidden_lines(self._lines)

    def all(self, slips: Iterable[Slip]) -> tuple[Mistake, ...]:
        """Put slips in the file's order and into words; the first hundred."""
        ordered = sorted(slips, key=lambda slip: slip.position)
        return tuple(map(self.one, ordered[:MISTAKES_MAX]))

    def one(self, slip: Slip) -> Mistake:
        """Put a slip into words."""
        number = min(slip.position.line, len(self._lines))
        line = self._lines[number - 1]
        is_hidden = number in self._hidden or (slip.code in NO_PAIR and _is_lone_text(line))
        is_secret = is_hidden or number in self.private or secret_column(line) is not None
        values = {
            key: MASK if is_hidden or (is_secret and key in QUOTED_VALUES) else value
            for key, value in slip.values.items()
        }
        return Mistake(
            code=slip.code,
            position=slip.position,
            text=MASK if is_hidden else scrubbed(self._shown(number, line), self.secrets),
            message=self._say(f"{slip.code}.message", values),
            remedy=self._say(f"{slip.code}.remedy", values),
            is_note=slip.is_note,
        )

    def _shown(self, number: int, line: str) -> str:
        if number in self.private and (sign := _SIGN.search(line)):
            line = f"{line[: sign.end()]} {MASK}"
        return masked_line(line)

    def _say(self, key: str, values: Mapping[str, object]) -> dict[str, str]:
        said = {
            language: words("check").say(key, language, **_in(language, values))
            for language in LANGUAGES
        }
        return {
            language: scrubbed(masked_url(text), self.secrets) for language, text in said.items()
        }


def _is_lone_text(line: str) -> bool:
    """Whether a line is text in quotes without a key: it may be a password that lost its own."""
    return line.lstrip()[:1] in set("\"'“”‘’")


def _in(language: str, values: Mapping[str, object]) -> dict[str, object]:
    said = {
        key: value[language] if isinstance(value, Mapping) else value
        for key, value in values.items()
    }
    return {key: _short(value) if isinstance(value, str) else value for key, value in said.items()}


def _short(text: str) -> str:
    return text if len(text) <= VALUE_MAX else text[:VALUE_MAX] + " ..."
