"""Turns rows of a table into lessons: which column is what, and what is wrong in which cell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from classroom_schedules.bells import Bells
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.sheet import Row
from classroom_schedules.mistakes import Findings, fail
from classroom_schedules.timetable import Lesson, Slot
from classroom_schedules.weeks import WEEKS_MAX, Weekday, Weeks
from classroom_schedules.words import remark

FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "class": ("班级", "上课班级", "行政班", "教学班", "group", "form"),
    "subject": ("课程", "科目", "学科", "课程名称", "课名", "course", "title", "summary"),
    "teacher": ("教师", "老师", "任课教师", "授课教师", "教师姓名", "teachers", "staff"),
    "room": ("教室", "上课地点", "地点", "场地", "location", "classroom"),
    "weekday": ("星期", "周几", "上课星期", "day", "day of week"),
    "period": ("节次", "节", "上课节次", "第几节", "periods", "lesson"),
    "weeks": ("周次", "上课周", "起止周", "单双周", "week"),
    "sites": ("教学点", "远端教室", "听课教室", "remote rooms"),
    "id": ("编号", "课程编号", "lesson id"),
})  # fmt: skip
NEEDED: Final = ("subject", "weekday", "period")
HEADER_WITHIN: Final = 10  # rows: titles may stand above it
_SEPARATORS = re.compile(r"\s*[、,，;；/+]\s*")


@dataclass(slots=True)
class _Reader:
    bells: Bells
    columns: Mapping[str, int]
    findings: Findings = field(default_factory=Findings)

    def lesson(self, row: Row) -> Lesson | None:
        """Understand a row, or note why not."""
        values = {name: row.cell(column) for name, column in self.columns.items()}
        for name in NEEDED:
            if not values[name]:
                self.findings.add("empty-cell", row.place(self.columns[name]), name=name)
        slot, weeks = self._slot(row, values), self._weeks(row, values.get("weeks", ""))
        if not values.get("class") and not values.get("room"):
            at = self.columns.get("class", self.columns.get("room", 0))
            self.findings.add("empty-cell", row.place(at), name="class")
            return None
        if not (slot and weeks and values["subject"]):
            return None
        return Lesson(
            subject=values["subject"],
            slots=(slot,),
            classes=_several(values.get("class", "")),
            teachers=_several(values.get("teacher", "")),
            room=values.get("room", ""),
            sites=_several(values.get("sites", "")),
            weeks=weeks,
            id=values.get("id", ""),
        )

    def _slot(self, row: Row, values: Mapping[str, str]) -> Slot | None:
        weekday, text = Weekday.read(values["weekday"]), values["period"]
        ends = self.bells.ends(text) or self.bells.ends(text.removeprefix("第").removesuffix("节"))
        if values["weekday"] and weekday is None:
            place = row.place(self.columns["weekday"])
            self.findings.add("not-weekday", place, text=values["weekday"])
        if text and not ends:
            names = tuple(one.name for bell in self.bells.schedules[:1] for one in bell.periods)
            place = row.place(self.columns["period"])
            self.findings.add("cell-no-period", place, text=text, near=names)
        return Slot(weekday, *ends) if weekday is not None and ends else None

    def _weeks(self, row: Row, text: str) -> Weeks | None:
        weeks = Weeks.read(text)
        if weeks is None:
            place = row.place(self.columns["weeks"])
            self.findings.add("cell-not-weeks", place, text=text, most=WEEKS_MAX)
        return weeks


def read_lessons(
    rows: Sequence[Row], bells: Bells, columns: Mapping[str, str] | None = None
) -> Imported:
    """Give the lessons of a table, one to a row, as a preview with every mistake.

    `columns` names the header of a field where it is not a usual one: {"teacher": "主讲"}.

    Raises:
        ScheduleError: there is no header, or no column for what each lesson needs.
    """
    header, at = _header(rows, columns or {})
    reader = _Reader(bells, at)
    below = [row for row in rows if row.number > header.number]
    lessons = tuple(_lessons(reader, below))
    if not below:
        reader.findings.add("no-rows")
    return Imported(
        lessons=lessons,
        mistakes=tuple(reader.findings.mistakes),
        columns=MappingProxyType({name: header.cell(column) for name, column in at.items()}),
    )


def guessed(rows: Sequence[Row], named: Mapping[str, str]) -> tuple[Row, Mapping[str, str]] | None:
    """Give the row that most likely names the columns, and which is taken for what; None = none."""
    above = [(_columns(row, named), row) for row in rows[:HEADER_WITHIN]]
    at, header = max(
        above, key=lambda one: (len(one[0]), len(set(one[1].cells))), default=({}, None)
    )
    return (header, {name: header.cell(column) for name, column in at.items()}) if header else None


def _lessons(reader: _Reader, rows: Sequence[Row]) -> Iterator[Lesson]:
    seen: dict[Lesson, int] = {}
    for row in rows:
        lesson = reader.lesson(row)
        if not lesson:
            continue
        if lesson in seen:
            reader.findings.add("row-twice", row.place(0), row=seen[lesson])
        seen.setdefault(lesson, row.number)
        yield lesson


def _header(rows: Sequence[Row], named: Mapping[str, str]) -> tuple[Row, Mapping[str, int]]:
    """Give the row that names the columns, and where each field stands."""
    for name in named:
        if name not in FIELDS:
            raise fail("unknown-field", name=name, near=tuple(FIELDS))
    candidates = [(_columns(row, named), row) for row in rows[:HEADER_WITHIN]]
    at, header = max(candidates, key=lambda one: len(one[0]), default=({}, None))
    if header is None or not at:
        raise fail("no-header")
    for name in {**dict.fromkeys(NEEDED), **named}:
        if name not in at:
            field_ = remark(f"field.{name}")
            raise fail("no-column", header.place(0), name=name, field=field_, near=header.cells)
    return header, at


def _columns(row: Row, named: Mapping[str, str]) -> dict[str, int]:
    headers = [cell.casefold() for cell in row.cells]
    found: dict[str, int] = {}
    for name, usual in FIELDS.items():
        wanted = [named[name].casefold()] if name in named else [name, *usual]
        at = next((headers.index(one) for one in wanted if one in headers), None)
        if at is not None:
            found[name] = at
    return found


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in _SEPARATORS.split(text) if one))
