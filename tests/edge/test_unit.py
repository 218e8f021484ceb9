"""The systemd unit of a room: it says what unattended operation needs."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from classroom_edge.commands.unit import unit
from tests.edge.room_at_work import write_room


def test_the_unit_starts_without_a_network_and_is_watched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a 100% room"
    folder.mkdir()
    assert unit(write_room(folder), None) == 0
    text = capsys.readouterr().out
    parsed = configparser.RawConfigParser(strict=False)
    parsed.read_string(text)
    service = parsed["Service"]
    assert (service["Type"], service["WatchdogSec"], service["Restart"]) == (
        "notify",
        "30",
        "always",
    )
    assert service["KillMode"] == "process"  # workers go on recording
    assert "network" not in parsed["Unit"]["After"]
    assert 'a 100%% room/room.toml"' in service["ExecStart"]
    if analyze := shutil.which("systemd-analyze"):
        file = tmp_path / "classroom-edge-attic.service"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [analyze, "verify", file], capture_output=True, text=True, check=False
        )
        assert file.name not in done.stderr
