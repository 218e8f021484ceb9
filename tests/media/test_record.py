"""The recorder of a track: what a player shows is exactly what was asked for."""

from pathlib import Path

from classroom_media.api import NS
from tests.media.record_scene import (
    START_NS,
    Room,
    beeps,
    in_order,
    numbers,
    pictures,
    shown,
    sound,
)

SECOND = 25  # frames


def test_a_take_holds_every_frame_once_and_in_time(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.feed(pictures(100)[:30])
    room.begin(START_NS)
    room.feed(pictures(100)[30:])
    room.recorder.end(START_NS + 4 * NS)
    assert shown(tmp_path / "cam.mp4") == [(round(n / 25, 4), n) for n in range(100)]


def test_pre_roll_begins_at_the_instant_though_the_keyframe_lies_before(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.feed(pictures(100))
    room.begin(START_NS + 1 * NS + NS // 5)  # five frames behind a keyframe
    room.recorder.end(START_NS + 3 * NS)
    assert shown(tmp_path / "cam.mp4") == [(round(n / 25, 4), n + 30) for n in range(45)]


def test_hold_and_release_leave_no_seam(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed(pictures(200)[:60])
    room.recorder.hold(START_NS + 2 * NS)
    room.feed(pictures(200)[60:150])
    room.recorder.release()
    room.feed(pictures(200)[150:])
    room.recorder.end(START_NS + 8 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(200))
    assert [path.name for path in tmp_path.glob("cam*")] == ["cam.mp4"]


def test_picture_and_sound_share_one_zero(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    room.feed(in_order(pictures(150), sound(6)))
    room.begin(START_NS + NS // 2)
    room.recorder.end(START_NS + 5 * NS)
    path = tmp_path / "programme.mp4"
    assert numbers(path) == list(range(12, 125)) or numbers(path) == list(range(13, 125))
    assert beeps(path) == [0.5, 1.5, 2.5, 3.5]
