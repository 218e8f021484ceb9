"""What can be wrong with a code sheet, and what helps, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from classroom_drivers.code_sheet.places import Path, Places
from classroom_drivers.code_sheet.words import ADVICE, WORDS

LANGUAGES: Final = ("zh-CN", "en")
MISTAKES_MAX = 200


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
        return self._say(0, language)

    def remedy(self, language: str) -> str:
        """Say what helps."""
        return self._say(1, language)

    def tell(self, language: str) -> str:
        """Say it all in one line: where, what, and what helps."""
        where = {"zh-CN": f"第 {self.line} 行", "en": f"line {self.line}"}[language]
        place = " ".join(part for part in (where if self.line else "", self.section) if part)
        mark = {"zh-CN": "：", "en": ": "}[language] if place else ""
        gap = "" if language == "zh-CN" else " "
        return f"{place}{mark}{self.message(language)}{gap}{self.remedy(language)}"

    def _say(self, part: int, language: str) -> str:
        return WORDS[self.key][language][part].format_map(self.values)


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
