"""What the program says to people: one flat catalogue for each part and language.

`words("check").say("unknown-key.message", "zh-CN", key="prot")` is a sentence; the same keys
and placeholders exist in every language, which a test checks. The panel reads the same files.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

LANGUAGES: Final = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one part of the program, in every language."""

    texts: Mapping[str, Mapping[str, str]]  # language -> key -> text

    def say(self, key: str, language: str, /, **values: object) -> str:
        """Give a text with its placeholders filled in.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        return self.texts[language][key].format_map(values)

    def both(self, key: str, /, **values: object) -> dict[str, str]:
        """Give a text in every language."""
        return {language: self.say(key, language, **values) for language in LANGUAGES}


@cache
def words(part: str) -> Catalogue:
    """Read the catalogue of a part: "check", "cli", "problems", "sessions" and others."""
    folder = resources.files(__name__)
    return Catalogue(
        MappingProxyType(
            {
                language: MappingProxyType(
                    json.loads((folder / f"{part}.{language}.json").read_text(encoding="utf-8"))
                )
                for language in LANGUAGES
            }
        )
    )
