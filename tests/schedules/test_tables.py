"""Tables that schools have: CSV and XLSX with their own headers, hostile ones, and exports."""

import io
import time
import zipfile
from datetime import date
from functools import cache

import openpyxl
import pytest

from classroom_schedules import ScheduleError, loads, plan
from classroom_schedules.incoming.columns import read_lessons
from classroom_schedules.incoming.sheet import read_csv, read_xlsx
from classroom_schedules.outgoing.csv import to_csv
from classroom_schedules.outgoing.toml import lessons_toml
from classroom_schedules.weeks import Weekday
from tests.schedules.schools import BELLS, calendar, example, lesson, timetable

HEADER = "班级,课程,教师,教室,星期,节次,周次\n"
ROWS = "三(1)班,语文,王芳,301,周一,1,\n三(1)班,科学,王芳、李强,实验室,星期三,第1-2节,1-16单\n"
MIB = 1024 * 1024


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_usual_headers_needs_no_mapping(encoding: str) -> None:
    found = read_lessons(read_csv((HEADER + ROWS).encode(encoding)), BELLS)
    found.check()
    first, second = found.lessons
    assert (first.subject, first.room, first.slots[0].periods) == ("语文", "301", "1")
    assert (second.teachers, str(second.weeks)) == (("王芳", "李强"), "1-16 odd")
    assert second.slots[0].periods == "1-2"
    assert found.columns["teacher"] == "教师"


def test_a_workbook_may_have_a_title_numbers_and_its_own_headers() -> None:
    content = workbook(
        ("2027年春季课表",), ("班", "课程", "主讲", "教室", "星期", "节次"),
        ("3A", "数学", "李强", 301, 2, 1.0),
    )  # fmt: skip
    found = read_lessons(read_xlsx(content), BELLS, {"class": "班", "teacher": "主讲"})
    found.check()
    (lesson,) = found.lessons
    assert (lesson.classes, lesson.teachers, lesson.room) == (("3A",), ("李强",), "301")
    assert (lesson.slots[0].weekday.name, lesson.slots[0].periods) == ("TUESDAY", "1")


def test_every_mistake_names_its_row_and_cell() -> None:
    bad = "三(1)班,,王芳,301,周八,9,常常\n"
    found = read_lessons(read_csv((HEADER + ROWS + bad + ROWS).encode()), BELLS)
    told = [one.tell("zh-CN") for one in found.mistakes]
    assert told[0] == "第 4 行（单元格 B4）：这一格是空的，但要有subject。填上，或删去这一行。"
    assert [one.split("：")[0] for one in told] == [
        "第 4 行（单元格 B4）", "第 4 行（单元格 E4）", "第 4 行（单元格 F4）",
        "第 4 行（单元格 G4）", "第 5 行（单元格 A5）", "第 6 行（单元格 A6）",
    ]  # fmt: skip
    assert found.mistakes[4].tell("en").startswith("row 5 (cell A5): It is the same as row 2.")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "no-header"),
        ("a,b\n1,2\n", "no-header"),
        ("班级,课程,星期\n3A,语文,周一\n", "no-column"),
        ("x" * 5 * MIB, "too-big"),
        ("班级,课程,星期,节次\n" * 10_001, "too-many-rows"),
        ("班级," * 100, "too-many-columns"),
    ],
)
def test_a_table_that_is_none_says_why(text: str, key: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        read_lessons(read_csv(text.encode()), BELLS)
    assert [one.key for one in caught.value.mistakes] == [key]


def test_an_empty_table_is_a_mistake() -> None:
    found = read_lessons(read_csv(HEADER.encode()), BELLS)
    assert [one.key for one in found.mistakes] == ["no-rows"]


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (at, b"&a%s;" % (str(at - 1).encode() if at else b"") * 10)
        for at in range(9)
    )
    + b"]><x>&a8;</x>"
)


@cache
def hostile_books() -> dict[str, bytes]:
    whole = workbook(("班级", "课程"))
    laughing = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as good, zipfile.ZipFile(laughing, "w") as packed:
        for name in good.namelist():
            is_sheet = name.startswith("xl/worksheets/")
            packed.writestr(name, LAUGHS if is_sheet else good.read(name))
    return {
        "bomb": archive(xl__workbook=bytes(64 * MIB)),
        "no workbook": archive(a=b"1"),
        "cut short": whole[: len(whole) // 2],
        "no archive": b"PK\x03\x04" + bytes(1000),
        "entities": laughing.getvalue(),
        "old format": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    }


@pytest.mark.parametrize("name", sorted(hostile_books()))
def test_a_hostile_workbook_costs_two_seconds_at_most_and_says_what_is_wrong(name: str) -> None:
    content, began = hostile_books()[name], time.process_time()
    with pytest.raises(ScheduleError) as caught:
        read_xlsx(content)
    assert time.process_time() - began < 2
    assert caught.value.mistakes[0].key in {"not-xlsx", "xlsx-too-big"}


def test_an_imported_table_becomes_the_native_form() -> None:
    found = read_lessons(read_csv((HEADER + ROWS).encode()), BELLS)
    start = (
        '[[term]]\nname = "t"\nfirst = 2027-03-01\nlast = 2027-07-02\n[[bells]]\nname = "b"\n'
        'periods = ["1 08:00-08:40", "2 09:00-09:40"]\n'
    )
    school = loads((start + lessons_toml(found.lessons)).encode())
    assert school.timetable.lessons == found.lessons


def test_a_plan_goes_out_as_a_table_that_no_spreadsheet_takes_for_formulas() -> None:
    school = example()
    planned = plan(school.timetable, school.calendar, date(2027, 3, 1), date(2027, 3, 2))
    table = to_csv(planned, language="zh-CN").splitlines()
    assert table[0] == "\ufeff日期,星期,节次,开始,结束,课程,班级,教师,教室,教学点,上课,原因"
    assert table[1].startswith("2027-03-01,周一,1-2,08:20,09:50,语文,三(1)班,王芳,301,,是,课表：")
    evil = timetable(lesson(Weekday.MONDAY, subject="=1+1"))
    planned = plan(evil, calendar(), date(2027, 3, 1), date(2027, 3, 2))
    assert "'=1+1" in to_csv(planned, language="en")
