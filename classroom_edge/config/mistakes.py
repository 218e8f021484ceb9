"""A mistake in a room.toml: as its finder knows it, as people are told, as an error.

A `Slip` is a code, a place and values; `Mistake` adds the line it stands on and the words of
both languages, and holds no secret any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where something stands; both count from 1."""

    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that is wrong, without words yet. A mapping among `values` is one by language."""

    code: str  # "unknown-key"
    position: Position
    values: Mapping[str, object] = field(default_factory=dict)
    is_note: bool = False  # worth knowing, but not wrong


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, where it is, and what to do. Holds no secret."""

    code: str
    position: Position
    text: str  # the offending line, passwords masked
    message: dict[str, str]  # language -> words
    remedy: dict[str, str]
    is_note: bool = False

    def as_json(self, file: Path) -> dict[str, Any]:
        """Give the form that ``check --json`` prints."""
        return {
            "file": str(file),
            "line": self.position.line,
            "column": self.position.column,
            "code": self.code,
            "severity": "note" if self.is_note else "error",
            "text": self.text,
            "message": self.message,
            "remedy": self.remedy,
        }


class ConfigError(Exception):
    """A room.toml that cannot be used; carries every mistake in it, in the file's order."""

    def __init__(self, file: Path, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__(
            "\n".join(f"{file}:{one.position.line}: {one.message['en']}" for one in mistakes)
        )
