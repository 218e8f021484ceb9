"""``classroom-edge plan``: a room's days from the school's timetable."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from classroom_edge.cli import run
from classroom_edge.commands.plan import plan_room
from classroom_edge.commands.week_picture import HELD, SKIPPED

EXAMPLE = Path(__file__).parents[2] / "schedules" / "examples" / "primary-school.toml"
ROOM = '[room]\nid = "studio"\nname = "录播教室"\n'
TIMETABLE = '[timetable]\nfile = "school.toml"\nroom = "录播教室"\n'


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "school.toml").write_bytes(EXAMPLE.read_bytes())
    file = tmp_path / "room.toml"
    file.write_text(ROOM + TIMETABLE, encoding="utf-8")
    return file


def test_a_rooms_days_are_told_with_their_reasons(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["plan", str(room), "--from", "2027-03-12", "--to", "2027-03-16", "--json"]
    assert run(asked, "zh-CN") == 0
    left, came = json.loads(capsys.readouterr().out)["occurrences"]
    assert (left["is_held"], left["why"]) == (False, "已调到 2027-03-15 第 6 节：石桥教学点停电。")
    assert (came["is_held"], came["starts_at"]) == (True, "2027-03-15T14:50:00+08:00")


def test_without_a_day_it_begins_today_where_the_school_is(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = datetime(2027, 3, 4, 16, 30, tzinfo=UTC)  # already Friday in China
    status = plan_room(
        room, days=1, start=None, end=None, as_json=True, language="en", now=lambda: late
    )
    (lesson,) = json.loads(capsys.readouterr().out)["occurrences"]
    assert (status, lesson["date"]) == (0, "2027-03-05")


def test_people_read_a_table_and_its_warnings(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school = room.with_name("school.toml")
    text = school.read_text(encoding="utf-8").replace("years = [2027]", "years = []")
    school.write_text(text, encoding="utf-8")
    assert run(["plan", str(room), "--from", "2027-03-05", "--days", "1"], "en") == 0
    told = capsys.readouterr().out
    assert "2027-03-05 Friday week 1 (odd)" in told
    assert "! The holidays and make-up days of 2027 have not been entered" in told


def test_a_week_is_drawn_with_what_is_held_and_what_is_not(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, empty = room.with_name("week.png"), room.with_name("empty.png")
    asked = ["plan", str(room), "--from", "2027-03-12", "--png"]
    assert run([*asked, str(drawn)], "zh-CN") == 0
    assert run(["plan", str(room), "--from", "2027-08-02", "--png", str(empty)], "zh-CN") == 0
    with Image.open(drawn) as picture:
        colours = {colour for _, colour in picture.getcolors(1 << 16) or ()}
    with Image.open(empty) as picture:
        paper = {colour for _, colour in picture.getcolors(1 << 16) or ()}
    held, skipped = (ImageColor.getrgb(fill) for fill, _ in (HELD, SKIPPED))
    assert {held, skipped} <= colours
    assert not {held, skipped} & paper
    assert run([*asked, str(room.parent / "none" / "week.png")], "en") == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("room_toml", "school_toml", "said"),
    [
        (ROOM, "", "has no timetable"),
        (ROOM + TIMETABLE, "[[lesson]]\n", "line 1 lesson.subject: 'subject' is missing"),
    ],
)
def test_what_is_missing_is_told_and_gives_2(
    room: Path, room_toml: str, school_toml: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    room.write_text(room_toml, encoding="utf-8")
    room.with_name("school.toml").write_text(school_toml, encoding="utf-8")
    assert run(["plan", str(room), "--from", str(date(2027, 3, 1))], "en") == 2
    assert said in capsys.readouterr().err
