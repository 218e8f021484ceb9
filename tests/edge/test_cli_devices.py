"""``classroom-edge devices`` and the probe of devices: one answers, one refuses, one is away."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from classroom_drivers.codecs.pjlink import Command
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_edge.cli import run
from classroom_edge.commands import survey
from classroom_edge.config import load
from tests.drivers.standing import standing

Output = pytest.CaptureFixture[str]
ROOM = """
[room]
id = "a"
name = "A"
[[device]]
id = "projector"
name = "投影机"
driver = "pjlink"
url = "{url}"
password = "{password}"
"""


@contextmanager
def projector() -> Iterator[str]:
    """Serve a projector that is on; give its URL."""
    emulator = PJLinkEmulator(password="JBMIA", warm_up_s=0.0)
    emulator.obey(Command("POWR", "1"), 0.0)
    with standing(emulator) as url:
        yield url


def room(folder: Path, url: str, password: str = "JBMIA") -> Path:
    path = folder / "room.toml"
    path.write_text(ROOM.format(url=url, password=password), encoding="utf-8")
    return path


def test_a_device_that_answers_is_listed_with_values_and_identity(
    tmp_path: Path, capsys: Output
) -> None:
    with projector() as url:
        assert run(["devices", "--json", str(room(tmp_path, url))], "en") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["id"], told["driver"], told["availability"]) == ("projector", "pjlink", "online")
    assert told["values"]["power"] == "on"
    assert told["identity"]["model"] == "Emulated Projector"
    assert "power" in told["capabilities"]


def test_people_get_a_table_in_their_language(tmp_path: Path, capsys: Output) -> None:
    with projector() as url:
        assert run(["devices", str(room(tmp_path, url))], "zh-CN") == 0
    said = capsys.readouterr().out
    assert "投影机" in said
    assert "在线" in said


def test_a_probe_tells_the_device_that_refuses_the_password(tmp_path: Path, capsys: Output) -> None:
    with projector() as url:
        path = room(tmp_path, url, password="wrong-password")
        assert run(["check", "--probe", "--json", str(path)], "en") == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["code"], told["line"]) == ("device-silent", 9)
    assert "wrong-password" not in json.dumps(told)


async def test_a_device_that_is_away_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        config = load(room(tmp_path, f"tcp://127.0.0.1:{held.getsockname()[1]}"))
        (seen,) = await survey.devices(config, within_s=0.3)
    assert not seen.is_online
    assert seen.state.problem


ROUTINE = """
[[routine]]
name = "end"
title = "下课"
[[routine.want]]
device = "projector"
mute = true
power = "off"
"""


def test_a_dry_run_tells_the_steps_of_a_routine_and_a_real_one_does_them(
    tmp_path: Path, capsys: Output
) -> None:
    with projector() as url:
        path = room(tmp_path, url)
        path.write_text(path.read_text(encoding="utf-8") + ROUTINE, encoding="utf-8")
        for states in (["waiting", "waiting"], ["done", "done"]):
            dry = ["--dry-run"] if states[0] == "waiting" else []
            assert run(["routine", str(path), "end", "--json", *dry], "en") == 0
            told = json.loads(capsys.readouterr().out)
            assert [step["state"] for step in told] == states
        assert run(["routine", str(path), "party"], "en") == 2
        assert "party" in capsys.readouterr().err


def test_a_routine_whose_device_is_away_is_told_and_fails(tmp_path: Path, capsys: Output) -> None:
    path = room(tmp_path, "tcp://127.0.0.1:1")
    path.write_text(path.read_text(encoding="utf-8") + ROUTINE, encoding="utf-8")
    assert run(["routine", str(path), "end", "--dry-run"], "zh-CN") == 1
    assert "没有响应" in capsys.readouterr().out
