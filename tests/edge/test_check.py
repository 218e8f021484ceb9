"""``classroom-edge check``, for people and for programs, and with a look at the room itself."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from classroom_edge.cli import run

ROOMS = Path(__file__).parent / "rooms"
Output = pytest.CaptureFixture[str]

WRONG = '[room]\nid = "a"\nname：\t"三年级"\n'
SOURCE = """
[room]
id = "a"
name = "A"
[[source]]
id = "picture"
name = "Picture"
url = "{url}"
"""


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Give a port at which nobody listens."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def wrong_room(folder: Path) -> Path:
    room = folder / "room.toml"
    room.write_text(WRONG, encoding="utf-8")
    return room


def test_a_good_room_gives_0_and_says_what_is_in_it(capsys: Output) -> None:
    assert run(["check", str(ROOMS / "full.toml")], "en") == 0
    told = capsys.readouterr().out
    assert "no mistake. 4 devices, 4 sources, 2 routines. Profile: studio" in told


def test_a_wrong_room_gives_2_with_a_caret_under_the_sign_that_is_wrong(
    tmp_path: Path, capsys: Output
) -> None:
    assert run(["check", str(wrong_room(tmp_path))], "zh-CN") == 2
    place, line, caret, remedy = capsys.readouterr().out.splitlines()[:4]
    assert place.endswith("room.toml:3:5: name 后面用了冒号。")
    assert line == '    3 │ name： "三年级"'
    assert caret == "      │     ^"
    assert remedy.strip() == "改法: 把冒号改成等号：name = 值。"


def test_the_caret_reckons_with_signs_of_double_width(tmp_path: Path, capsys: Output) -> None:
    room = tmp_path / "room.toml"
    room.write_text('[room]\nid = "a"\nname = ["三年级", 一班]\n', encoding="utf-8")
    assert run(["check", str(room)], "en") == 2
    out = capsys.readouterr().out
    assert "name must be text" in out
    room.write_text('[room]\nid = "a"\nname = "三年级" 一班\n', encoding="utf-8")
    run(["check", str(room)], "en")
    _, line, caret = capsys.readouterr().out.splitlines()[:3]
    assert line == '    3 │ name = "三年级" 一班'
    assert caret == "      │ " + " " * 16 + "^"


def test_programs_get_every_mistake_as_json(tmp_path: Path, capsys: Output) -> None:
    room = wrong_room(tmp_path)
    assert run(["check", "--json", str(room)], "en") == 2
    told = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["line"], one["column"]) for one in told] == [("colon", 3, 5)]
    assert told[0]["file"] == str(room)
    assert told[0]["message"].keys() == told[0]["remedy"].keys() == {"zh-CN", "en"}


def test_programs_get_an_empty_list_for_a_good_room(capsys: Output) -> None:
    assert run(["check", "--json", str(ROOMS / "least.toml")], "en") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_markup_in_names_is_printed_as_it_stands(tmp_path: Path, capsys: Output) -> None:
    room = tmp_path / "[red]room.toml"
    room.write_text('[room]\nid = "a"\nname = "[bold]x[/bold]"\ncolour = 1\n', encoding="utf-8")
    assert run(["check", str(room)], "en") == 2
    assert "[red]room.toml:4:1" in capsys.readouterr().out


def test_a_probe_names_the_source_that_delivers(tmp_path: Path, capsys: Output) -> None:
    room = tmp_path / "room.toml"
    room.write_text(SOURCE.format(url="pattern://?size=320x180&fps=25"), encoding="utf-8")
    assert run(["check", "--probe", str(room)], "en") == 0
    assert 'The source "Picture" delivers: h264 320x180' in capsys.readouterr().out


def test_a_probe_of_what_is_not_there_gives_1(
    tmp_path: Path, closed_port: int, capsys: Output
) -> None:
    room = tmp_path / "room.toml"
    room.write_text(SOURCE.format(url=f"tcp://me:hush@127.0.0.1:{closed_port}"), encoding="utf-8")
    assert run(["check", "--probe", "--json", str(room)], "en") == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["code"], told["line"]) == ("source-silent", 8)
    assert "hush" not in json.dumps(told)


def test_a_probe_of_a_wrong_room_touches_nothing(tmp_path: Path, capsys: Output) -> None:
    assert run(["check", "--probe", "--json", str(wrong_room(tmp_path))], "en") == 2
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == ["colon"]
