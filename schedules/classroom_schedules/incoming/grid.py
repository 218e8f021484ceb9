"""Weekly grids, as they hang on a classroom's door: a row to a period, a column to a weekday.

Above each stands whose it is: "三(1)班课程表", "录播教室 课表", "王芳课表". Several may stand on
one sheet, one below the other. Cells are read by `incoming.cell`; in the grid of a room or teacher
they name the class as well.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from classroom_schedules.bells import Bells
from classroom_schedules.incoming.cell import CellLesson, read_cell
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.sheet import Row
from classroom_schedules.mistakes import Findings, Mistake, fail
from classroom_schedules.timetable import Lesson, Slot
from classroom_schedules.weeks import Weekday
from classroom_schedules.words import remark

DAYS_LEAST: Final = 3  # weekdays in one row make it the head of a grid
DAY_MAX: Final = 12  # characters of a weekday's name
NUMERALS: Final = {one: str(number) for number, one in enumerate("一二三四五六七八九十", 1)}
_WHOSE = re.compile(r"(.{1,60}?)\s*(?:课程表|课表|日程表|timetable)", re.IGNORECASE)
_PLACE = re.compile(r".*(?:教室|室|馆|场|room)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Head:
    row: Row
    days: Mapping[int, Weekday]  # by column
    whose: str  # "" = nobody has said


@dataclass(slots=True)
class _Reader:
    bells: Bells
    findings: Findings = field(default_factory=Findings)
    left_out: list[Mistake] = field(default_factory=list)
    lessons: dict[Lesson, list[Slot]] = field(default_factory=dict)  # without slots, and theirs

    def read(self, head: _Head, rows: Sequence[Row]) -> None:
        if not head.whose:
            self.findings.add("grid-of-whom", head.row.place(0))
            return
        for row in rows:
            self._row(head, row)

    def _row(self, head: _Head, row: Row) -> None:
        first = min(head.days)
        filled = [column for column in head.days if row.cell(column)]
        label = [row.cell(column) for column in range(first) if row.cell(column)]
        ends = next((ends for text in label if (ends := _period(text, self.bells))), None)
        if not filled:
            return
        if ends is None:
            self._no_period(row, filled, label)
            return
        for column in filled:
            slot = Slot(head.days[column], *ends)
            self._cell(head, slot, row, column)

    def _no_period(self, row: Row, filled: Sequence[int], label: Sequence[str]) -> None:
        """Leave out what is the same all week (a break, lunch); else complain of the row."""
        if len({row.cell(column) for column in filled}) == 1:
            text = " ".join((*label, row.cell(filled[0])))
            self.left_out.append(
                Mistake("grid-break", row.place(0), remark("grid-break", text=text).values)
            )
            return
        names = tuple(one.name for bell in self.bells.schedules[:1] for one in bell.periods)
        self.findings.add("cell-no-period", row.place(0), text=" ".join(label), near=names)

    def _cell(self, head: _Head, slot: Slot, row: Row, column: int) -> None:
        found = read_cell(row.cell(column))
        if found is None:
            self.findings.add("not-cell", row.place(column), text=row.cell(column)[:60])
        for one in found or ():
            lesson = _lesson(one, head.whose)
            if not lesson.classes and not lesson.room:
                self.findings.add("empty-cell", row.place(column), name="class")
            slots = self.lessons.setdefault(lesson, [])
            if slot in slots:
                self.findings.add("cell-twice", row.place(column), name=lesson.name)
            slots.append(slot)


def is_grid(rows: Sequence[Row]) -> bool:
    """Tell whether a table is a grid of weekdays, and not a list of lessons."""
    return any(_days(row) for row in rows)


def read_grids(rows: Sequence[Row], bells: Bells, whose: str = "") -> Imported:
    """Give the lessons of all grids on a sheet, as a preview with every mistake.

    `whose` is the class or room of a grid above which none is named.

    Raises:
        ScheduleError: there is no grid.
    """
    reader = _Reader(bells)
    heads = list(_heads(rows, whose))
    if not heads:
        raise fail("no-header")
    ends = [*(head.row.number for head in heads[1:]), rows[-1].number + 1]
    for head, end in zip(heads, ends, strict=True):
        reader.read(head, [row for row in rows if head.row.number < row.number < end])
    if not reader.lessons:
        reader.findings.add("no-rows")
    return Imported(
        lessons=tuple(replace(one, slots=tuple(slots)) for one, slots in reader.lessons.items()),
        mistakes=tuple(reader.findings.mistakes),
        left_out=tuple(reader.left_out),
    )


def _heads(rows: Sequence[Row], whose: str) -> Iterator[_Head]:
    named = ""
    for row in rows:
        days = _days(row)
        titles = [said[1].strip() for cell in row.cells if (said := _WHOSE.match(cell))]
        if titles:
            named = titles[0]
        if days:
            yield _Head(row, days, named or whose)
            named = ""


def _days(row: Row) -> dict[int, Weekday]:
    """Give the weekdays of a row by column; none if it is no head. Digits are no weekdays here."""
    found = {
        column: day
        for column, cell in enumerate(row.cells)
        if len(cell) <= DAY_MAX and not cell.isdecimal() and (day := Weekday.read(cell)) is not None
    }
    is_head = len(found) >= DAYS_LEAST and len(set(found.values())) == len(found)
    return found if is_head else {}


def _period(text: str, bells: Bells) -> tuple[str, str] | None:
    plain = text.replace(" ", "").removeprefix("第").removesuffix("节").removesuffix("课")
    for one in (text, plain, NUMERALS.get(plain, "")):
        if one and (ends := bells.ends(one)):
            return ends
    return None


def _lesson(one: CellLesson, whose: str) -> Lesson:
    is_room = bool(_PLACE.fullmatch(whose))
    group = one.group or ("" if is_room else whose)
    return Lesson(
        subject=one.subject,
        slots=(),
        classes=(group,) if group else (),
        teachers=one.teachers or ((whose,) if one.group and not is_room else ()),
        room=one.room or (whose if is_room else ""),
        weeks=one.weeks,
    )
