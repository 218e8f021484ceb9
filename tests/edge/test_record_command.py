"""``classroom-edge record``: the command as a shell sees it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom_edge import lock
from classroom_edge.paths import room_lock
from tests.edge.room_at_work import write_room
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C")


def recording(room: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "classroom_edge", "record", str(room), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_exactly_so_many_seconds_are_recorded_and_the_path_alone_is_printed(
    tmp_path: Path,
) -> None:
    command = recording(write_room(tmp_path), "--for", "2", "--out", str(tmp_path / "out dir"))
    printed, told = command.communicate(timeout=60)
    assert command.returncode == 0, told
    path = Path(printed.removesuffix("\n"))
    manifest = json.loads(path.read_text())
    assert path.parent.parent == tmp_path / "out dir"
    assert manifest["state"] == "finished"
    assert manifest["duration_s"] == pytest.approx(2, abs=0.04)
    for track in manifest["tracks"]:
        assert track["duration_s"] == pytest.approx(2, abs=0.08), track["name"]


def test_json_is_one_object_and_an_interrupt_ends_it_early_but_properly(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = recording(write_room(tmp_path), "--for", "600", "--out", str(out), "--json")
    eventually(lambda: list(out.glob("*/programme.mp4")), within_s=30)
    command.send_signal(signal.SIGINT)
    printed, told = command.communicate(timeout=60)
    assert command.returncode == 0, told
    answer = json.loads(printed)
    assert answer["state"] == "finished"
    assert 0 < answer["duration_s"] < 60
    assert Path(answer["manifest"]).is_file()


def test_a_room_that_a_daemon_runs_is_refused_with_its_process(tmp_path: Path) -> None:
    room = write_room(tmp_path)
    with lock.hold(room_lock(room, "attic"), "attic"):
        command = recording(room, "--for", "1")
        printed, told = command.communicate(timeout=30)
    assert command.returncode == 2
    assert not printed
    assert str(os.getpid()) in told


def test_a_wrong_file_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "room.toml").write_text("[room]\nid = 7\n")
    command = recording(tmp_path / "room.toml", "--for", "1")
    printed, told = command.communicate(timeout=30)
    assert command.returncode == 2
    assert not printed
    assert "room.toml" in told
