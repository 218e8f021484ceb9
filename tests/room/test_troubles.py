"""What a room does when a camera goes away, and when the disk is full: it goes on by itself."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from classroom_media.emulate import inspection
from tests.ports import free_port
from tests.room.camera_thread import plugged_camera
from tests.room.demo_room import DemoRoom, own_room
from tests.waiting import eventually

pytestmark = pytest.mark.alone

ROOM = """
[room]
id = "troubles-{panel}"
name = "Troubles"
language = "en"

[network]
port = {panel}

[recording]
width = 640
height = 360
bitrate_kbps = 600

[[source]]
id = "camera"
name = "Camera"
url = "rtsp://127.0.0.1:{camera}/camera"

[[source]]
id = "pattern"
name = "Pattern"
url = "pattern://?size=640x360&fps=25&tone=1000"
sound = true

[programme]
layout = "single"
sources = ["camera"]
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def write_room(folder: Path) -> tuple[Path, int, int]:
    panel, camera = free_port(), free_port()
    config = folder / "room.toml"
    config.write_text(ROOM.format(panel=panel, camera=camera), encoding="utf-8")
    return config, panel, camera


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))


def source(room: DemoRoom, name: str) -> Any:
    return next(one for one in room.state()["sources"] if one["id"] == name)


def track(room: DemoRoom, name: str) -> Any:
    return next((one for one in room.state()["recording"]["tracks"] if one["name"] == name), {})


def seconds(room: DemoRoom, name: str) -> float:
    return float(track(room, name).get("seconds_on_disk", 0.0))


@pytest.mark.timeout(240)
def test_a_camera_that_goes_and_comes_is_a_slate_a_problem_and_a_gap(tmp_path: Path) -> None:
    config, panel, port = write_room(tmp_path)
    with plugged_camera(port) as camera, own_room(config, panel, tmp_path / "data") as room:
        recording = room.start_recording(title="a camera goes", pre_roll=False)
        eventually(lambda: seconds(room, "camera") > 3)
        camera.unplug()
        eventually(lambda: source(room, "camera")["state"] == "lost", within_s=8)
        problem = eventually(
            lambda: [p for p in room.state()["problems"] if p["subject"] == "camera"]
        )
        assert problem[0]["action"]["title"]["en"]
        before = seconds(room, "programme")
        eventually(lambda: seconds(room, "programme") > before + 3, within_s=20)
        camera.plug()
        eventually(lambda: source(room, "camera")["state"] == "live", within_s=10)
        again = seconds(room, "camera")
        eventually(lambda: seconds(room, "camera") > again + 2, within_s=20)
        eventually(lambda: not room.state()["problems"], within_s=10)
        manifest = room.stop_recording(recording)
        folder = room.folder(recording)
    assert [gap["track"] for gap in manifest["gaps"]] == ["camera"]
    gap = manifest["gaps"][0]
    seen = inspection.pictures(folder / "camera.mp4")
    shown = inspection.pictures(folder / "programme.mp4")
    at: dict[int | None, float] = {}
    for picture in shown:  # the last picture is held for a moment before the slate
        at.setdefault(picture.number, picture.at_s)
    apart = [p.at_s - at[p.number] for p in seen if p.number is not None and p.number in at]
    assert len(apart) > 100
    assert max(map(abs, apart)) <= 0.041  # before the gap and after it
    slates = [p for p in shown if gap["from_s"] + 1.5 < p.at_s < gap["to_s"] - 0.5]
    assert slates
    assert all(picture.number is None for picture in slates)


@pytest.mark.needs("tmpfs-root")
@pytest.mark.timeout(300)
def test_a_full_disk_ends_nothing_and_recording_goes_on_when_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    config, panel, port = write_room(tmp_path)
    with plugged_camera(port), own_room(config, panel, small_disk / "data") as room:
        recording = room.start_recording(title="full", pre_roll=False)
        eventually(lambda: seconds(room, "programme") > 3)
        ballast = small_disk / "ballast"
        with pytest.raises(OSError, match="space"):
            fill(ballast)
        eventually(lambda: track(room, "programme").get("state") == "disk-full", within_s=40)
        full = eventually(
            lambda: [p for p in room.state()["problems"] if p["code"].startswith("E-DSK")]
        )
        assert full[0]["action"]["title"]["zh-CN"]
        eventually(lambda: not room.state()["recording"]["light"])  # 3 s after the last byte
        ballast.unlink()
        before = seconds(room, "programme")
        eventually(lambda: seconds(room, "programme") > before + 3, within_s=30)
        assert room.state()["recording"]["light"]
        manifest = room.stop_recording(recording)
        folder = room.folder(recording)
        for entry in manifest["tracks"]:
            with av.open(folder / entry["file"]) as file:
                assert sum(packet.size for packet in file.demux()) > 0
        # What the rings still held when there was room again is not lost: a gap is no must.
        assert "crash" not in {gap["reason"] for gap in manifest["gaps"]}
