"""What can be wrong with a code sheet, and what helps, in both languages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from classroom_drivers.code_sheet.places import Path, Places

LANGUAGES: Final = ("zh-CN", "en")
MISTAKES_MAX = 200
ADVICE = frozenset({"no-source", "no-feedback", "slow-loss", "no-question", "no-examples"})
ADVICE |= {"idle-option", "idle-checksum"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, and where; `advice` is for what works but could be better."""

    line: int  # 0: the file as a whole
    section: str  # "volume.answer"
    key: str  # of the sentence, "not-hex"
    values: Mapping[str, object]

    @property
    def advice(self) -> bool:
        """Say whether the sheet can be used nevertheless."""
        return self.key in ADVICE

    def message(self, language: str) -> str:
        """Say what is wrong, "zh-CN" or "en"."""
        return _words(language)[f"{self.key}.message"].format_map(self.values)

    def remedy(self, language: str) -> str:
        """Say what helps."""
        return _words(language)[f"{self.key}.remedy"].format_map(self.values)

    def tell(self, language: str) -> str:
        """Say it all in one line: where, what, and what helps."""
        words = _words(language)
        where = words["place.line"].format(line=self.line) if self.line else ""
        place = " ".join(part for part in (where, self.section) if part)
        mark = words["place.mark"] if place else ""
        gap = words["place.gap"]
        return f"{place}{mark}{self.message(language)}{gap}{self.remedy(language)}"


@cache
def _words(language: str) -> Mapping[str, str]:
    file = resources.files(__package__) / f"mistakes.{language}.json"
    found: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


@dataclass(slots=True)
class Findings:
    """Mistakes as they are found, each once; more than two hundred help nobody."""

    places: Places
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, key: str, path: Path, **values: object) -> None:
        """Note a mistake at a place."""
        section = ".".join(path)
        found = Mistake(self.places.line(path), section, key, MappingProxyType(values))
        if found not in self.mistakes and len(self.mistakes) < MISTAKES_MAX:
            self.mistakes.append(found)

    @property
    def grave(self) -> list[Mistake]:
        """Give those with which the sheet cannot be used."""
        return [mistake for mistake in self.mistakes if not mistake.advice]
