"""A room.toml as one tree of plain values, with the place of each, though parts are broken.

Every statement is read for itself. One that is not TOML is mended in memory (`repair`) or
left out, is told, and the reading goes on. What is valid TOML gives exactly what `tomllib`
gives, which a test checks.
"""

import tomllib
from dataclasses import dataclass, field
from typing import Any, Final

from classroom_edge.config import repair
from classroom_edge.config.mistakes import Position, Slip
from classroom_edge.config.scan import (
    DEPTH_MAX,
    Offsets,
    Path,
    Statement,
    inner_places,
    keys,
    skip,
    statements,
)

ARRAYS: Final = frozenset(
    {("device",), ("source",), ("layout",), ("layout", "slot"), ("routine",), ("routine", "want")}
)
TABLES: Final = frozenset(
    {
        *(("room",), ("network",), ("recording",), ("programme",), ("layouts",), ("titles",)),
        *(("hub",), ("site",)),
    }
)
SLIPS_MAX: Final = 300  # more than are ever told
DOTS_MAX: Final = 80  # before an equals sign
SLIPS_OF_VALID_TOML: Final = frozenset(
    {"backslash", "single-brackets", "double-brackets", "orphan"}
)


@dataclass(slots=True)
class Document:
    """What was read; `data` holds dicts, tuples, plain values, and `Broken` in their place."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Position] = field(default_factory=dict)  # of keys, headers and items
    value_places: dict[Path, Position] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)

    def place(self, path: Path) -> Position:
        """Give the place of a value, or of what is nearest around it."""
        for length in range(len(path), 0, -1):
            if found := self.places.get(path[:length]):
                return found
        return Position(1)

    def value_place(self, path: Path) -> Position:
        """Give the place of what stands behind the equals sign."""
        return self.value_places.get(path) or self.place(path)

    def value(self, path: Path) -> Any:  # noqa: ANN401 - whatever people wrote
        """Give the value at a path; None when there is none."""
        found: Any = self.data
        for part in path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def is_broken(self, path: Path) -> bool:
        """Whether the value, or one around it, could not be read and that was told."""
        return any(isinstance(self.value(path[:n]), repair.Broken) for n in range(1, len(path) + 1))


def read(text: str) -> Document:
    """Read a file. Never raises."""
    builder = _Builder()
    for statement in statements(text):
        builder.add(statement)
        if len(builder.document.slips) > SLIPS_MAX:
            break  # another kind of file
    found = builder.document
    found.data = _frozen(found.data)
    if any(slip.code == "too-deep" for slip in found.slips):
        return found  # tomllib would take its time over it, or not come back
    try:
        whole = tomllib.loads(text)
    except (ValueError, RecursionError):
        if not found.slips:
            found.slips.append(Slip("syntax", Position(1)))
        return found
    if any(slip.code not in SLIPS_OF_VALID_TOML for slip in found.slips) or not found.slips:
        found.data = _frozen(whole)
    found.slips = [slip for slip in found.slips if slip.code in SLIPS_OF_VALID_TOML]
    return found


class _Builder:
    """Puts statement after statement into a document."""

    def __init__(self) -> None:
        self.document = Document()
        self._table: dict[str, Any] = self.document.data
        self._path: Path = ()
        self._headers: dict[Path, Position] = {}

    def add(self, statement: Statement) -> None:
        """Take the next statement."""
        dots = statement.text.partition("=")[0].count(".")
        if statement.depth > DEPTH_MAX or dots > DOTS_MAX:
            self._tell("too-deep", Position(statement.line))
        elif statement.is_header:
            self._open(statement)
        else:
            self._put(statement)

    def _tell(self, code: str, position: Position, **values: object) -> None:
        self.document.slips.append(Slip(code, position, values))

    def _open(self, statement: Statement) -> None:
        header = repair.header(statement)
        self.document.slips += header.slips
        if not header.parts or len(header.parts) > DEPTH_MAX:
            self._tell("bad-header", statement.place(0))
            self._table, self._path = {}, ("?",)
            return
        place = statement.place(header.offset)
        self._table, self._path = self.document.data, ()
        for part in header.parts[:-1]:
            if not self._descend(part, place):
                return
        name = header.parts[-1]
        is_array = header.is_array
        plain = tuple(part for part in (*self._path, name) if isinstance(part, str))
        if plain in ARRAYS and not is_array:
            self._tell("single-brackets", place, name=".".join(plain))
            is_array = True
        elif plain in TABLES and is_array:
            self._tell("double-brackets", place, name=".".join(plain))
            is_array = False
        if is_array:
            self._open_item(name, place)
        else:
            self._open_table(name, place)

    def _descend(self, part: str, place: Position) -> bool:
        """Go into a table on the way to another; the last of several."""
        plain = tuple(one for one in (*self._path, part) if isinstance(one, str))
        if part not in self._table and plain in ARRAYS:
            self._tell("orphan", place, name=".".join(plain))
            self._table, self._path = {}, ("?",)
            return False
        inner = self._table.setdefault(part, {})
        self._path = (*self._path, part)
        if isinstance(inner, list) and inner:
            self._path = (*self._path, len(inner) - 1)
            inner = inner[-1]
        if not isinstance(inner, dict):
            self._clash(self._path, place)
            return False
        self.document.places.setdefault(self._path, place)
        self._table = inner
        return True

    def _open_item(self, name: str, place: Position) -> None:
        items = self._table.setdefault(name, [])
        path = (*self._path, name)
        if not isinstance(items, list):
            self._clash(path, place)
            return
        items.append({})
        self.document.places.setdefault(path, place)
        self._path = (*path, len(items) - 1)
        self._table = items[-1]
        self.document.places[self._path] = place

    def _open_table(self, name: str, place: Position) -> None:
        path = (*self._path, name)
        table = self._table.setdefault(name, {})
        if not isinstance(table, dict):
            self._clash(path, place)
            return
        if path in self._headers:
            first = self._headers[path].line
            self._tell("duplicate-table", place, name=name, first=first)
        self._headers.setdefault(path, place)
        self.document.places[path] = place
        self._table, self._path = table, path

    def _clash(self, path: Path, place: Position) -> None:
        first = self.document.place(path).line
        name = ".".join(part for part in path if isinstance(part, str))
        self._tell("duplicate-key", place, key=name, first=first)
        self._table, self._path = {}, ("?",)

    def _put(self, statement: Statement) -> None:
        """Take a key with its value."""
        try:
            given = tomllib.loads(statement.text)
            text, slips = statement.text, repair.backslashes(statement)
        except (ValueError, RecursionError):
            pair = repair.pair(statement)
            given, text, slips = pair.given, pair.text, pair.slips
        self.document.slips += slips
        if not given:
            return
        try:
            parts, offsets, behind = keys(text)
        except ValueError:
            self._tell("bad-key", Position(statement.line))
            return
        if len(parts) > DEPTH_MAX:
            self._tell("too-deep", Position(statement.line))
            return
        mended = Statement(statement.line, text, statement.depth)
        self._store(mended, given, parts, offsets, behind)

    def _store(
        self,
        statement: Statement,
        given: dict[str, Any],
        parts: tuple[str, ...],
        offsets: list[int],
        behind: int,
    ) -> None:
        table = self._table
        value: Any = given
        for count, part in enumerate(parts):
            path, place = (*self._path, *parts[: count + 1]), statement.place(offsets[count])
            value = value[part]
            is_last = count == len(parts) - 1
            if part in table and (is_last or not isinstance(table[part], dict)):
                first = self.document.place(path).line
                self._tell("duplicate-key", place, key=part, first=first)
                return
            self.document.places.setdefault(path, place)
            begin = statement.place(skip(statement.text, behind + 1))
            self.document.value_places.setdefault(path, begin)
            if is_last:
                table[part] = _frozen(value)
            else:
                table = table.setdefault(part, {})
        if not isinstance(value, repair.Broken):
            self._note_inner_places(statement, (*self._path, *parts), behind + 1)

    def _note_inner_places(self, statement: Statement, path: Path, offset: int) -> None:
        found: Offsets = {}
        inner_places(statement.text, offset, path, found)
        for inner, (key, begin) in found.items():
            self.document.places[inner] = statement.place(key)
            self.document.value_places[inner] = statement.place(begin)


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever people wrote
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
