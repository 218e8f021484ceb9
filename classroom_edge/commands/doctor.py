"""``classroom-edge doctor``: what this machine has, what it lacks, and how to get it."""

import json
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.commands.machine import Finding, Verdict, findings
from classroom_edge.paths import default_data_folder
from classroom_edge.words import words

MARKS: Final = {
    Verdict.GOOD: ("✓", "green"),
    Verdict.NOTE: ("–", "yellow"),
    Verdict.BAD: ("✗", "red"),
}


def doctor(*, as_json: bool, language: str, data: Path | None = None) -> int:
    """Print every finding; give 1 when something that a room needs is missing."""
    found = findings(data or default_data_folder("room"))
    if as_json:
        plain = [_plain(one) for one in found]
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    else:
        _report(found, language)
    return 1 if any(one.verdict is Verdict.BAD for one in found) else 0


def _plain(one: Finding) -> dict[str, object]:
    plain: dict[str, object] = {
        "name": one.name,
        "verdict": one.verdict.value,
        "detail": one.detail,
        "without": dict(one.loss),
        "remedy": one.remedy,
    }
    return plain | ({"outcome": one.outcome} if one.outcome else {})


def _report(found: tuple[Finding, ...], language: str) -> None:
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("", "doctor.part", "doctor.found", "doctor.without"):
        table.add_column(words("cli").say(column, language) if column else "", overflow="fold")
    for one in found:
        mark, style = MARKS[one.verdict]
        name = words("cli").say(f"doctor.{one.name}", language)
        loss = one.loss.get(language, "")
        table.add_row(Text(mark, style=style), Text(name), Text(one.detail), Text(loss))
    console.print(table)
    lacking = [one for one in found if one.remedy and one.verdict is not Verdict.GOOD]
    if lacking:
        console.print()
        console.print(Text(words("cli").say("doctor.remedies", language), style="bold"))
    for one in lacking:
        name = words("cli").say(f"doctor.{one.name}", language)
        console.print(Text(f"  {one.remedy}") + Text(f"  # {name}", style="dim"), soft_wrap=True)
