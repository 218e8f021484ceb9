"""A timetable that is sent in: shown as it would be, held, agreed to, undone; hostile files."""

from pathlib import Path
from typing import Any

from classroom_edge.services.day.examine import CLASSES, WHOLE, examine
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


async def sent(here: Website, name: str, content: bytes, **more: str) -> dict[str, Any]:
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
    found = examine("table.csv", TABLE.encode(), file, CLASSES)
    new, old = loads(found.content.encode()), load(file)
    assert new.calendar == old.calendar
    assert new.timetable.changes == old.timetable.changes
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    assert [line for line in found.content.splitlines() if line.startswith("#")] == comments
    kept = [one for one in old.timetable.lessons if "六(1)班" not in one.classes]
    assert list(new.timetable.lessons[: len(kept)]) == kept
    assert {one.room for one in new.timetable.lessons[len(kept) :]} == {"601"}  # its own room
