"""Statements that are not TOML but that people write, mended so that reading can go on. No I/O.

Nothing is accepted by being mended: each mend is a slip that is told.
"""

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from classroom_edge.config.mistakes import Position, Slip
from classroom_edge.config.punctuation import changes, first_change, fold
from classroom_edge.config.scan import Statement, keys
from classroom_edge.config.value import BARE_KEY, WINDOWS_PATH, Value, backslash, quoted

COMMENT_MARKS = ("//", ";", "；", "--", "/*")  # of other file formats
_LEFT = re.compile(
    r"""\s* (?P<key> "[^"\n]*" | '[^'\n]*' | [^\s=＝:："'“”‘’]+ ) [ \t\u3000\u00a0]*
        (?P<sign> [=＝:：]? )""",
    re.VERBOSE,
)
_WORD_KEY = re.compile(r"[\w.-]+")  # as a bare key, but in any script
_HEADER = re.compile(r"\s*(\[*)([^\[\]#]*)(\]*)\s*(#.*)?")


class Broken:
    """Stands where a value was that could not be read."""


@dataclass(frozen=True, slots=True)
class Header:
    """A table's header as it was meant; no parts where nothing can be made of it."""

    parts: tuple[str, ...]
    offset: int  # of the name in the statement
    is_array: bool
    slips: list[Slip]


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its value as it was meant; nothing given where nothing can be made of it."""

    text: str  # TOML now
    given: dict[str, Any]
    slips: list[Slip]


def header(statement: Statement) -> Header:
    """Read a table's header, mended where it must be."""
    slips: list[Slip] = []
    text = fold(statement.text)
    if text != statement.text:
        slips.append(_full_width(statement, statement.text))
    found = _HEADER.match(text)
    opened, name, closed = found.group(1, 2, 3) if found else ("", "", "")
    name = name.strip()
    if len(opened) != len(closed) or len(opened) > 2 or (found and found.end() != len(text)):
        right = f"[[{name}]]" if len(opened) > 1 else f"[{name}]"
        slips.append(Slip("header-brackets", statement.place(_indent(text)), {"right": right}))
    return Header(_whole_key(name), text.find(name), len(opened) > 1, slips)


def backslashes(statement: Statement) -> list[Slip]:
    r"""Tell Windows paths in valid strings: in "C:\new" the \n is a line break."""
    found = WINDOWS_PATH.finditer(statement.text)
    return [backslash(statement, path) for path in found if "\\\\" not in path[1]]


def pair(statement: Statement) -> Pair:
    """Read a key with its value, mended where it must be."""
    text = statement.text
    begin = statement.place(_indent(text))
    if text.lstrip().startswith(COMMENT_MARKS):
        return _nothing("comment-mark", begin)
    left = _LEFT.match(text)
    if left is None:
        return _nothing("syntax", begin)
    key, slips = fold(left["key"]), []
    if _WORD_KEY.fullmatch(key) and not BARE_KEY.fullmatch(key):
        key = quoted(key)
        slips.append(Slip("key-quotes", begin, {"right": key}))
    parts = _whole_key(key)
    if not parts:
        return _nothing("bad-key", begin, key=left["key"])
    value = Value(statement, left.end(), parts[-1])
    before, between = text[: left.start("key")], text[left.end("key") : left.start("sign")]
    mended = f"{before}{key}{fold(between)}={value.mend()}"
    slips += _joined(_sign_slips(statement, left) + value.slips)
    try:
        given = tomllib.loads(mended)
    except (ValueError, RecursionError):
        given = {}
    if value.is_broken or not given:
        return Pair(f"{key} = 0", _nested(parts), slips or [Slip("syntax", begin)])
    return Pair(mended, given, slips or [Slip("syntax", begin)])


def _sign_slips(statement: Statement, left: re.Match[str]) -> list[Slip]:
    """Tell what is wrong between a key and its value."""
    key, sign, at = left["key"], left["sign"], statement.place(left.start("sign"))
    between = statement.text[left.end("key") : left.start("sign")]
    if sign in {":", "："}:
        return [Slip("colon", at, {"key": key})]
    if sign == "＝" or fold(key) != key:
        return [_full_width(statement, statement.text[: left.end()])]
    if unseen := between.strip(" \t"):
        place = statement.place(left.end("key") + between.index(unseen))
        return [Slip("invisible", place, {"name": f"U+{ord(unseen[0]):04X}"})]
    if not sign and statement.text[left.end() :].strip():
        return [Slip("missing-equals", at, {"key": key})]
    return []


def _joined(slips: list[Slip]) -> list[Slip]:
    """Make one slip of all that tell of full-width signs."""
    wide = [slip for slip in slips if slip.code == "full-width"]
    if len(wide) < 2:
        return slips
    shown = "  ".join(str(slip.values["changes"]) for slip in wide)
    rest = [slip for slip in slips if slip.code != "full-width"]
    return [Slip("full-width", wide[0].position, {"changes": shown}), *rest]


def _whole_key(text: str) -> tuple[str, ...]:
    try:
        parts, _, end = keys(text)
    except ValueError:
        return ()
    return parts if end == len(text) else ()


def _nothing(code: str, position: Position, **values: object) -> Pair:
    return Pair("", {}, [Slip(code, position, values)])


def _full_width(statement: Statement, text: str) -> Slip:
    place = statement.place(first_change(text))
    return Slip("full-width", place, {"changes": changes(text)})


def _nested(parts: tuple[str, ...]) -> dict[str, Any]:
    value: Any = Broken()
    for part in reversed(parts):
        value = {part: value}
    return {**value}


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
