"""The recorder of a track: what a player shows is exactly what was asked for."""

from pathlib import Path

import pytest

from classroom_media.api import NS, Kind
from classroom_media.record.finish import finish
from classroom_media.record.journal import replay
from classroom_media.record.story import tell
from tests.media.record_scene import (
    FRAME_NS,
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
    finish(tmp_path)
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


def reached_ns(room: Room) -> int:
    """How far the muxer has come."""
    progress = room.recorder.progress()
    return progress.written_ns if progress else 0


@pytest.mark.parametrize(("latency_ns", "unwritten"), [(0, 6), (NS // 10, 4), (NS, 1)])
def test_what_comes_late_waits_no_longer_for_a_stop_than_what_comes_in_time(
    tmp_path: Path, latency_ns: int, unwritten: int
) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed(pictures(50), latency_ns=latency_ns)
    written_ns = START_NS + (50 - unwritten) * FRAME_NS
    eventually(lambda: reached_ns(room) >= written_ns)
    assert reached_ns(room) == written_ns
    room.end(START_NS + 2 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(50))


def test_picture_and_sound_share_one_zero(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    film = room.feed_up_to(START_NS + NS, in_order(pictures(150), sound(6)))
    room.begin(START_NS + NS // 2)
    room.feed_up_to(START_NS + 5 * NS, film)
    room.end(START_NS + 5 * NS)
    finish(tmp_path)
    path = tmp_path / "programme.mp4"
    after = [(round(n / 25 - 0.5, 4), n) for n in range(13, 125)]
    assert shown(path) == [(0.0, 12), *after]  # picture 12 is on show when the file begins
    assert beeps(path) == [0.5, 1.5, 2.5, 3.5]


def test_progress_counts_what_is_on_disk(tmp_path: Path) -> None:
    room = Room(tmp_path)
    assert room.recorder.progress() is None
    room.begin(START_NS)
    eventually(lambda: (p := room.recorder.progress()) and p.problem == "waiting")
    room.feed(pictures(100))
    eventually(lambda: (p := room.recorder.progress()) and p.written_ns > START_NS + 3 * NS)
    progress = room.recorder.progress()
    assert progress is not None
    assert (progress.track, progress.part, progress.problem) == ("cam", 1, "")
    assert progress.synced_bytes <= (tmp_path / "cam.mp4").stat().st_size
    on_disk = numbers(tmp_path / "cam.mp4")
    synced = (progress.synced_ns - progress.first_ns) // FRAME_NS
    assert synced <= len(on_disk) < synced + 15  # what is written, but not synced, may be lost
    room.end(START_NS + 4 * NS)
    assert room.recorder.progress() is None


def test_being_told_to_begin_twice_changes_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(120))
    room.begin_again(START_NS)
    room.feed_up_to(START_NS + 4 * NS, film)
    room.end(START_NS + 4 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(100))


def test_a_take_ends_where_the_next_one_begins(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(120))
    room.begin(START_NS + 2 * NS, take=2, lead_in=False)
    room.feed_up_to(START_NS + 4 * NS, film)
    room.end(START_NS + 4 * NS, take=2)
    assert numbers(tmp_path / "cam.mp4") == list(range(50))
    assert numbers(tmp_path / "cam.2.mp4") == list(range(50, 100))


def test_the_daemon_and_the_journal_hear_of_every_part(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 2 * NS, pictures(60))
    room.end(START_NS + 2 * NS)
    assert [(e.what, e.track, e.part, e.kind) for e in room.events] == [
        ("started", "cam", 1, Kind.PICTURE),
        ("sealed", "cam", 1, Kind.PICTURE),
    ]
    (part,) = tell(replay(room.journal)).parts
    assert (part.file, part.zero_ns, part.known_ns) == ("cam.mp4", START_NS, START_NS + 2 * NS)
    assert part.sealed


def test_a_source_lost_in_the_pre_roll_is_recorded_up_to_its_loss(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = room.feed_up_to(START_NS + 3 * NS, pictures(250))
    room.recorder.lost("unplugged")
    room.now_ns += 2 * NS
    room.begin(START_NS + NS)
    eventually(lambda: (p := room.recorder.progress()) and p.problem == "lost")
    room.feed_up_to(START_NS + 8 * NS, [p for p in film if p.dts_ns >= START_NS + 6 * NS])
    room.end(START_NS + 8 * NS)
    assert room.parts() == ["cam.2.mp4", "cam.mp4"]
    finish(tmp_path)
    assert numbers(tmp_path / "cam.mp4") == [*range(25, 77), *range(150, 200)]


def test_closing_seals_what_is_open(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed(pictures(100))
    room.recorder.close()
    assert numbers(tmp_path / "cam.mp4") == list(range(100))
    assert tell(replay(room.journal)).parts[0].sealed


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_sound_alone_is_a_file_of_its_own(tmp_path: Path, rate: int) -> None:
    room = Room(tmp_path, track="cam-sound", streams=("cam-sound",))
    film = room.feed_up_to(START_NS + 2 * NS, sound(8, rate=rate))
    room.begin(START_NS + NS // 2)
    room.feed_up_to(START_NS + 6 * NS, film)
    room.end(START_NS + 6 * NS)
    assert room.parts() == ["cam-sound.m4a"]
    heard = beeps(tmp_path / "cam-sound.m4a", rate)
    assert heard == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5], abs=0.001)
