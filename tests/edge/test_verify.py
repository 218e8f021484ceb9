"""Verification: what is not byte for byte as it was finished is told, file by file."""

import json
from pathlib import Path

import pytest

from classroom_edge.cli import run
from classroom_media.api import NS
from classroom_media.record.finish import finish
from tests.media.record_scene import START_NS, Room, pictures

ID = "20261122-080000-0001"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A finished recording of two seconds."""
    folder = tmp_path / "recordings" / ID
    folder.mkdir(parents=True)
    room = Room(folder)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 2 * NS, pictures(60))
    room.end(START_NS + 2 * NS)
    finish(folder)
    return folder


def told(capsys: pytest.CaptureFixture[str], recording: Path) -> tuple[int, str]:
    status = run(["verify", str(recording), "--json"], "en")
    (found,) = json.loads(capsys.readouterr().out)
    return status, found["verified"]


def test_a_recording_that_is_as_it_was_finished_is_good(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, recording) == (0, "good")
    assert run(["verify", ID, "--data", str(tmp_path)], "zh-CN") == 0
    assert "完好" in capsys.readouterr().out


def test_one_bit_that_changed_and_a_file_that_is_gone_are_told(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = recording / "cam.mp4"
    with film.open("r+b") as file:
        file.seek(1000)
        bit = file.read(1)[0] ^ 1
        file.seek(1000)
        file.write(bytes([bit]))
    assert told(capsys, recording) == (1, "changed")
    film.unlink()
    assert told(capsys, recording) == (1, "missing")


def test_what_is_no_recording_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(tmp_path)], "en") == 2
    assert "manifest" in capsys.readouterr().err
