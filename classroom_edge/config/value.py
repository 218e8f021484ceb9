r"""A value that is not TOML, written anew as it was meant. No I/O.

What input methods and Notepad do: full-width signs, curly quotes, invisible characters. What
comes from other file formats: colons, bare words, yes and no, "C:\new", comments and commas.
"""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.config.mistakes import Slip
from classroom_edge.config.punctuation import DOUBLE_QUOTES, SINGLE_QUOTES, changes, fold
from classroom_edge.config.scan import Statement

SLIPS_MAX = 8  # in one value; more would not help
WINDOWS_PATH = re.compile(r'"([A-Za-z]:\\[^"\n]*|\\\\[^"\n]*)"')
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
BARE_KEY = re.compile(r"[A-Za-z0-9_.-]+")
_END_OF_KEY = re.compile(r"[\s=＝:：,，}｝]|$")
_END_INSIDE = re.compile(r"[\n,，\]］】}｝]|\s(?:#|[\w-]+\s*[=＝])|$")
_END_ALONE = re.compile(r"\n|\s#|$")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(:\d{2})?")
_NUMBER_WITH_UNIT = re.compile(r"([+-]?\d{1,18}(?:\.\d{1,18})?)\s*(?:[A-Za-z%]+|[^\x00-\x7f]+)")
_LEADING_ZERO = re.compile(r"[+-]?0+(\d{1,18})")
_TRUTHS: Final = dict.fromkeys(("true", "yes", "on", "是", "开"), "true") | dict.fromkeys(
    ("false", "no", "off", "否", "关"), "false"
)
_NOTHINGS: Final = {"null", "none", "nil", "~"}


@dataclass(slots=True)
class Value:
    """Walks over one value and writes it anew; tells in `slips` what it had to change."""

    statement: Statement
    offset: int
    key: str
    slips: list[Slip] = field(default_factory=list)
    is_broken: bool = False  # nothing can be made of it
    _stack: list[tuple[str, int]] = field(default_factory=list)  # open brackets, their offsets
    _out: list[str] = field(default_factory=list)
    _last: str = ""  # what came last: "value", "key", a sign, or "end"

    def mend(self) -> str:
        """Give the value as TOML, as far as it can be understood."""
        text = self.statement.text
        while self.offset < len(text) and self._last != "end":
            before = self.offset
            self._step(text, text[self.offset])
            self.offset = max(self.offset, before + 1)
        if self._stack:
            mark, at = self._stack[-1]
            self._tell("bracket-not-closed", at, mark=mark)
            self._out += ["]" if mark == "[" else "}" for mark, _ in reversed(self._stack)]
        elif not self._last:
            self._tell("missing-value", 0, key=self.key)
            self.is_broken = True
        return "".join(self._out)

    def _tell(self, code: str, offset: int, **values: object) -> None:
        if len(self.slips) < SLIPS_MAX and all(slip.code != code for slip in self.slips):
            self.slips.append(Slip(code, self.statement.place(offset), values))

    def _step(self, text: str, character: str) -> None:
        plain = fold(character)
        if character == "\n":
            self._line_end()
        elif not plain.strip():
            self._blank(character, plain)
        elif plain == "#":
            self.offset = (text + "\n").find("\n", self.offset)
        elif character in DOUBLE_QUOTES or character in SINGLE_QUOTES:
            self._string(text, character)
        elif plain in "[]{},;" or (plain in "=:" and self._last == "key"):
            if plain != character:
                self._tell("full-width", self.offset, changes=changes(character))
            self._sign(plain)
        else:
            self._word(text)

    @property
    def _is_in_table(self) -> bool:
        return bool(self._stack) and self._stack[-1][0] == "{"

    @property
    def _expects_key(self) -> bool:
        return self._is_in_table and self._last in {"{", ","}

    def _line_end(self) -> None:
        if self._is_in_table:
            self._tell("inline-table-lines", self._stack[-1][1])
        self._out.append(" " if self._is_in_table else "\n")

    def _blank(self, character: str, plain: str) -> None:
        if character not in " \t":
            self._tell("invisible", self.offset, name=f"U+{ord(character):04X}")
        self._out.append(plain)

    def _may_begin(self) -> bool:
        """Whether a value may begin here; puts in the comma that lacks before it."""
        if self._last == "value" and self._stack:
            self._tell("missing-comma", self.offset)
            self._out.append(", ")
            self._last = ","
        elif self._last == "value":
            self._tell("text-after-value", self.offset)
            self._last = "end"
        return self._last != "end"

    def _sign(self, sign: str) -> None:
        if sign in "[{":
            self._open(sign)
        elif sign in "]}":
            self._close()
        elif sign in ",;" and not self._stack:
            self._tell("trailing-mark", self.offset, mark=sign)
        elif sign in "=:":
            if sign == ":":
                self._tell("colon", self.offset, key=self.key)
            self._write("=", "=")
        else:
            self._write(",", ",")

    def _write(self, text: str, last: str) -> None:
        self._out.append(text)
        self._last = last

    def _open(self, bracket: str) -> None:
        if self._may_begin():
            self._stack.append((bracket, self.offset))
            self._write(bracket, bracket)

    def _close(self) -> None:
        if not self._stack:
            self._tell("text-after-value", self.offset)
            return
        opened, _ = self._stack.pop()
        if opened == "{" and self._last == ",":  # TOML allows it in lists alone
            at = len(self._out) - 1 - self._out[::-1].index(",")
            self._out[at] = " "
            self._tell("trailing-mark", self.offset, mark=",")
        self._write("]" if opened == "[" else "}", "value")

    def _string(self, text: str, quote: str) -> None:
        if self._may_begin():
            last = "key" if self._expects_key else "value"
            content, self.offset = self._string_at(text, self.offset, quote)
            self._write(content, last)

    def _string_at(self, text: str, start: int, quote: str) -> tuple[str, int]:
        """Give a string as TOML, and the offset behind it."""
        if text[start : start + 3] in {'"""', "'''"}:
            end = text.find(quote * 3, start + 3)
            if end < 0:
                self._tell("quote-not-closed", start, mark=quote * 3)
                return quoted(text[start + 3 :].partition("\n")[0]), len(text)
            return text[start : end + 3], end + 3
        if found := WINDOWS_PATH.match(text, start):
            self.slips.append(backslash(self.statement, found))
            return quoted(found[1]), found.end()
        if found := _STRING.match(text, start):
            if not is_toml(found[0]):
                self._tell("escape", start)
                return quoted(found[0][1:-1]), found.end()
            return found[0], found.end()
        return self._curly_string(text, start)

    def _curly_string(self, text: str, start: int) -> tuple[str, int]:
        """Read a string whose quotes are full-width, or not closed."""
        family = DOUBLE_QUOTES if text[start] in DOUBLE_QUOTES else SINGLE_QUOTES
        end_of_line = (text + "\n").find("\n", start)
        closers = [at for at in range(start + 1, end_of_line) if text[at] in family]
        if not closers:
            self._tell("quote-not-closed", start, mark='"' if family is DOUBLE_QUOTES else "'")
            content = re.split(r"\s#", text[start + 1 : end_of_line])[0]
            return quoted(content.rstrip()), end_of_line
        is_straight = text[start] == family[0]
        end = closers[-1] if is_straight else closers[0]
        at = end if is_straight else start
        self._tell("full-width", at, changes=changes(text[start] + text[end]))
        return quoted(text[start + 1 : end]), end + 1

    def _word(self, text: str) -> None:
        """Take what stands without quotes: a key, a number, a truth, or text that lacks them."""
        if not self._may_begin():
            return
        end = _END_OF_KEY if self._expects_key else _END_INSIDE if self._stack else _END_ALONE
        found = end.search(text, self.offset)
        word = text[self.offset : found.start() if found else len(text)].rstrip()
        if not self._stack:
            word = word.rstrip(",，;；、。 ")
        word = word or text[self.offset]
        if self._expects_key:
            self._write(self._inner_key(word), "key")
        else:
            self._write(self._scalar(word, self.offset), "value")
        self.offset += len(word)

    def _inner_key(self, word: str) -> str:
        plain = fold(word)
        if BARE_KEY.fullmatch(plain):
            return plain
        self._tell("key-quotes", self.offset, right=quoted(word))
        return quoted(word)

    def _scalar(self, word: str, at: int) -> str:
        plain = fold(word).strip()
        if is_toml(plain):
            if plain != word:
                self._tell("full-width", at, changes=changes(word))
            return plain
        if plain.lower() in _NOTHINGS:
            self._tell("no-null", at, word=word)
            self.is_broken = True
            return "0"
        code, right = self._meant(plain) or ("missing-quotes", quoted(word))
        self._tell(code, at, word=word, right=right)
        return right

    def _meant(self, word: str) -> tuple[str, str] | None:
        """Tell what somebody meant who wrote this word without quotes, if it is no text."""
        if word.lower() in _TRUTHS and not (self.key == "power" and word in {"on", "off"}):
            return "truth", _TRUTHS[word.lower()]
        if found := _TIME.fullmatch(word):
            return "bare-time", f'"{int(found[1]):02}:{found[2]}{found[3] or ""}"'
        if found := _LEADING_ZERO.fullmatch(word):
            return "leading-zero", found[1]
        if found := _NUMBER_WITH_UNIT.fullmatch(word):
            return "unit", found[1]
        return None


def backslash(statement: Statement, found: re.Match[str]) -> Slip:
    """Tell a Windows path, found in double quotes."""
    right = "'" + found[1].replace("\\\\", "\\").rstrip("\\") + "'"
    return Slip("backslash", statement.place(found.start()), {"right": right})


def quoted(text: str) -> str:
    """Give text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(_visible(character) for character in escaped)}"'


def is_toml(value: str) -> bool:
    """Whether this is one valid value."""
    try:
        return len(tomllib.loads(f"x = {value}")) == 1
    except (ValueError, RecursionError):
        return False


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"
