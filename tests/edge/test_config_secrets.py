"""A password in room.toml: whatever is wrong around it, nobody gets to see it."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from classroom_edge.cli.root import app
from classroom_edge.config import ConfigError, examine, load
from classroom_edge.config.mask import masked_line

CANARY = "Kanarienvogel-7412"
ROOM = """\
[room]
id = "three-1"
name = "Class 3"
[[device]]
id = "camera"
name = "Camera"
driver = "visca"
url = "tcp://127.0.0.1:5678"
@device
[[source]]
id = "teacher"
name = "Teacher"
url = "rtsp://127.0.0.1/teacher"
@source
colour = "so that there is always a mistake"
"""
PIECES = [*"\n\"'“=：:#[]{},\\ x\u3000", "", '"""', "password"]
LINES = [
    f'password = "{CANARY}"',
    f'password = "{CANARY}',
    f"password = {CANARY}",
    f"password = “{CANARY}”",
    f"password：“{CANARY}”",
    f"ｐａｓｓｗｏｒｄ = “{CANARY}”",
    f'password "{CANARY}"',
    f"password {CANARY}",
    f'passwrod = "{CANARY}"',
    f'Password = "{CANARY}"',
    f'pasword = "{CANARY}"',
    f'"password" = "{CANARY}"',
    f'pwd = "{CANARY}"',
    f"密码 = {CANARY}",
    f'password = ["{CANARY}"]',
    f'password = [\n"{CANARY}",\n"{CANARY}"',
    f'password = """\n{CANARY}\n"""',
    f'password = """\n{CANARY}\n',
    f'password = {{ "{CANARY}" }}',
    f'password = {{ value = "{CANARY}" }}',
    f'password = {{ env = "{CANARY}" }}',
    f'password = {{ env = "{CANARY}", file = "{CANARY}" }}',
    f'password = {{\n env: "{CANARY}"\n}}',
    f'password = "{CANARY}"\npassword = "{CANARY}"',
    f'password = "{CANARY}\\x"',
    f'password = "C:\\{CANARY}"',
    f'password = "{CANARY}" "{CANARY}"',
    f"password = {CANARY} = {CANARY}",
    f'url = "rtsp://admin:{CANARY}@127.0.0.1/x"',
    f'url = "tcp://admin:{CANARY}@127.0.0.1:99999/x"',
    f"url = rtsp://admin:{CANARY}@127.0.0.1/x",
    f"url = “rtsp://admin:{CANARY}@127.0.0.1/x”",
    f'url = "http://127.0.0.1/x?token={CANARY}"\npassword = 5',
    f'camera = "rtsp://admin:{CANARY}@127.0.0.1/x"',
    f'options = {{ password = "{CANARY}" }}',
    f'options = {{ password = {CANARY} }}',
]  # fmt: skip


def room(folder: Path, line: str, part: str) -> Path:
    text = ROOM.replace(f"@{part}", line).replace("@device", "").replace("@source", "")
    if line.startswith("url"):
        address = {"device": "tcp://127.0.0.1:5678", "source": "rtsp://127.0.0.1/teacher"}[part]
        text = text.replace(f'url = "{address}"\n', "")
    path = folder / "room.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("part", ["device", "source"])
@pytest.mark.parametrize("line", LINES)
def test_no_mistake_shows_the_password(tmp_path: Path, line: str, part: str) -> None:
    path = room(tmp_path, line, part)
    found = examine(path, {})
    assert found.mistakes
    told = json.dumps([one.as_json(path) for one in found.mistakes], ensure_ascii=False)
    assert CANARY not in told
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert CANARY not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("line", LINES[:12])
def test_check_prints_no_password(tmp_path: Path, line: str) -> None:
    path = room(tmp_path, line, "source")
    for arguments in (["check", str(path)], ["check", "--json", str(path)]):
        done = CliRunner().invoke(app, arguments, obj="en")
        assert done.exit_code == 2
        assert CANARY not in done.output


@settings(
    deadline=None, max_examples=400, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(after=st.integers(-25, 45), piece=st.sampled_from(PIECES), gone=st.integers(0, 3))
def test_no_slip_of_the_hand_shows_the_password(
    tmp_path: Path, after: int, piece: str, gone: int
) -> None:
    path = room(tmp_path, f'password = "{CANARY}"', "device")
    text = path.read_text("utf-8")
    at = text.index("password") + after
    path.write_text(text[:at] + piece + text[at + gone :], encoding="utf-8")
    found = examine(path, {})
    told = json.dumps([one.as_json(path) for one in found.mistakes], ensure_ascii=False)
    assert CANARY not in told


def test_a_config_shows_no_password(tmp_path: Path) -> None:
    path = room(tmp_path, f'password = "{CANARY}"', "source")
    path.write_text(path.read_text("utf-8").replace("colour", "# colour"), encoding="utf-8")
    config = load(path, {})
    assert CANARY in config.secrets()
    assert CANARY not in f"{config} {config!r} {config.model_dump_json(by_alias=True)}"


def test_the_line_is_shown_up_to_the_password() -> None:
    assert masked_line('  password = "hush"  # why') == "  password = ****"
    assert masked_line('url = "rtsp://me:hush@10.0.0.1/a"') == 'url = "rtsp://****@10.0.0.1/a"'
    assert masked_line('url = "http://10.0.0.1/?a=1&key=hush"') == (
        'url = "http://10.0.0.1/?a=1&key=****"'
    )


def test_where_a_password_comes_from_may_be_shown() -> None:
    line = 'password = { env = "CAMERA_PASSWORD" }'
    assert masked_line(line) == line
