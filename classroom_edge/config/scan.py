"""room.toml cut into statements, and where each key of a statement stands. No I/O.

A statement is a table's header, or a key with its value, which may go on over several lines.
Cutting does not ask for valid TOML: one broken statement must not hide the next. Where the cut
is in doubt, a line that looks like a new statement is one.

Source: TOML 1.0.0, https://toml.io/en/v1.0.0
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from classroom_edge.config.mistakes import Position

DEPTH_MAX = 12  # brackets in brackets, parts of a dotted key

Path = tuple[str | int, ...]  # ("device", 0, "url")
Offsets = dict[Path, tuple[int, int]]  # of the key, of the value

_LOOKS_NEW = re.compile(
    r"""\s*(?: [A-Za-z_][\w.-]* \s* (?: = | ＝ | ： | :\s )
             | \[{1,2} \s* (?! (?: true | false | inf | nan ) \b ) [A-Za-z_][\w.\- ]* \]{1,2}
               \s* (?: \#.* )? $ )""",
    re.VERBOSE,
)
_MARK = re.compile(
    r'''"""|\'\'\'|"(?:[^"\\]|\\.)*"?|'[^']*'?|\#|[\[\]{}［］【】｛｝]''', re.VERBOSE
)
_OPENERS, _CLOSERS = "[{［【｛", "]}］】｝"
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}\n#]+")
_KEY = re.compile(r'[ \t]*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')


@dataclass(frozen=True, slots=True)
class Statement:
    """One header, or one key with its value, as it stands in the file."""

    line: int  # its first, from 1
    text: str
    depth: int  # of brackets

    @property
    def is_header(self) -> bool:
        """Whether it opens a table."""
        return self.text.lstrip()[:1] in {"[", "［", "【"}

    def place(self, offset: int) -> Position:
        """Give the place in the file of an offset in the text."""
        before = self.text[:offset]
        return Position(self.line + before.count("\n"), len(before) - (before.rfind("\n") + 1) + 1)


def statements(text: str) -> Iterator[Statement]:
    """Cut a file into statements; comments and empty lines are left out."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            end, depth = _extent(lines, at)
            yield Statement(at + 1, "\n".join(lines[at:end]), depth)
            at = end
        else:
            at += 1


def keys(text: str, offset: int = 0) -> tuple[tuple[str, ...], list[int], int]:
    """Read a dotted key: its parts, the offset of each, and the offset behind it.

    Raises:
        ValueError: there is no key.
    """
    parts: list[str] = []
    offsets: list[int] = []
    while found := _KEY.match(text, offset):
        word = found[1]
        parts.append(next(iter(tomllib.loads(f"{word}=0"))) if word[0] in "\"'" else word)
        offsets.append(found.start(1))
        if text[found.end() : found.end() + 1] != ".":
            return tuple(parts), offsets, found.end()
        offset = found.end() + 1
    raise ValueError("not a key")


def inner_places(text: str, offset: int, path: Path, found: Offsets) -> int:
    """Note the offsets of every key and item inside a valid value; give the offset behind it."""
    offset = skip(text, offset)
    if text[offset] == "[":
        return _array_places(text, offset + 1, path, found)
    if text[offset] == "{":
        return _table_places(text, offset + 1, path, found)
    match = _STRING.match(text, offset) or _BARE.match(text, offset)
    return match.end() if match else len(text)


def _array_places(text: str, offset: int, path: Path, found: Offsets) -> int:
    index = 0
    while text[offset := skip(text, offset)] != "]":
        found[(*path, index)] = offset, offset
        offset = skip(text, inner_places(text, offset, (*path, index), found))
        offset += text[offset] == ","
        index += 1
    return offset + 1


def _table_places(text: str, offset: int, path: Path, found: Offsets) -> int:
    while text[offset := skip(text, offset)] != "}":
        parts, offsets, offset = keys(text, offset)
        begin = skip(text, offset + 1)
        for count, start in enumerate(offsets, 1):
            found.setdefault((*path, *parts[:count]), (start, begin))
        offset = skip(text, inner_places(text, begin, (*path, *parts), found))
        offset += text[offset] == ","
    return offset + 1


def skip(text: str, offset: int) -> int:
    """Give the offset behind blanks, line ends and comments."""
    match = _BLANK.match(text, offset)
    return match.end() if match else offset


def _extent(lines: list[str], first: int) -> tuple[int, int]:
    """Give the line behind a statement, and how deep its brackets go."""
    if lines[first].lstrip()[:1] in {"[", "［", "【"}:
        return first + 1, 1
    stack: list[str] = []
    depth = 0
    at = first
    while at < len(lines):
        rest = lines[at]
        while True:
            quotes, deepest = _marks(rest, stack)
            depth = max(depth, deepest)
            if not quotes:
                break
            closing = next((n for n in range(at + 1, len(lines)) if quotes in lines[n]), None)
            if closing is None:
                return at + 1, depth
            at, rest = closing, lines[closing].split(quotes, 1)[1]
        at += 1
        if not stack or (at < len(lines) and _begins_anew(lines[at - 1], lines[at], stack)):
            break
    return at, depth


def _begins_anew(line: str, following: str, stack: list[str]) -> bool:
    if stack[-1] in "{｛" and line.rstrip().endswith((",", "{")):
        return False  # an inline table over several lines: not TOML, but what people write
    return _LOOKS_NEW.match(following) is not None


def _marks(line: str, stack: list[str]) -> tuple[str, int]:
    """Follow brackets and strings through a line; give the triple quotes left open, the depth."""
    offset = 0
    deepest = len(stack)
    while match := _MARK.search(line, offset):
        mark, offset = match[0], match.end()
        if mark == "#":
            break
        if mark in ('"""', "'''"):
            end = line.find(mark, offset)
            if end < 0:
                return mark, deepest
            offset = end + 3
        elif mark in _OPENERS:
            stack.append(mark)
            deepest = max(deepest, len(stack))
        elif mark in _CLOSERS and stack:
            stack.pop()
    return "", deepest
