"""A timetable that is sent in: shown as it would be, held, agreed to, undone; hostile files."""

from pathlib import Path
from typing import Any

from classroom_edge.services.day.examine import WHOLE, Reading, examine
from classroom_edge.services.day.in_force import InForce
from classroom_edge.services.day.incoming import Incoming
from classroom_schedules import load, loads
from tests.edge.website import Website, website
from tests.schedules.schools import EXAMPLE

TABLE = "班级,课程,教师,星期,节次\n六(1)班,数学,孙丽,周四,1\n六(1)班,英语,陈静,周五,1\n"
PREVIEW, AGREE, UNDO = (f"/api/v1/timetable/{one}" for one in ("preview", "agree", "undo"))


def school(tmp_path: Path) -> tuple[Incoming, Path]:
    file = tmp_path / "school.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    in_force = InForce(file=file, folder=tmp_path / "kept")
    in_force.open()
    return Incoming(in_force=in_force, wake=lambda: None), file


async def sent(here: Website, name: str, content: bytes, **more: str | list[str]) -> dict[str, Any]:
    answer = await here.client.post(PREVIEW, params={"name": name, **more}, content=content)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_table_is_shown_agreed_to_and_undone(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, file = school(tmp_path)
        was = file.read_bytes()
        found = await sent(here, "table.csv", TABLE.encode())
        assert (found["mistakes"], found["verdict"]) == ([], "fine")
        assert [(one["kind"], one["text"]["en"]) for one in found["changes"]] == [
            ("gone", "六(1)班, Tuesday, period 5: 体育 孙丽 @操场"),
            (
                "changed",
                "六(1)班, Thursday, period 1: 数学 孙丽 @601 2027-03-08– → 数学 孙丽 @601",
            ),
            ("gone", "六(1)班, Thursday, period 5: 体育 孙丽 @操场"),
            (
                "changed",
                "六(1)班, Friday, period 1: 数学 孙丽 @601 2027-03-08– → 英语 陈静 @601",
            ),
        ]
        assert file.read_bytes() == was  # nobody has agreed yet
        agreed = await here.client.post(AGREE, json={"token": found["token"]})
        assert agreed.status_code == 200, agreed.text
        assert "# A primary school in the countryside" in file.read_text("utf-8")
        assert [one.subject for one in load(file).timetable.lessons][-2:] == ["数学", "英语"]
        again = await here.client.post(AGREE, json={"token": found["token"]})
        assert (again.status_code, again.json()["code"]) == (409, "not-shown")
        assert (await here.client.post(UNDO)).status_code == 200
        assert file.read_bytes() == was


async def test_what_halves_the_timetable_needs_a_person_who_is_sure(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, file = school(tmp_path)
        found = await sent(here, "table.csv", TABLE.encode(), scope=WHOLE)
        assert (found["verdict"], found["lost_classes"]) == ("halved", ["三(1)班", "石桥三年级"])
        unsure = await here.client.post(AGREE, json={"token": found["token"]})
        assert (unsure.status_code, unsure.json()["code"]) == (409, "not-sure")
        assert "只剩" in unsure.json()["message"]["zh-CN"]
        sure = {"token": found["token"], "sure": True}
        assert (await here.client.post(AGREE, json=sure)).status_code == 200
        assert len(load(file).timetable.lessons) == 2


async def test_a_wrong_file_says_where_and_can_not_be_agreed_to(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, _file = school(tmp_path)
        for name, content, said in (
            ("table.csv", TABLE.replace("周五", "周八").encode(), "row 3 (cell D3): '周八' is no"),
            ("table.pdf", b"%PDF", "the file: A timetable does not come as '.pdf'."),
            ("school.toml", b"[[lesson]]\nsubject = 3\n", "line 1 lesson.at: 'at' is missing."),
            ("bomb.xlsx", b"PK\x03\x04" * 1000, "the file: This is no XLSX that can be read"),
        ):
            found = await sent(here, name, content)
            assert any(said in one["en"] for one in found["mistakes"]), found["mistakes"]
            answer = await here.client.post(AGREE, json={"token": found["token"]})
            assert answer.status_code == 409


async def test_more_than_the_largest_school_is_not_even_read(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, _file = school(tmp_path)
        answer = await here.client.post(
            PREVIEW, params={"name": "big.csv"}, content=bytes(4 * 1024 * 1024 + 1)
        )
        assert answer.status_code == 413
        nobody = await here.client.post(UNDO)
        assert (nobody.status_code, nobody.json()["code"]) == (409, "nothing-before")


def test_comments_and_all_other_tables_stay_as_people_wrote_them(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    found = examine("table.csv", TABLE.encode(), file, Reading())
    new, old = loads(found.content.encode()), load(file)
    assert new.calendar == old.calendar
    assert new.timetable.changes == old.timetable.changes
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    assert [line for line in found.content.splitlines() if line.startswith("#")] == comments
    kept = [one for one in old.timetable.lessons if "六(1)班" not in one.classes]
    assert list(new.timetable.lessons[: len(kept)]) == kept
    assert {one.room for one in new.timetable.lessons[len(kept) :]} == {"601"}  # its own room


def test_a_grid_cannot_tell_of_sites_so_a_joint_lesson_stays_joint(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    (was,) = (one for one in load(file).timetable.lessons if one.sites)
    group, (slot,) = was.classes[0], was.slots
    days = "一二三四五"
    grid = f"{group}课程表,,,,,\n节次,{','.join(f'周{one}' for one in days)}\n"
    for period in ("4", slot.first):
        grid += f"{period},{','.join(f'{was.subject} {was.teachers[0]}' for _one in days)}\n"
    found = examine("grid.csv", grid.encode(), file, Reading())
    assert found.mistakes == ()
    new = [one for one in loads(found.content.encode()).timetable.lessons if group in one.classes]
    joint, alone = sorted(new, key=lambda one: not one.sites)
    assert joint == was  # with its site's class and helper, and its weeks
    assert slot not in alone.slots
    assert len(alone.slots) == 9
    assert (alone.sites, alone.classes) == ((), (group,))


async def test_a_list_with_columns_of_its_own_says_which_there_are_and_takes_them(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, _file = school(tmp_path)
        table = TABLE.replace("课程,教师", "内容,主讲").encode()
        found = await sent(here, "table.csv", table)
        assert "There is no column for the subject (subject)" in found["mistakes"][0]["en"]
        assert found["headers"] == ["班级", "内容", "主讲", "星期", "节次"]
        assert found["columns"] == {"class": "班级", "weekday": "星期", "period": "节次"}
        more = {"column": ["subject:内容", "teacher:主讲"]}
        found = await sent(here, "table.csv", table, **more)
        assert found["mistakes"] == []
        assert found["columns"]["teacher"] == "主讲"
        assert any("英语 陈静" in one["text"]["en"] for one in found["changes"])


NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
二、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）上班。
"""


async def test_a_notice_adds_what_the_school_has_not_entered_and_leaves_the_rest(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        here.room.incoming, file = school(tmp_path)
        before = load(file)
        found = await sent(here, "notice.txt", NOTICE.encode())
        assert found["mistakes"] == []
        assert found["worked"] == [{"day": "2027-09-26", "name": "国庆节调休", "weekday": None}]
        found = await sent(here, "notice.txt", NOTICE.encode(), taught=["2027-09-26:3"])
        assert [one["text"]["en"] for one in found["changes"]] == [
            "2027-10-01 – 2027-10-07: 国庆节 (holiday)",
            "2027-09-26: 国庆节调休, lessons of Thursday",
        ]
        assert found["worked"][0]["weekday"] == 3
        agreed = await here.client.post(AGREE, json={"token": found["token"]})
        assert agreed.status_code == 200, agreed.text
        after = load(file)
        assert after.timetable == before.timetable
        assert set(before.calendar.days) < set(after.calendar.days)
        assert len(after.calendar.days) == len(before.calendar.days) + 2


def test_the_year_of_a_notice_is_entered_with_it(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    text = EXAMPLE.read_text("utf-8")
    for years, is_ in (
        ("years = [2026] # so far", "years = [2026, 2027] # so far"),
        ("", "[calendar]\nyears = [2027]"),
    ):
        entered = text.replace("years = [2027]            # every", f"{years} # every")
        file.write_text(entered, "utf-8")
        found = examine("notice.txt", NOTICE.encode(), file, Reading())
        assert found.mistakes == ()
        assert is_ in found.content
    file.write_text(text.replace("[calendar]\nyears", "# years"), "utf-8")
    found = examine("notice.txt", NOTICE.encode(), file, Reading())
    assert loads(found.content.encode()).calendar.years == {2027}


def test_a_notice_that_was_pasted_wrongly_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_bytes(EXAMPLE.read_bytes())
    for wrong, said in (
        (NOTICE.replace("10月1日（周五）", "10月1日（周四）"), "the notice says Thursday"),
        (NOTICE.replace("9月26日（周日）", "10月3日"), "is a make-up day and"),
        ("今天天气很好", "No holidays"),
    ):
        found = examine("notice.txt", wrong.encode(), file, Reading())
        assert found.content == "", wrong
        assert any(said in one["en"] for one in found.mistakes), found.mistakes
