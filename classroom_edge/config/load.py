"""From the bytes of a room.toml to a `Config`, or to everything that is wrong with it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from classroom_edge.config.mistakes import ConfigError, Mistake, Position
from classroom_edge.config.models import Config


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a file: a config exactly when there is no mistake, and notes."""

    file: Path
    config: Config | None
    mistakes: tuple[Mistake, ...]
    notes: tuple[Mistake, ...] = ()


def load(path: Path) -> Config:
    """Read a room.toml.

    Raises:
        ConfigError: it cannot be used; carries every mistake in it.
    """
    found = examine(path)
    if found.config is None:
        raise ConfigError(path, found.mistakes)
    return found.config


def examine(path: Path) -> Examination:
    """Read a room.toml and tell what is wrong with it. Never raises."""
    try:
        raw = _tuples(tomllib.loads(path.read_text(encoding="utf-8")))
        config = Config.model_validate(raw, context={"base": path.resolve().parent})
    except (OSError, ValueError, ValidationError) as error:
        words = {"zh-CN": type(error).__name__, "en": type(error).__name__}
        return Examination(path, None, (Mistake("unreadable", Position(1), "", words, words),))
    return Examination(path, config, ())


def _tuples(value: object) -> object:
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
