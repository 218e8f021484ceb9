"""The finisher: one file per track, in time, whatever became of the parts."""

import hashlib
from pathlib import Path

import pytest

from classroom_media.api import NS
from classroom_media.record.finish import finish
from classroom_media.record.manifest import State
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
from tests.waiting import eventually


def test_an_ordinary_lesson_is_left_as_it_was_recorded(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 4 * NS, pictures(120))
    room.end(START_NS + 4 * NS)
    before = (tmp_path / "cam.mp4").read_bytes()
    manifest = finish(tmp_path)
    (track,) = manifest.tracks
    assert (tmp_path / "cam.mp4").read_bytes() == before
    assert manifest.state is State.FINISHED
    assert (track.file, track.codec, track.width, track.height, track.fps) == (
        "cam.mp4",
        "h264",
        160,
        120,
        25.0,
    )
    assert track.duration_s == pytest.approx(4.0)
    assert track.sha256 == hashlib.sha256(before).hexdigest()
    assert (manifest.gaps, manifest.thumbnail) == ((), "thumbnail.jpg")


def test_a_pause_leaves_nothing_of_itself_in_the_file(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    film = in_order(pictures(250), sound(10))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS, film)
    room.end(START_NS + 2 * NS, reason="pause")
    film = room.feed_up_to(START_NS + 5 * NS, film)
    room.begin(START_NS + 5 * NS, take=2, lead_in=False, reason="pause")
    room.feed_up_to(START_NS + 8 * NS, film)
    room.end(START_NS + 8 * NS, take=2)
    manifest = finish(tmp_path)
    path = tmp_path / "programme.mp4"
    assert room.parts() == ["programme.mp4"]
    assert numbers(path) == [*range(50), *range(125, 200)]
    assert shown(path)[50] == (2.0, 125)
    assert beeps(path) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0], abs=0.03)
    assert [(g.reason, g.from_s, g.length_s) for g in manifest.gaps] == [("pause", 2.0, 3.0)]


def test_a_hole_keeps_later_frames_at_their_time(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    film = in_order(pictures(250), sound(10))
    room.begin(START_NS)
    room.feed([p for p in film if p.dts_ns < START_NS + 3 * NS + NS // 2])
    room.recorder.lost("connection refused")
    room.now_ns += NS
    eventually(lambda: any(e.what == "sealed" for e in room.events))
    back_ns = START_NS + 6 * NS - NS // 4  # the next keyframe comes at 6 s
    room.feed_up_to(START_NS + 9 * NS, [p for p in film if p.dts_ns >= back_ns])
    room.end(START_NS + 9 * NS)
    manifest = finish(tmp_path)
    path = tmp_path / "programme.mp4"
    assert shown(path) == [(round(n / 25, 4), n) for n in [*range(88), *range(150, 225)]]
    assert beeps(path) == [0.0, 1.0, 2.0, 3.0, 6.0, 7.0, 8.0]
    (gap,) = manifest.gaps
    assert (gap.track, gap.reason) == ("programme", "connection refused")
    assert gap.length_s == pytest.approx(2.48, abs=0.01)
