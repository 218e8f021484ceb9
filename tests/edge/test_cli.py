"""The command line: every command is there, in both languages, with the right exit status."""

import subprocess
import sys
from pathlib import Path

import pytest

from classroom_edge.cli import language_of, run

ROOMS = Path(__file__).parent / "rooms"
COMMANDS = {
    "demo": ("--port", "--data"),
    "run": ("ROOM.toml", "--data"),
    "check": ("ROOM.toml", "--probe", "--json"),
    "devices": ("ROOM.toml", "--json", "--csv"),
    "device": ("DRIVER", "--password-env", "--ask-password", "--option", "--stay", "--json"),
    "probe": ("DRIVER", "--for", "--out", "--hide", "--in-use", "--json"),
    "sniff": ("URL", "--listen", "--driver", "--for", "--out", "--hide"),
    "drivers list": ("--json", "--markdown"),
    "drivers check": ("--json",),
    "plan": ("ROOM.toml", "--days", "--from", "--to", "--json", "--png"),
    "timetable check": ("SCHOOL.toml",),
    "timetable import": ("SCHOOL.toml", "--column", "--sheet", "--year", "--confirmed"),
    "timetable export": ("SCHOOL.toml", "--form", "--from", "--to"),
    "record": ("ROOM.toml", "--for", "--micro", "--out", "--json"),
    "direct": ("RECORDING", "--dry-run", "--role", "--board", "--png", "--json"),
    "report": ("RECORDING", "--data", "--out", "--json"),
    "verify": ("RECORDING", "--data", "--json"),
    "emulate": ("DRIVER", "--listen", "--password", "--model", "--fault"),
    "doctor": ("--json",),
    "user add": ("NAME", "ROOM.toml", "--data"),
    "session start": ("ROOM.toml", "--title", "--kind", "--style", "--site", "--group", "--in"),
    "session join": ("ROOM.toml", "SESSION"),
    "session leave": ("ROOM.toml", "SESSION"),
    "session end": ("ROOM.toml", "SESSION"),
    "session group": ("ROOM.toml", "GROUP", "--title", "--kind", "--site"),
    "session met": ("ROOM.toml", "--days", "--json"),
    "session status": ("ROOM.toml", "--json"),
    "link strike-off": ("ROOM.toml", "SITE"),
    "link enrol": ("ROOM.toml", "HUB", "CODE", "--site", "--name"),
}
HEAVY = {"av", "cv2", "numpy", "fastapi", "sqlalchemy", "pydantic", "zmq", "asyncio"}


@pytest.mark.parametrize(("command", "words"), COMMANDS.items())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_command_explains_itself(
    command: str, words: tuple[str, ...], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command.split(), "--help"], language) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in words)
    assert ("选项" in said) is (language == "zh-CN")
    assert "option." not in said
    assert "argument." not in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-command"],
        ["check"],
        ["check", "room.toml", "--no-such-option"],
        ["check", "no-such-room.toml"],
        ["devices", "no-such-room.toml"],
        ["record", "room.toml"],
        ["record", "room.toml", "--for", "soon"],
        ["record", "room.toml", "--for", "0"],
        ["record", "room.toml", "--for", "5", "--micro", "5"],
        ["demo", "--port", "99999"],
        ["emulate", "pjlink"],
        ["device"],
        ["device", "pjlink"],
        ["probe", "pjlink"],
        ["sniff", "tcp://127.0.0.1:1"],
        ["drivers", "check", "no-such"],
        ["--lang", "fr", "doctor"],
        ["doctor", "--lang=fr"],
    ],
)
def test_wrong_use_gives_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments, "en") == 2
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_wrong_room_is_told_wherever_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = tmp_path / "room.toml"
    room.write_text("[room]\nid = “a”\n", encoding="utf-8")
    assert run(["devices", str(room)], "zh-CN") == 2
    said = capsys.readouterr()
    assert "全角" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "environ", "language", "rest"),
    [
        (["check", "a"], {}, "en", ["check", "a"]),
        (["check", "a"], {"LANG": "zh_CN.UTF-8"}, "zh-CN", ["check", "a"]),
        (["check"], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en", ["check"]),
        (["check", "--lang", "zh-CN", "a"], {"LANG": "C"}, "zh-CN", ["check", "a"]),
        (["--lang=en", "check"], {"LANG": "zh_CN"}, "en", ["check"]),
        (["--lang", "fr", "check"], {}, "en", ["--lang", "fr", "check"]),
        (["check", "--lang"], {}, "en", ["check", "--lang"]),
        (["check", "--", "--lang=zh"], {}, "en", ["check", "--", "--lang=zh"]),
    ],
)
def test_the_language_comes_from_the_option_or_the_environment(
    arguments: list[str], environ: dict[str, str], language: str, rest: list[str]
) -> None:
    assert language_of(arguments, environ) == (language, rest)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from classroom_edge.cli import run; run(['--help'], 'en');"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_installed_command_speaks_the_language_of_the_terminal() -> None:
    program = Path(sys.executable).with_name("classroom-edge")
    environ = {"PATH": "/usr/bin:/bin", "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [program, "check", ROOMS / "least.toml"],
        capture_output=True, text=True, encoding="utf-8", env=environ, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0
    assert "没有错误" in done.stdout
