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


def test_a_take_holds_every_frame_once_and_in_time(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = room.feed_up_to(START_NS + NS, pictures(120))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 4 * NS, film)
    room.end(START_NS + 4 * NS)
    assert shown(tmp_path / "cam.mp4") == [(round(n / 25, 4), n) for n in range(100)]


def test_pre_roll_begins_at_the_instant_though_the_keyframe_lies_before(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(100))
    room.begin(START_NS + NS + NS // 5)  # five frames behind a keyframe
    room.feed_up_to(START_NS + 3 * NS, film)
    room.end(START_NS + 3 * NS)
    assert shown(tmp_path / "cam.mp4") == [(round(n / 25, 4), n + 30) for n in range(45)]


def test_hold_and_release_leave_no_seam(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(200))
    room.recorder.hold(START_NS + 2 * NS)
    film = room.feed_up_to(START_NS + 6 * NS, film)
    room.recorder.release()
    room.feed(film)
    room.end(START_NS + 8 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(200))
    assert room.parts() == ["cam.mp4"]


def test_a_stop_that_is_not_undone_ends_where_it_was_asked_for(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(200))
    room.recorder.hold(START_NS + 2 * NS)
    room.feed(film)
    room.end(START_NS + 2 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(50))


def test_picture_and_sound_share_one_zero(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    film = room.feed_up_to(START_NS + NS, in_order(pictures(150), sound(6)))
    room.begin(START_NS + NS // 2)
    room.feed_up_to(START_NS + 5 * NS, film)
    room.end(START_NS + 5 * NS)
    path = tmp_path / "programme.mp4"
    after = [(round(n / 25 - 0.5, 4), n) for n in range(13, 125)]
    assert shown(path) == [(0.0, 12), *after]  # picture 12 is on show when the file begins
    assert beeps(path) == [0.5, 1.5, 2.5, 3.5]
