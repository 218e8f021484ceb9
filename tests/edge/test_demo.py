"""The demo's own file and ports."""

import socket
from pathlib import Path

import pytest
import typer

from classroom_edge import lock
from classroom_edge.commands.demo import demo, room_text
from classroom_edge.config import Config, load
from classroom_edge.demo.ports import Ports
from classroom_edge.paths import room_lock
from classroom_edge.profiles import Profile


@pytest.mark.parametrize("footage", [True, False])
def test_the_demos_room_is_a_right_room(tmp_path: Path, *, footage: bool) -> None:
    config = room_of(tmp_path, Profile.STUDIO, footage=footage)
    assert [source.id for source in config.sources][:3] == ["teacher", "pupils", "slides"]
    assert len(config.sources) == 3 + footage
    assert config.profile is Profile.STUDIO


def test_the_demo_shows_an_ordinary_classroom_too(tmp_path: Path) -> None:
    config = room_of(tmp_path, Profile.ROUTINE, footage=True)
    assert [source.id for source in config.sources] == ["teacher", "slides"]
    assert config.profile is Profile.ROUTINE


def room_of(folder: Path, profile: Profile, *, footage: bool) -> Config:
    room = folder / "room.toml"
    room.write_text(room_text(8088, Ports.free(), profile, footage=footage), encoding="utf-8")
    return load(room)


def test_a_second_demo_is_refused_before_it_touches_the_first_ones_file(tmp_path: Path) -> None:
    room = tmp_path / "room.toml"
    room.write_text("the first one's", encoding="utf-8")
    with lock.hold(room_lock(room, "demo"), "demo"), pytest.raises(typer.Exit) as refusal:
        demo(8088, tmp_path)
    assert refusal.value.exit_code == 2
    assert room.read_text("utf-8") == "the first one's"


def test_ports_are_kept_from_one_demo_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    assert Ports.kept(file) == Ports.kept(file)


def test_ports_that_somebody_else_uses_are_chosen_anew(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    before = Ports.kept(file)
    with socket.socket() as other:
        other.bind(("127.0.0.1", before.rtsp))
        other.listen()
        assert Ports.kept(file).rtsp != before.rtsp
