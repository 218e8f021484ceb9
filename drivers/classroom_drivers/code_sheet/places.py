"""Which line of a TOML text says what: TOML readers do not tell."""

import re
from collections.abc import Iterator

Path = tuple[str, ...]
_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(
    r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*")


class Places:
    """Lines by what they say; what stands within a line is looked for in it."""

    def __init__(self, text: str) -> None:
        self._lines = {path: number for number, path in _paths(text.splitlines())}

    def line(self, path: Path) -> int:
        """Give the line of a key, or of the nearest thing around it; 0 is the whole file."""
        for length in range(len(path), 0, -1):
            if number := self._lines.get(path[:length], 0):
                return number
        return 0


def _paths(lines: list[str]) -> Iterator[tuple[int, Path]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    depth = 0  # of brackets that are open over the end of a line
    for number, line in enumerate(lines, start=1):
        if depth <= 0 and (header := _HEADER.match(line)):
            table = _parts(header[1])
            if line.lstrip().startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            yield number, table
            continue
        if depth <= 0 and (key := _KEY.match(line)):
            yield number, (*table, *_parts(key[1]))
        bare = _STRING.sub("", line)
        depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
