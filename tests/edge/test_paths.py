"""Folders of a room: the same for everybody who asks, the runtime folder for its owner alone."""

import stat
from pathlib import Path

import pytest

from classroom_edge.paths import DataFolder, default_data_folder, runtime_folder


def test_recordings_go_where_the_desktop_standard_says(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": str(tmp_path)}
    assert default_data_folder("three-1", environ) == tmp_path / "classroom-edge" / "three-1"
    home = default_data_folder("three-1", {})
    assert home == Path.home() / ".local" / "share" / "classroom-edge" / "three-1"


def test_a_relative_data_home_is_passed_over() -> None:
    assert default_data_folder("a", {"XDG_DATA_HOME": "here"}) == default_data_folder("a", {})


def test_the_names_in_the_data_folder_are_a_promise(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.make()
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert names == {"recordings", "ca", "log"}
    assert folder.database.name == "classroom-edge.db"
    assert stat.S_IMODE(folder.certificates.stat().st_mode) == 0o700


def test_two_who_ask_for_one_room_meet(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    first = runtime_folder(tmp_path / "data", "a", environ)
    assert first == runtime_folder(tmp_path / "data" / ".", "a", environ)
    assert first != runtime_folder(tmp_path / "data", "b", environ)
    assert first != runtime_folder(tmp_path / "other", "a", environ)


def test_the_runtime_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path / "data", "a", {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_long_runtime_folder_is_not_used_because_sockets_have_short_names(
    tmp_path: Path,
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    folder = runtime_folder(tmp_path, "a", {"XDG_RUNTIME_DIR": str(long)})
    assert long not in folder.parents
    assert len(bytes(folder / "12345678.ctl")) < 100


def test_a_link_that_somebody_put_there_is_refused(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    folder = runtime_folder(tmp_path / "data", "a", environ)
    folder.rmdir()
    folder.symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(PermissionError):
        runtime_folder(tmp_path / "data", "a", environ)
