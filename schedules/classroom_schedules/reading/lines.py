"""Which line of a TOML file says what: TOML readers do not tell."""

import re

_HEADER = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_-]+)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class Lines:
    """Line numbers by table, its turn among those of the same name, and key."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str, int, str], int] = {}
        table, turn = "", 0
        turns: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                table = header[2]
                turn = turns.get(table, -1) + 1
                turns[table] = turn
                self._lines[table, turn, ""] = number
            elif key := _KEY.match(line):
                self._lines.setdefault((table, turn, key[1]), number)

    def line(self, table: str, turn: int, key: str = "") -> int:
        """Give the line of a key, else of its table; 0 is the file as a whole."""
        return self._lines.get((table, turn, key)) or self._lines.get((table, turn, ""), 0)
