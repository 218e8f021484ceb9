"""``classroom-edge library``: without a daemon, and beside what works with the same database."""

import json
from pathlib import Path

import pytest

from classroom_edge.cli import run
from classroom_media.record.manifest import MANIFEST_FILE, Manifest
from tests.edge.library.shelves import fill

ROOM = '[room]\nid = "room"\nname = "三(2)班"\n'


@pytest.fixture
def room(tmp_path: Path) -> tuple[list[str], list[Manifest]]:
    """A room.toml with its data folder, as the arguments of a command."""
    (tmp_path / "room.toml").write_text(ROOM, "utf-8")
    made = fill(tmp_path / "data" / "recordings", 6)
    return [str(tmp_path / "room.toml"), "--data", str(tmp_path / "data")], made


Room = tuple[list[str], list[Manifest]]
Told = pytest.CaptureFixture[str]


def test_list_and_search_tell_programs_and_people(room: Room, capsys: Told) -> None:
    arguments, made = room
    newest = made[-1]
    assert run(["library", "list", *arguments, "--json"], "en") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed["items"]] == [one.id for one in reversed(made)]
    assert run(["library", "search", arguments[0], newest.title, *arguments[1:]], "zh-CN") == 0
    said = capsys.readouterr().out
    assert newest.id in said
    assert "共 1 个录像" in said


def test_rescan_brings_the_list_back_after_the_database_was_lost(room: Room, capsys: Told) -> None:
    arguments, made = room
    data = Path(arguments[-1])
    run(["library", "list", *arguments, "--json"], "en")
    before = capsys.readouterr().out
    (data / "classroom-edge.db").write_bytes(b"no database" * 999)
    assert run(["library", "list", *arguments], "en") == 1
    assert "classroom-edge.db" in capsys.readouterr().err
    assert run(["library", "rescan", *arguments], "en") == 0
    said = capsys.readouterr().out
    assert "damaged" in said
    assert f"{len(made)} recordings" in said
    run(["library", "list", *arguments, "--json"], "en")
    assert capsys.readouterr().out == before


def test_a_damaged_manifest_is_told_of_and_ends_with_one(room: Room, capsys: Told) -> None:
    arguments, made = room
    hurt = Path(arguments[-1]) / "recordings" / made[1].id
    (hurt / MANIFEST_FILE).write_text("{")
    assert run(["library", "rescan", *arguments, "--json"], "zh-CN") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["recordings"], told["damaged"], told["unreadable"]) == (
        6,
        [made[1].id],
        [made[1].id],
    )
    assert list(hurt.glob(f"{MANIFEST_FILE}.damaged-*"))
