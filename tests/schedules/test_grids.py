"""Weekly grids of spreadsheets: a row to a period, a column to a weekday."""

import io
import time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_schedules import Mistake, load
from classroom_schedules.incoming.cell import CellLesson, read_cell
from classroom_schedules.incoming.grid import is_grid, read_grids
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.sheet import read_csv, read_xlsx
from classroom_schedules.weeks import Weeks
from tests.schedules.schools import EXAMPLE

BELLS = load(EXAMPLE).timetable.bells
GRID = """三(1)班课程表,,,,,,
,节次,星期一,星期二,星期三,星期四,星期五
上午,第一节,语文 王芳,数学 李强,语文 王芳,英语 陈静,数学 李强
,第二节,语文 王芳,科学 周敏(单)/劳动 周敏（双）,,音乐 陈静 @录播教室,
,午休,休息,休息,休息,休息,休息
下午,第5节,体育 赵军、孙丽,,,体育 赵军、孙丽 单周,
"""


def imported(text: str, whose: str = "") -> Imported:
    return read_grids(read_csv(text.encode()), BELLS, whose)


def told(mistakes: tuple[Mistake, ...]) -> list[str]:
    return [one.tell("en") for one in mistakes]


def test_a_grid_becomes_lessons_with_their_slots_weeks_and_rooms() -> None:
    found = imported(GRID)
    assert told(found.mistakes) == []
    lessons = {(one.subject, str(one.weeks)): one for one in found.lessons}
    chinese = lessons["语文", str(Weeks())]
    assert chinese.classes == ("三(1)班",)
    assert [(one.weekday.name, one.periods) for one in chinese.slots] == [
        ("MONDAY", "1"),
        ("WEDNESDAY", "1"),
        ("MONDAY", "2"),
    ]
    assert lessons["科学", str(Weeks.read("单"))].teachers == ("周敏",)
    assert lessons["劳动", str(Weeks.read("双"))].slots[0].periods == "2"
    assert lessons["音乐", str(Weeks())].room == "录播教室"
    assert lessons["体育", str(Weeks.read("单"))].teachers == ("赵军", "孙丽")
    assert told(found.left_out) == [
        "row 5 (cell A5): 午休 休息 is no lesson. Give it a period in the bells if it is one."
    ]


def test_a_workbook_with_two_grids_one_below_the_other_is_read_alike() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for whose in ("三(1)班", "六(1)班"):
        page.append([f"{whose} 课表"])
        page.append(["", "周一", "周二", "周三"])
        page.append([1, "语文\n王芳", "数学\n李强", None])
    file = io.BytesIO()
    book.save(file)
    rows = read_xlsx(file.getvalue())
    assert is_grid(rows)
    found = read_grids(rows, BELLS)
    assert [(one.classes, one.subject, one.teachers) for one in found.lessons] == [
        (("三(1)班",), "语文", ("王芳",)),
        (("三(1)班",), "数学", ("李强",)),
        (("六(1)班",), "语文", ("王芳",)),
        (("六(1)班",), "数学", ("李强",)),
    ]


def test_a_rooms_grid_names_the_classes_in_its_cells() -> None:
    found = imported("录播教室课表\n,Mon,Tue,Wed\n3,三(1)班 音乐 陈静,六(1)班 数学,\n")
    assert [(one.room, one.classes, one.subject) for one in found.lessons] == [
        ("录播教室", ("三(1)班",), "音乐"),
        ("录播教室", ("六(1)班",), "数学"),
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (",周一,周二,周三\n1,语文,数学,英语\n", "row 1 (cell A1): Whose weekly timetable this is"),
        ("3A课表\n,周一,周二,周三\n第九节,语文,数学,英语\n", "row 3 (cell A3): The bells have no"),
        (
            "3A课表\n,周一,周二,周三\n1,一 二 三 四 五 六,数学,\n",
            "row 3 (cell B3): '一 二 三 四 五 六' cannot be understood.",
        ),
        ("3A课表\n,周一,周二,周三\n1,数学/数学,,\n", "row 3 (cell B3): '3A 数学' is there twice"),
        ("3A课表\n,周一,周二,周三\n", "the file: There are no lessons below the header."),
    ],
)
def test_what_is_wrong_names_row_and_cell(text: str, mistake: str) -> None:
    first = told(imported(text).mistakes)[0]
    assert first.startswith(mistake)


def test_a_teachers_grid_names_the_classes_too() -> None:
    (lesson,) = imported("王芳课表\n,周一,周二,周三\n1,三(1)班 语文,,\n").lessons
    assert (lesson.classes, lesson.teachers) == (("三(1)班",), ("王芳",))


def test_a_list_of_lessons_is_no_grid() -> None:
    assert not is_grid(read_csv("班级,课程,星期,节次\n3A,数学,周一,1\n".encode()))


@pytest.mark.parametrize(
    ("text", "lesson"),
    [
        ("数学", CellLesson(subject="数学")),
        ("数学　王老师", CellLesson(subject="数学", teachers=("王老师",))),
        ("三(1)班 数学", CellLesson(subject="数学", group="三(1)班")),
        ("科学(1-8周)", CellLesson(subject="科学", weeks=Weeks.read("1-8") or Weeks())),
        (
            "Art Smith (odd)",
            CellLesson(subject="Art", teachers=("Smith",), weeks=Weeks.read("单") or Weeks()),
        ),
    ],
)
def test_cells_as_people_write_them(text: str, lesson: CellLesson) -> None:
    assert read_cell(text) == (lesson,)


@given(st.text(max_size=500))
def test_any_cell_is_read_or_not_understood(text: str) -> None:
    found = read_cell(text)
    assert found is None or len(found) <= 6


@pytest.mark.parametrize("cell", ["(" * 500, "单周 " * 160, "@" * 500, "班" * 500, "/" * 500])
def test_a_hostile_sheet_takes_no_time(cell: str) -> None:
    head = "课表" * 200 + "\n" + ",".join(["周一", "周二", "周三"]) + "\n"
    began_s = time.perf_counter()
    imported(head + f"1,{cell},{cell}\n" * 1000, "3A")
    assert time.perf_counter() - began_s < 2.0
