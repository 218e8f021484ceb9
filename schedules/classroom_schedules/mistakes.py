"""What is wrong with a file that came in: where, what, and what helps.

ScheduleError  every mistake of a file at once; nothing of the file is used
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from classroom_schedules.words import Remark, remark, texts

MISTAKES_MAX: Final = 200  # more than these help nobody
WHOLE: Final = Remark("place.file")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, with its place: a line, a row and cell, or an event."""

    key: str  # of the sentences, "unknown-key"
    place: Remark = WHOLE
    values: tuple[tuple[str, object], ...] = ()

    def message(self, language: str) -> str:
        """Say what is wrong, "zh-CN" or "en"."""
        return Remark(f"{self.key}.message", self.values).tell(language)

    def remedy(self, language: str) -> str:
        """Say what helps."""
        return Remark(f"{self.key}.remedy", self.values).tell(language)

    def tell(self, language: str) -> str:
        """Say it all in one line: where, what, and what helps."""
        mark, gap = texts(language)["place.mark"], texts(language)["place.gap"]
        where = self.place.tell(language)
        return f"{where}{mark}{self.message(language)}{gap}{self.remedy(language)}"


class ScheduleError(Exception):
    """A timetable, calendar or import that cannot be used; it says everything that is wrong."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(mistake.tell("en") for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(slots=True)
class Findings:
    """Mistakes as they are found, each once."""

    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, key: str, place: Remark = WHOLE, /, **values: object) -> None:
        """Note a mistake at a place."""
        found = Mistake(key, place, remark(key, **values).values)
        if len(self.mistakes) < MISTAKES_MAX and found not in self.mistakes:
            self.mistakes.append(found)

    def check(self) -> None:
        """Raise what was found.

        Raises:
            ScheduleError: something was.
        """
        if self.mistakes:
            raise ScheduleError(self.mistakes)


def fail(key: str, place: Remark = WHOLE, /, **values: object) -> ScheduleError:
    """Give the error of a single mistake."""
    return ScheduleError([Mistake(key, place, remark(key, **values).values)])
