"""``classroom-edge timetable``: check, import with a preview, export."""

from pathlib import Path

import icalendar
import pytest

from classroom_edge.cli import run
from classroom_edge.cli.timetable import Whose as AskedWhose
from classroom_schedules import loads
from classroom_schedules.outgoing.selection import Whose

EXAMPLE = Path(__file__).parents[2] / "schedules" / "examples" / "primary-school.toml"
TABLE = "班级,课程,主讲,教室,星期,节次\n3A,数学,李强,301,周二,1\n"

GRID = """,星期一,星期二,星期三
第一节,语文 王芳,科学(单)/劳动(双),
午休,休息,休息,休息
第二节,,语文 王芳,数学 李强
"""


def test_a_right_file_gives_0_and_one_with_doubts_gives_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["timetable", "check", str(EXAMPLE)], "en") == 0
    doubtful = tmp_path / "school.toml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("years = [2027]", "years = []")
    doubtful.write_text(text, encoding="utf-8")
    assert run(["timetable", "check", str(doubtful)], "en") == 1
    assert "! The holidays and make-up days of 2027" in capsys.readouterr().out


def test_a_wrong_file_names_its_lines_and_gives_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "school.toml"
    wrong.write_text("[[holiday]]\ndate = 3\n", encoding="utf-8")
    assert run(["timetable", "check", str(wrong)], "zh-CN") == 2
    assert "第 2 行 holiday.date：这里要写日期。" in capsys.readouterr().err


def test_what_rules_name_is_looked_for_in_the_room_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "school.toml").write_text(text + '\n[[rule]]\nroutine = "nap"\n', "utf-8")
    room = tmp_path / "room.toml"
    said = '[timetable]\nfile = "school.toml"\nroom = "301"\n'
    room.write_text(f'[room]\nid = "attic"\nname = "Attic"\n{said}', encoding="utf-8")
    asked = ["timetable", "check", str(tmp_path / "school.toml")]
    assert run(asked, "en") == 0
    assert run([*asked, "--room", str(room)], "en") == 2
    line = text.count("\n") + 2
    assert f"line {line} rule: This room has no routine called 'nap'" in capsys.readouterr().err
    assert run(["plan", str(room), "--from", "2027-03-01", "--days", "1"], "en") == 0
    assert "! school.toml line" in capsys.readouterr().out


def test_an_import_that_halves_the_lessons_waits_until_somebody_confirms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    asked = ["timetable", "import", str(table), str(EXAMPLE), "--column", "teacher=主讲"]
    assert run(asked, "zh-CN") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "teacher 取自“主讲”列" in told.err
    assert "只剩 1 节" in told.err
    assert run([*asked, "--confirmed"], "zh-CN") == 0
    assert 'teacher = "李强"' in capsys.readouterr().out


def test_a_weekly_grid_is_that_of_its_files_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "三(1)班.csv"
    table.write_text(GRID, encoding="utf-8")
    asked = ["timetable", "import", str(table), str(EXAMPLE), "--confirmed"]
    assert run(asked, "zh-CN") == 0
    told = capsys.readouterr()
    assert told.out.count('class = "三(1)班"') == told.out.count("[[lesson]]") == 4
    assert "午休" in told.err


def test_a_wrong_cell_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE.replace("周二", "周八").replace("主讲", "教师"), encoding="utf-8")
    assert run(["timetable", "import", str(table), str(EXAMPLE), "--confirmed"], "en") == 2
    told = capsys.readouterr()
    assert (told.out, "row 2 (cell E2): '周八' is no weekday." in told.err) == ("", True)


def test_a_pasted_notice_becomes_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notice = tmp_path / "notice.txt"
    notice.write_text("劳动节：5月1日（周五）至5日（周二）放假，共5天。", encoding="utf-8")
    asked = ["timetable", "import", str(notice), str(EXAMPLE), "--year"]
    assert run([*asked, "2026"], "en") == 0
    assert loads(
        ('[[term]]\nname="t"\nfirst=2026-03-01\nlast=2026-07-01' + capsys.readouterr().out).encode()
    ).calendar.days
    assert run([*asked, "2027"], "en") == 2
    assert "2027-05-01 is a Saturday; the notice says Friday." in capsys.readouterr().err


def test_a_teachers_lessons_go_out_as_a_calendar(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    asked = ["timetable", "export", str(EXAMPLE), "teacher", "王芳", "--to", "2027-03-06"]
    assert run(asked, "en") == 0
    calendar = icalendar.Calendar.from_ical(capsysbinary.readouterr().out)
    assert [str(one["SUMMARY"]) for one in calendar.events] == ["语文"] * 5


def test_the_command_line_asks_for_what_the_library_can_tell_apart() -> None:
    assert [one.value for one in AskedWhose] == [one.value for one in Whose]
