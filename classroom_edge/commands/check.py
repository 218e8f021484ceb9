"""``classroom-edge check``: everything that is wrong with a room.toml, by the way of start-up."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from classroom_edge.config import Mistake, examine


def check(room: Path, *, probe: bool, as_json: bool, language: str) -> int:
    """Tell what is wrong; give 0 when nothing is."""
    found = examine(room)
    tell(room, found.mistakes, language=language)
    return 2 if found.mistakes else 0


def tell(file: Path, mistakes: Sequence[Mistake], *, language: str) -> None:
    """Print mistakes for people, on standard error."""
    console = Console(file=sys.stderr, highlight=False)
    for one in mistakes:
        console.print(f"{file}:{one.position.line}: {one.message[language]}", markup=False)
