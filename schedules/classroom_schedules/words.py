"""What the library says to people, by key, in Chinese and in English."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib import resources
from typing import Final, Protocol, runtime_checkable

LANGUAGES: Final = ("zh-CN", "en")


@runtime_checkable
class Spoken(Protocol):
    """A value that has a name of its own in each language, such as a weekday."""

    @property
    def word(self) -> str:
        """Give the key of its name."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence by its key, with what is filled in."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def tell(self, language: str) -> str:
        """Say it, "zh-CN" or "en"."""
        return say(self.key, language, **dict(self.values))


def remark(key: str, /, **values: object) -> Remark:
    """Give a remark with its values."""
    return Remark(key, tuple(values.items()))


def say(key: str, language: str, /, **values: object) -> str:
    """Give a text with its placeholders filled in.

    Raises:
        KeyError: there is no such text, or a placeholder has no value.
    """
    spoken = {name: _spoken(value, language) for name, value in values.items()}
    return texts(language)[key].format_map(spoken)


@cache
def texts(language: str) -> Mapping[str, str]:
    """Give every text of a language by its key."""
    file = resources.files(__package__) / f"words.{language}.json"
    found: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _spoken(value: object, language: str) -> str:
    if isinstance(value, tuple | list | frozenset):
        return texts(language)["list.comma"].join(_spoken(one, language) for one in value)
    if isinstance(value, Remark):
        return value.tell(language)
    if isinstance(value, time):
        return "24:00" if value == time.max else f"{value:%H:%M}"
    if isinstance(value, Spoken):
        return texts(language)[value.word]
    return str(value)
