"""A mistake in a room.toml, told in both languages, and the error that carries them all."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where something stands; both count from 1."""

    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, where it is, and what to do. Holds no secret."""

    code: str  # "unknown-key"
    position: Position
    text: str  # the offending line, passwords masked
    message: dict[str, str] = field(default_factory=dict)  # language -> words
    remedy: dict[str, str] = field(default_factory=dict)

    def as_json(self, file: Path) -> dict[str, Any]:
        """Give the form that ``check --json`` prints."""
        parts = asdict(self)
        return {"file": str(file), **parts.pop("position"), **parts}


class ConfigError(Exception):
    """A room.toml that cannot be used; carries every mistake in it, in the file's order."""

    def __init__(self, file: Path, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__(
            "\n".join(f"{file}:{one.position.line}: {one.message['en']}" for one in mistakes)
        )
