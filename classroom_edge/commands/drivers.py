"""``classroom-edge drivers``: which there are, how far each was tried, what each still lacks."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_drivers import drivers
from classroom_drivers.api import UnsupportedError
from classroom_drivers.code_sheet.lint import lint
from classroom_drivers.quality import Entry, Line, Maturity, check, check_sheet, entry
from classroom_drivers.registry import DRIVERS
from classroom_drivers.supported import markdown
from classroom_edge.words import words

GOOD, FAILED, WRONG_USE = 0, 1, 2
STYLES: Final = {Maturity.UNTRIED: "red", Maturity.BENCH: "green", Maturity.FIELD: "bold green"}


def list_(*, as_json: bool, as_markdown: bool, language: str) -> int:
    """Print every driver: ours, and those that others have installed."""
    if as_markdown:  # ours alone: the page belongs to the repository, not to this machine
        sys.stdout.write(markdown(entry(name) for name in sorted(DRIVERS)))
        return GOOD
    entries = tuple(entry(name) for name in drivers())
    if as_json:
        _print_json([_plain(one) for one in entries])
    else:
        Console(highlight=False).print(_table(entries, language))
    return GOOD


def check_(names: Sequence[str], *, as_json: bool, language: str) -> int:
    """Tell what drivers, or code sheets by their file, still lack; 1 when one lacks something.

    Without names, every driver is checked.
    """
    try:
        sheets = {name: _sheet(name, language) for name in names if name.endswith(".toml")}
        tried = {name: check(name) for name in names or drivers() if name not in sheets}
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    if as_json:
        checked = [_plain(entry(name)) | {"scale": _scale(lines)} for name, lines in tried.items()]
        _print_json([*checked, *(sheet.plain() for sheet in sheets.values())])
    else:
        _report(tried, sheets, language)
    lacking = any(line.missing for lines in tried.values() for line in lines)
    return FAILED if lacking or any(sheet.is_wrong for sheet in sheets.values()) else GOOD


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """What a code sheet still lacks."""

    path: str
    mistakes: tuple[dict[str, Any], ...]
    tried: tuple[Line, ...] = ()  # nothing while there are mistakes

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot be used as it is."""
        wrong = any(not mistake["advice"] for mistake in self.mistakes)
        return wrong or any(line.missing for line in self.tried)

    def plain(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "sheet": self.path,
            "mistakes": self.mistakes,
            "scale": _scale(self.tried),
        }


def _sheet(path: str, language: str) -> CheckedSheet:
    mistakes = tuple(
        {"line": one.line, "text": one.tell(language), "advice": one.advice}
        for one in lint(Path(path))
    )
    if any(not mistake["advice"] for mistake in mistakes):
        return CheckedSheet(path, mistakes)
    return CheckedSheet(path, mistakes, (check_sheet(path),))


def _plain(one: Entry) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.about.title,
        "capabilities": list(one.capabilities),
        "reached_by": list(one.about.reached_by),
        "maturity": str(one.maturity),
        "emulated": list(one.models),
        "models": [quirk.model for quirk in one.about.quirks],
        "transcripts": [transcript.file_name for transcript in one.transcripts],
    }


def _scale(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [
        {"line": str(line.quality), "there_is": line.there_is, "missing": line.missing}
        for line in lines
    ]


def _table(entries: Iterable[Entry], language: str) -> Table:
    say = words("cli").say
    table = Table(show_lines=True)
    for column in ("name", "title", "capabilities", "reached-by", "maturity"):
        table.add_column(say(f"drivers.{column}", language))
    for one in entries:
        table.add_row(
            Text(one.name),
            Text(one.about.title),
            Text(", ".join(one.capabilities)),
            Text("\n".join(one.about.reached_by)),
            Text(say(f"maturity.{one.maturity}", language), style=STYLES.get(one.maturity, "")),
        )
    return table


def _report(
    tried: dict[str, tuple[Line, ...]], sheets: dict[str, CheckedSheet], language: str
) -> None:
    say = words("cli").say
    console = Console(highlight=False, soft_wrap=True)
    for name, lines in tried.items():
        maturity = say(f"maturity.{entry(name).maturity}", language)
        console.print(Text(f"{name}: {maturity}", style="bold"))
        _print_lines(console, lines, language)
    for name, sheet in sheets.items():
        console.print(Text(name, style="bold"))
        for mistake in sheet.mistakes:
            style = "yellow" if mistake["advice"] else "red"
            console.print(Text(f"  {mistake['text']}", style=style))
        if not sheet.mistakes:
            console.print(Text(f"  ✓ {say('drivers.good-sheet', language)}", style="green"))
        _print_lines(console, sheet.tried, language)


def _print_lines(console: Console, lines: Iterable[Line], language: str) -> None:
    say = words("cli").say
    for line in lines:
        mark, style = _mark(line)
        title = say(f"quality.{line.quality}", language)
        told = say("drivers.no-transcript", language) if line.is_open else ""
        there_is = Text(told or ", ".join(line.there_is))
        console.print(Text(f"  {mark} {title}  ", style=style) + there_is)
        for missing in line.missing:
            console.print(Text(f"      {say('drivers.missing', language)}: {missing}"))


def _mark(line: Line) -> tuple[str, str]:
    if line.missing:
        return "✗", "red"
    return ("–", "yellow") if line.is_open else ("✓", "green")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
