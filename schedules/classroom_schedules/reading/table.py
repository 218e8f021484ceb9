"""One table of the file: its values by type, and complaints with their lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from classroom_schedules.mistakes import Findings
from classroom_schedules.reading.lines import Lines
from classroom_schedules.words import Remark, remark

TEXT_MAX: Final = 200  # characters
T = TypeVar("T")


@dataclass(slots=True)
class Table:
    """What stands under one header. Whatever is asked for is known; the rest is a mistake."""

    name: str
    turn: int
    values: Mapping[str, Any]
    lines: Lines
    findings: Findings
    asked: set[str] = field(default_factory=set)

    def complain(self, mistake: str, key: str = "", **values: object) -> None:
        """Note a mistake at a key, or at the table as a whole."""
        self.findings.add(mistake, self.place(key), **values)

    def place(self, key: str = "") -> Remark:
        """Say where a key stands."""
        section = ".".join(part for part in (self.name, key) if part)
        return remark(
            "place.line", line=self.lines.line(self.name, self.turn, key), section=section
        )

    def text(self, key: str, *, needed: bool = False) -> str:
        """Give a text; "" if it is not there."""
        value = self._given(key)
        if value is None:
            if needed:
                self.complain("missing", key, name=key)
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # a period or class that is a number
        if not isinstance(value, str) or not 0 < len(value.strip()) <= TEXT_MAX:
            self.complain("not-text", key, most=TEXT_MAX)
            return ""
        return value.strip()

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """Give a text, or a list of them, as a tuple without doubles."""
        value = self.values.get(key)
        if not isinstance(value, list):
            one = self.text(key, needed=needed)
            return (one,) if one else ()
        self.asked.add(key)
        known = [str(one).strip() for one in value if isinstance(one, str | int)]
        if len(known) < len(value) or not all(0 < len(one) <= TEXT_MAX for one in known):
            self.complain("not-texts", key, most=TEXT_MAX)
            return ()
        return tuple(dict.fromkeys(known))

    def day(self, key: str, *, needed: bool = False) -> date | None:
        """Give a date, as TOML or ISO 8601 writes it."""
        return self._read(key, _day, "not-date", needed=needed)

    def days(self, key: str) -> list[date]:
        """Give a list of dates."""
        value = self._given(key) or []
        found = [_day(one) for one in value] if isinstance(value, list) else [_day(value)]
        if None in found:
            self.complain("not-date", key)
        return [one for one in found if one]

    def clock(self, key: str, *, needed: bool = False) -> time | None:
        """Give a time of day: "08:10", or a time of TOML."""
        return self._read(key, _clock, "not-time", needed=needed)

    def flag(self, key: str) -> bool:
        """Give true or false; false if it is not there."""
        value = self._given(key)
        if value is not None and not isinstance(value, bool):
            self.complain("not-flag", key)
        return value is True

    def count(self, key: str, most: int, *, usual: int = 0) -> int:
        """Give a whole number from 0 to `most`; `usual` if it is not there."""
        value = self._given(key)
        if value is None:
            return usual
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.complain("not-count", key, most=most)
            return usual
        return value

    def finish(self) -> None:
        """Complain of everything that nobody has asked for."""
        for key in self.values:
            if key not in self.asked:
                near = get_close_matches(key, self.asked, n=1) or sorted(self.asked)
                self.complain("unknown-key", key, name=key, near=tuple(near))

    def _given(self, key: str) -> Any:  # noqa: ANN401 - whatever the file says
        self.asked.add(key)
        return self.values.get(key)

    def _read(
        self, key: str, read: Callable[[object], T | None], mistake: str, *, needed: bool
    ) -> T | None:
        value = self._given(key)
        if value is None:
            if needed:
                self.complain("missing", key, name=key)
            return None
        found = read(value)
        if found is None:
            self.complain(mistake, key)
        return found


@dataclass(frozen=True, slots=True)
class File:
    """The whole file, by its tables."""

    values: Mapping[str, Any]
    lines: Lines
    findings: Findings

    def one(self, name: str) -> Table:
        """Give a table that is there once, or an empty one."""
        return next(self._tables(name, [self.values.get(name, {})]))

    def all(self, name: str, most: int) -> Iterator[Table]:
        """Give the tables of a name, in their order."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            self._complain("not-tables", name, name=name)
            return
        if len(value) > most:
            self._complain("too-many", name, name=name, most=most)
        yield from self._tables(name, value[:most])

    def check_names(self, names: Iterable[str]) -> None:
        """Complain of tables that the form does not know."""
        known = tuple(names)
        for name in self.values:
            if name not in known:
                near = get_close_matches(name, known, n=1) or known
                self._complain("unknown-table", name, name=name, near=tuple(near))

    def _tables(self, name: str, values: Iterable[object]) -> Iterator[Table]:
        for turn, value in enumerate(values):
            table = Table(name, turn, {}, self.lines, self.findings)
            if isinstance(value, dict):
                table.values = value
            else:
                table.complain("not-table", name=name)
            yield table

    def _complain(self, mistake: str, table: str, **values: object) -> None:
        line = self.lines.line(table, 0) or self.lines.line("", 0, table)
        place = remark("place.line", line=line, section=table)
        self.findings.add(mistake, place, **values)


def read_clock(text: str) -> time | None:
    """Understand "8:10", "08:10" and "08：10"; None if it is no time of day."""
    hour, _, minute = text.strip().replace("：", ":").partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        return None
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def _clock(value: object) -> time | None:
    if isinstance(value, time):
        return value
    return read_clock(value) if isinstance(value, str) else None


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
