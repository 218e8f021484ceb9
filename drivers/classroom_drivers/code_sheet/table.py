"""A table of a TOML file, asked for its keys one by one; what nobody asks for is a mistake."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from classroom_drivers.code_sheet.mistakes import Findings
from classroom_drivers.code_sheet.places import Path


class Table:
    """Gives values of the kind that is wanted, and notes whatever is not."""

    def __init__(self, values: Mapping[str, Any], path: Path, findings: Findings) -> None:
        self.path = path
        self._values = values
        self._findings = findings
        self._asked: set[str] = set()
        self._tables: dict[str, Table] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def complain(self, mistake: str, *keys: str, **values: object) -> None:
        """Note a mistake here, or at a key."""
        self._findings.add(mistake, (*self.path, *keys), **values)

    def given(self, key: str) -> Any:  # noqa: ANN401 - as TOML has it
        """Give a value as it is, None if there is none."""
        self._asked.add(key)
        return self._values.get(key)

    def text(self, key: str, usual: str = "", *, most: int = 1024) -> str:
        """Give a text."""
        found = self.given(key)
        if found is None:
            return usual
        if not isinstance(found, str) or len(found) > most:
            self.complain("not-text", key, most=most)
            return usual
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Give texts: one, or a list of them."""
        found = self.given(key)
        if found is None:
            return ()
        several = [found] if isinstance(found, str) else found
        if not isinstance(several, list) or not all(isinstance(text, str) for text in several):
            self.complain("not-texts", key)
            return ()
        return tuple(several)

    def number(self, key: str, usual: float, *, least: float = 0, most: float = 3600) -> float:
        """Give a number within bounds."""
        found = self.given(key)
        if found is None:
            return usual
        if type(found) not in {int, float} or not least <= found <= most:
            self.complain("not-number", key, least=f"{least:g}", most=f"{most:g}")
            return usual
        return float(found)

    def whole(self, key: str, usual: int, *, least: int = 0, most: int = 0xFFFFFFFF) -> int:
        """Give a whole number within bounds."""
        found = self.given(key)
        if found is None:
            return usual
        if type(found) is not int or not least <= found <= most:
            self.complain("not-whole", key, least=least, most=most)
            return usual
        return found

    def flag(self, key: str, *, usual: bool = False) -> bool:
        """Give true or false."""
        found = self.given(key)
        if found is None:
            return usual
        if not isinstance(found, bool):
            self.complain("not-flag", key)
            return usual
        return found

    def table(self, key: str) -> "Table":
        """Give a table within, always the same; an empty one if there is none."""
        if key in self._tables:
            return self._tables[key]
        found = self.given(key)
        if found is not None and not isinstance(found, dict):
            self.complain("not-table", key)
            found = None
        made = Table(found or {}, (*self.path, key), self._findings)
        self._tables[key] = made
        return made

    def tables(self, key: str) -> Iterator["Table"]:
        """Give a list of tables, or the only one."""
        found = self.given(key)
        several = [found] if isinstance(found, dict) else found or []
        if not isinstance(several, list) or not all(isinstance(row, dict) for row in several):
            self.complain("not-table", key)
            return
        for number, row in enumerate(several):
            yield Table(row, (*self.path, key, str(number)), self._findings)

    def names(self) -> tuple[str, ...]:
        """Give what it has, all of it asked for now."""
        self._asked.update(self._values)
        return tuple(self._values)

    def finish(self) -> None:
        """Note keys that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                near = get_close_matches(key, self._asked, n=1)
                there_are = ", ".join(sorted(self._asked))
                self.complain("unknown-key", key, name=key, near=near[0] if near else there_are)
