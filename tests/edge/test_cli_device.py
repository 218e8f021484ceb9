"""``device``, ``probe`` and ``sniff``: one device by hand, and what it answers as a transcript."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom_drivers import connect
from classroom_drivers.codecs.pjlink import Command
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.transcript import Evidence
from classroom_drivers.transcript_text import read
from classroom_edge.cli import run
from tests.drivers.standing import standing

Output = pytest.CaptureFixture[str]
PASSWORD = "JBMIA"
ROOM = """
[room]
id = "a"
name = "A"
[[device]]
id = "projector"
name = "投影机"
driver = "pjlink"
url = "{url}"
password = "JBMIA"
[[device]]
id = "camera"
name = "教师相机"
driver = "visca"
url = "{camera}"
presets = {{ teacher = 3 }}
"""


def projector(*, on: bool = True, password: str = "") -> PJLinkEmulator:
    made = PJLinkEmulator(password=password, warm_up_s=0.0, cool_down_s=0.2)
    if on:
        made.obey(Command("POWR", "1"), 0.0)
    return made


# device


def test_without_an_action_the_state_is_told(capsys: Output) -> None:
    with standing(projector()) as url:
        assert run(["device", "pjlink", url], "en") == 0
    said = capsys.readouterr().out
    assert "online" in said
    assert 'power = "on"' in said
    assert "asked" in said


@pytest.mark.parametrize(("language", "word"), [("en", "brackets"), ("zh-CN", "方括号")])
def test_without_an_action_what_can_be_typed_is_told(
    language: str, word: str, capsys: Output
) -> None:
    with standing(projector()) as url:
        assert run(["device", "pjlink", url], language) == 0
        lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
        assert any(word in line for line in lines)
        assert "power set-power on=BOOL" in lines
        assert "mute set-mute [picture=BOOL] [sound=BOOL]" in lines
        assert not any(line.startswith("pan-tilt-zoom") for line in lines)
        assert run(["device", "pjlink", url, "power", "set-power", "on=true"], language) == 0
        assert "on=BOOL" not in capsys.readouterr().out


def test_a_program_is_told_the_actions_and_their_arguments(capsys: Output) -> None:
    with standing(projector()) as url:
        assert run(["device", "pjlink", url, "--json"], "en") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["actions"]) == told["capabilities"]
    assert told["actions"]["power"] == {"set-power": ["on"]}
    assert told["actions"]["mute"] == {"set-mute": ["picture", "sound"]}


def test_only_what_this_model_can_do_is_offered(capsys: Output) -> None:
    with standing(ViscaEmulator()) as url:
        assert run(["device", "visca", url], "en") == 0
        lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
        assert "pan-tilt-zoom stop" in lines
        assert not any(line.startswith("tracking ") for line in lines)
        assert run(["device", "visca", url, "tracking", "set-tracking", "on=true"], "en") == 2
    said = capsys.readouterr().err
    assert "no capability 'tracking'" in said
    assert "pan-tilt-zoom" in said


def test_a_misspelled_capability_names_those_of_the_device_alone(capsys: Output) -> None:
    assert run(["device", "pjlink", "tcp://127.0.0.1", "pover"], "en") == 2
    said = capsys.readouterr().err
    assert "power, input-select" in said
    assert "pan-tilt-zoom" not in said


def test_an_action_is_done_and_the_device_has_confirmed_it(capsys: Output) -> None:
    emulator = projector(on=False)
    with standing(emulator) as url:
        assert run(["device", "pjlink", url, "power", "set-power", "on=true", "--json"], "en") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["values"]["power"]["value"] == "on"
    assert told["values"]["power"]["source"] != "assumed"


def test_a_password_comes_from_the_environment(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJECTOR_PASSWORD", PASSWORD)
    with standing(projector(password=PASSWORD)) as url:
        assert run(["device", "pjlink", url, "--password-env", "PROJECTOR_PASSWORD"], "en") == 0
        assert run(["device", "pjlink", url], "en") == 1
    said = capsys.readouterr()
    assert "password" in said.out + said.err
    assert PASSWORD not in said.out + said.err


def test_a_device_of_a_room_is_found_by_its_id(tmp_path: Path, capsys: Output) -> None:
    camera = ViscaEmulator()
    room = tmp_path / "room.toml"
    with standing(projector(password=PASSWORD)) as url, standing(camera) as camera_url:
        room.write_text(ROOM.format(url=url, camera=camera_url), encoding="utf-8")
        assert run(["device", str(room), "projector", "--json"], "en") == 0
        store = ["device", str(room), "camera", "presets", "store-preset", "name=teacher"]
        assert run(store, "en") == 0
    assert set(camera.presets) == {3}
    assert json.loads(capsys.readouterr().out.partition("\n}\n")[0] + "}")["driver"] == "pjlink"
    assert run(["device", str(room), "screen"], "zh-CN") == 2
    assert "projector, camera" in capsys.readouterr().err


def test_who_drives_a_camera_stays_to_stop_it() -> None:
    camera = ViscaEmulator()
    drive = ["pan-tilt-zoom", "drive", "pan=0.5", "for_s=0.5"]
    with standing(camera) as url:
        assert run(["device", "visca", url, *drive], "en") == 0
        with connect("visca", url) as device:
            assert device.state().values["moving"].value is False


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["no-such", "tcp://127.0.0.1:1"], "no driver"),
        (["pjlink", "http://127.0.0.1"], "http"),
        (["pjlink", "tcp://127.0.0.1", "glow"], "no capability"),
        (["pjlink", "tcp://127.0.0.1", "power"], "set-power"),
        (["pjlink", "tcp://127.0.0.1", "power", "set-power", "on"], "NAME=VALUE"),
        (["pjlink", "tcp://127.0.0.1", "--option", "size=1"], "size"),
        (["pjlink", "tcp://127.0.0.1", "--password-env", "NO_SUCH_NAME"], "NO_SUCH_NAME"),
    ],
)
def test_wrong_use_is_told_before_anything_is_sent(
    words: list[str], told: str, capsys: Output
) -> None:
    assert run(["device", *words], "en") == 2
    assert told in capsys.readouterr().err


def test_wrong_arguments_are_told_by_the_device(capsys: Output) -> None:
    with standing(projector()) as url:
        words = ["input-select", "select-input", "name=toaster"]
        assert run(["device", "pjlink", url, *words], "en") == 2
    assert "toaster" in capsys.readouterr().err


def test_a_device_that_is_away_gives_1(capsys: Output) -> None:
    words = ["power", "set-power", "on=true", "--wait", "0.2"]
    assert run(["device", "pjlink", "tcp://127.0.0.1:1", *words], "en") == 1
    assert "offline" in capsys.readouterr().err


# probe


def test_a_probe_writes_a_transcript_without_the_password(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJECTOR_PASSWORD", PASSWORD)
    emulator = projector(password=PASSWORD)
    emulator.name = "Room 301"
    with standing(emulator) as url:
        words = ["--password-env", "PROJECTOR_PASSWORD", "--for", "0.5", "--hide", emulator.name]
        assert run(["probe", "pjlink", url, *words, "--out", str(tmp_path)], "en") == 0
        assert run(["probe", "pjlink", url, *words, "--out", str(tmp_path), "--json"], "en") == 0
    second, first = sorted(tmp_path.iterdir())
    text = first.read_text(encoding="utf-8")
    transcript = read(text)
    assert transcript.source is Evidence.EMULATOR
    assert second.stem.endswith("-2")
    assert PASSWORD not in text
    assert f"NAME={emulator.name}".encode().hex(" ").upper() not in text
    said = capsys.readouterr().out
    assert "gives no maturity" in said
    assert "Emulated Projector" in said


def test_a_probe_changes_nothing(tmp_path: Path) -> None:
    emulator = projector(on=False)
    with standing(emulator) as url:
        run(["probe", "pjlink", url, "--for", "0.2", "--out", str(tmp_path)], "en")
    (path,) = tmp_path.iterdir()
    written = [b"".join(step.parts) for step in read(path.read_text()).steps if step.kind == ">"]
    assert written
    assert all(b"?" in data for data in written)


def test_a_probe_of_nobody_writes_nothing(tmp_path: Path, capsys: Output) -> None:
    words = ["--wait", "0.2", "--for", "0", "--out", str(tmp_path)]
    assert run(["probe", "pjlink", "tcp://127.0.0.1:1", *words], "zh-CN") == 1
    assert "没有应答" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert run(["probe", "no-such", "tcp://127.0.0.1:1"], "en") == 2


# sniff


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_sniffer_writes_what_was_said_when_it_is_told_to_end(tmp_path: Path) -> None:
    environ = os.environ | {"PYTHONUTF8": "1"}
    words = ["sniff", "--listen", "tcp://127.0.0.1:0", "--driver", "pjlink", "--out", str(tmp_path)]
    with (
        standing(projector()) as url,
        subprocess.Popen(
            [sys.executable, "-m", "classroom_edge", *words, url],
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        ) as sniffing,
    ):
        assert sniffing.stdout is not None
        word, _, place = sniffing.stdout.readline().strip().partition(" ")
        assert word == "ready"
        with connect("pjlink", place) as device:
            device.set_mute(sound=True)
        sniffing.send_signal(signal.SIGINT)
        assert sniffing.wait(20) == 0
    (path,) = tmp_path.iterdir()
    transcript = read(path.read_text(encoding="utf-8"))
    assert (transcript.driver, transcript.source) == ("pjlink", Evidence.EMULATOR)
    assert any(b"AVMT 21" in step.parts[0] for step in transcript.steps)


def test_a_sniffer_that_heard_nothing_says_so(tmp_path: Path, capsys: Output) -> None:
    listen = ["sniff", "--listen", "tcp://127.0.0.1:0", "--for", "0.1", "--out", str(tmp_path)]
    assert run([*listen, "tcp://127.0.0.1:1"], "en") == 1
    assert "Nothing was said" in capsys.readouterr().err
    assert run([*listen, "nowhere"], "en") == 2
    assert run(["sniff", "--listen", "tcp://192.0.2.1:4352", "tcp://127.0.0.1:1"], "en") == 1
