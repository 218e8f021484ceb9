"""What one cell of a weekly grid says.

"数学 王芳", "科学 周敏(单) / 劳动(双)", "三(1)班 音乐 @录播教室".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from classroom_schedules.weeks import EVERY_WEEK, Weeks

LESSONS_MAX: Final = 6  # in one cell
CHARACTERS_MAX: Final = 100
_PARTS = re.compile(r"\s*[/／;；|]\s*|\s*\n\s*")
_WEEKS = re.compile(r"[(（\[【]\s*([^()（）\[\]【】]{1,40}?)\s*[)）\]】]")
_PARITY = re.compile(r"(?<!\S)(单|双)周(?!\S)|(?<!\S)(odd|even)(?: weeks?)?(?!\S)", re.IGNORECASE)
_ROOM = re.compile(r"[@＠]\s*(\S+)")
_GROUP = re.compile(r"\S*[班级]|\d{1,2}[A-Z]")
_TEACHERS = re.compile(r"[、,，+]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellLesson:
    """One lesson of a cell."""

    subject: str
    teachers: tuple[str, ...] = ()
    group: str = ""  # the class, in the grid of a room or teacher
    room: str = ""
    weeks: Weeks = EVERY_WEEK


def read_cell(text: str) -> tuple[CellLesson, ...] | None:
    """Give the lessons of a cell, none if it is empty; None if it cannot be understood."""
    if len(text) > CHARACTERS_MAX:
        return None
    parts = [part for part in _PARTS.split(text) if part.strip(" -—–")]
    found = tuple(_lessons(parts[: LESSONS_MAX + 1]))
    return found if len(found) == len(parts) <= LESSONS_MAX else None


def _lessons(parts: list[str]) -> Iterator[CellLesson]:
    for part in parts:
        weeks, rest = _weeks(part)
        rooms = _ROOM.findall(rest)
        words = _ROOM.sub(" ", rest).split()
        group = words.pop(0) if len(words) > 1 and _GROUP.fullmatch(words[0]) else ""
        if words and len(words) <= 4:
            teachers = (one for word in words[1:] for one in _TEACHERS.split(word) if one)
            yield CellLesson(
                subject=words[0],
                teachers=tuple(dict.fromkeys(teachers)),
                group=group,
                room=rooms[0] if rooms else "",
                weeks=weeks,
            )


def _weeks(text: str) -> tuple[Weeks, str]:
    """Take what is said of weeks out of a text; "三(1)班" says nothing of weeks."""
    for said in _WEEKS.finditer(text):
        weeks = Weeks.read(said[1])
        is_name = text[said.end() : said.end() + 1] in {"班", "级"}
        if weeks is not None and weeks != EVERY_WEEK and not is_name:
            return weeks, f"{text[: said.start()]} {text[said.end() :]}"
    if parity := _PARITY.search(text):
        weeks = Weeks.read(parity[1] or parity[2])
        return weeks or EVERY_WEEK, f"{text[: parity.start()]} {text[parity.end() :]}"
    return EVERY_WEEK, text
