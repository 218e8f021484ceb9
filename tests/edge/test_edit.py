"""``classroom-edge edit``: what is kept of a recording is a film of its own."""

import json
from pathlib import Path

import pytest

from classroom_edge.cli import run
from classroom_media.api import NS
from classroom_media.record.finish import finish
from classroom_media.record.verify import Verified, verify
from tests.edge.editing.scene import CAMERA, record, untouched
from tests.media.edit.test_splice import numbers
from tests.media.record_scene import START_NS, Room, pictures

ID = "20261123-080000-0001"
OTHER = "20261123-090000-0002"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A finished recording of two seconds, of one camera."""
    folder = tmp_path / "recordings" / ID
    folder.mkdir(parents=True)
    room = Room(folder)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 2 * NS, pictures(60))
    room.end(START_NS + 2 * NS)
    finish(folder)
    return folder


def edit(recording: str, *more: str) -> int:
    return run(["edit", recording, "--sound", "cam", *more], "en")


def test_passages_become_a_film_and_the_recording_stays_as_it_was(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "film.mp4"
    passages = ("--keep", "f5-f20@cam", "--keep", "1-1.2@cam")
    assert edit(ID, "--data", str(tmp_path), *passages, "--out", str(into), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"pictures": 20, "encoded": 15, "duration_s": 0.8}
    assert numbers(into) == [*range(5, 20), *range(25, 30)]
    assert all(one.verified is Verified.GOOD for one in verify(recording))


@pytest.mark.parametrize(
    ("passage", "words"),
    [
        ("2-1@cam", "nothing is left"),
        ("f0-f99@cam", "50 pictures"),
        ("from the start@cam", "FROM-TO"),
        ("0-1@board", "There are: cam"),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_remedy(
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    passage: str,
    words: str,
) -> None:
    assert edit(str(recording), "--keep", passage, "--out", str(tmp_path / "film.mp4")) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "film.mp4").exists()


def test_a_file_of_the_recording_is_never_overwritten(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit(str(recording), "--keep", "0-1@cam", "--out", str(recording / "cam.mp4")) == 2
    assert "another name" in capsys.readouterr().err
    assert all(one.verified is Verified.GOOD for one in verify(recording))


def test_what_is_no_recording_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["edit", str(tmp_path), "--keep", "0-1", "--out", "film.mp4"], "zh-CN") == 2
    assert "不是录制" in capsys.readouterr().err


def test_a_card_another_recording_and_a_loudness_are_had_by_the_same_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / ID, tmp_path / OTHER
    record(first)
    record(second, first=5000)
    into = tmp_path / "film.mp4"
    more = ("--join", f"{second}#f50-f60@camera", "--title", "分数", "--title", "王老师")
    asked = ["edit", str(first), "--keep", "f0-f10", *more, "--loudness", "-23", "--out", str(into)]
    assert run([*asked, "--json"], "en") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pictures"] == 125 + 20
    assert told["peak_dbtp"] <= -1.0
    assert numbers(into)[125:] == [*range(10), *range(5000 + CAMERA + 50, 5000 + CAMERA + 60)]
    assert untouched(first)


@pytest.mark.parametrize("name", ["lesson", "lesson.zip"])
def test_a_package_is_exported_to_a_folder_or_a_zip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    record(tmp_path / "recordings" / ID)
    into = tmp_path / name
    asked = ["export", ID, "--data", str(tmp_path), "--kind", "package", "--out", str(into)]
    assert run([*asked, "--school", "春田小学"], "zh-CN") == 0
    assert str(into) in capsys.readouterr().out
    if into.is_dir():
        told = json.loads((into / "metadata.json").read_text("utf-8"))
        assert (told["school"], told["title"]) == ("春田小学", "分数的意义")
        assert run(asked, "en") == 2
        assert "another name" in capsys.readouterr().err
    assert untouched(tmp_path / "recordings" / ID)
    assert {one.name for one in tmp_path.iterdir()} == {"recordings", name}


def test_sound_and_slides_are_exported_and_what_is_wrong_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / ID)
    asked = ["export", str(tmp_path / ID), "--kind"]
    assert run([*asked, "sound", "--out", str(tmp_path / "a.m4a"), "--json"], "en") == 0
    assert json.loads(capsys.readouterr().out)["bytes"] > 1000
    assert run([*asked, "slides", "--out", str(tmp_path / "slides")], "en") == 0
    assert {one.suffix for one in (tmp_path / "slides").iterdir()} == {".jpg", ".csv", ".pdf"}
    capsys.readouterr()
    assert run([*asked, "sound", "--out", str(tmp_path / "a.mp3")], "en") == 2
    assert ".m4a" in capsys.readouterr().err
    assert run([*asked, "sound", "--edit", "0a0a0a0a", "--out", str(tmp_path / "b.m4a")], "en") == 2
    assert "no edit" in capsys.readouterr().err
    assert run(["export", "nothing", "--kind", "slides", "--out", str(tmp_path / "s")], "en") == 2
