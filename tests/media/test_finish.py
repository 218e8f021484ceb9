"""The finisher: one file per track, in time, whatever became of the parts."""

import hashlib
import json
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import pytest

from classroom_media.api import NS
from classroom_media.record.boxes import boxes
from classroom_media.record.finish import finish
from classroom_media.record.gather import gather
from classroom_media.record.journal import JOURNAL_FILE, TakeEnded, durably
from classroom_media.record.manifest import Manifest, State
from classroom_media.workers.specs import Endpoints, FinishSpec
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


def test_an_ordinary_lesson_becomes_an_ordinary_file_where_it_lies(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 4 * NS, pictures(120))
    room.end(START_NS + 4 * NS)
    path = tmp_path / "cam.mp4"
    before, was = path.read_bytes(), path.stat()
    manifest = finish(tmp_path)
    (track,) = manifest.tracks
    after = path.read_bytes()
    assert path.stat().st_ino == was.st_ino
    assert after[64:].startswith(before[64:])
    assert kinds(path) == [b"ftyp", b"mdat", b"moov"]
    assert manifest.state is State.FINISHED
    assert (track.file, track.codec, track.width, track.height, track.fps) == (
        "cam.mp4",
        "h264",
        160,
        120,
        25.0,
    )
    assert track.duration_s == pytest.approx(4.0)
    assert track.sha256 == hashlib.sha256(after).hexdigest()
    assert (manifest.gaps, manifest.thumbnail) == ((), "thumbnail.jpg")


def test_a_recording_that_a_crash_cut_off_is_finished_where_it_lies(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 6 * NS, in_order(pictures(200), sound(8)))
    eventually(lambda: (p := room.recorder.progress()) and p.synced_ns > START_NS + 5 * NS)
    crashed = copied(tmp_path, tmp_path / "crashed")
    room.recorder.close()
    path = crashed / "programme.mp4"
    there, was = numbers(path), path.stat().st_ino
    known_ns = START_NS + 3 * NS  # as far as the journal knew when the machine came back
    ended = TakeEnded(at_ns=known_ns, take=1, end_ns=known_ns, reason="outage")
    durably(crashed / JOURNAL_FILE, [ended])
    manifest = finish(crashed, spare_bytes=2 * shutil.disk_usage(crashed).free)
    assert (manifest.state, manifest.gaps) == (State.FINISHED, ())
    assert (path.stat().st_ino, kinds(path)) == (was, [b"ftyp", b"mdat", b"moov"])
    assert numbers(path) == there
    assert len(there) > 5 * 25
    assert finish(crashed) == manifest


def kinds(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [box.kind for box in boxes(file)]


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


@pytest.mark.parametrize("missing", [range(60, 61), range(60, 90)])
def test_pictures_that_never_came_are_told_though_the_part_went_on(
    missing: range, tmp_path: Path
) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = [p for n, p in enumerate(pictures(150)) if n not in missing]
    room.feed_up_to(START_NS + 5 * NS, film)
    room.end(START_NS + 5 * NS)
    (gap,) = finish(tmp_path).gaps
    assert (gap.track, gap.reason) == ("cam", "stalled")
    assert (gap.from_s, gap.to_s) == pytest.approx((missing.start / 25, missing.stop / 25))


def test_a_camera_that_slows_down_in_the_dark_misses_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = [p for n, p in enumerate(pictures(200, gop=1)) if n < 100 or n % 2 == 0]
    room.feed_up_to(START_NS + 7 * NS, film)
    room.end(START_NS + 7 * NS)
    assert finish(tmp_path).gaps == ()


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


def test_who_dies_before_having_synced_anything_leaves_no_picture_twice(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = in_order(pictures(250))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 4 * NS, film)
    room.now_ns += NS
    killed = [room.recorder]
    eventually(lambda: (p := room.recorder.progress()) and p.synced_ns > START_NS + 3 * NS)
    for seconds in (4, 8):  # the second one dies so soon that nothing of it was synced
        room.restarted()
        room.begin_again(START_NS)
        killed.append(room.recorder)
        upto_ns = START_NS + seconds * NS
        room.feed([p for p in film if START_NS + 2 * NS <= p.dts_ns <= upto_ns])
        room.now_ns += NS
        eventually(partial(_has_written, room, upto_ns - NS // 4))
    room.end(START_NS + 8 * NS)
    eventually(lambda: any(e.what == "sealed" for e in room.events))
    assert len(room.parts()) == 3
    finish(copied(tmp_path, tmp_path / "left"))
    assert numbers(tmp_path / "left" / "cam.mp4") == list(range(200))
    for recorder in killed:
        recorder.close()


def test_a_successor_that_places_pictures_half_a_picture_earlier_pushes_out_none(
    tmp_path: Path,
) -> None:
    """A camera's own pictures stand where it took them, those that are encoded on a grid."""
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 4 * NS, in_order(pictures(150), sound(6)))
    eventually(partial(_has_written, room, START_NS + 3 * NS))
    killed = room.recorder
    room.restarted()
    room.begin_again(START_NS)
    later = in_order(pictures(150, from_ns=START_NS - FRAME_NS // 2), sound(6))
    begins_ns = START_NS + 1_962_000_000  # 17 1/3 ms of sound come before the first picture
    room.feed_up_to(START_NS + 5 * NS, [p for p in later if p.dts_ns >= begins_ns])
    room.end(START_NS + 5 * NS)
    finish(copied(tmp_path, tmp_path / "left"))
    assert numbers(tmp_path / "left" / "programme.mp4") == list(range(126))
    killed.close()


def _has_written(room: Room, at_ns: int) -> bool:
    progress = room.recorder.progress()
    return progress is not None and progress.written_ns >= at_ns


def _has_sealed(room: Room) -> bool:
    return any(event.what == "sealed" for event in room.events)


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of two takes and a loss, stopped but not finished."""
    folder = tmp_path_factory.mktemp("parts")
    room = Room(folder, track="programme", streams=("cam", "cam-sound"))
    film = in_order(pictures(300), sound(12))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 3 * NS, film)
    room.recorder.lost("unplugged")
    room.now_ns += NS
    eventually(lambda: any(e.what == "sealed" for e in room.events))
    film = room.feed_up_to(START_NS + 7 * NS, [p for p in film if p.dts_ns > START_NS + 5 * NS])
    room.end(START_NS + 7 * NS, reason="pause")
    film = room.feed_up_to(START_NS + 9 * NS, film)
    room.begin(START_NS + 9 * NS, take=2, lead_in=False, reason="pause")
    room.feed_up_to(START_NS + 11 * NS, film)
    room.end(START_NS + 11 * NS, take=2)
    room.recorder.close()
    return folder


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


FINISH_AND_DIE = """
import os, sys
from pathlib import Path
from classroom_media.record.finish import finish

def finish_until(steps, folder):
    def die(step):
        nonlocal steps
        steps -= 1
        if not steps:
            os._exit(9)
    finish(folder, report=die)

for steps, folder in enumerate(sys.argv[1:], 1):
    if not (child := os.fork()):
        finish_until(steps, Path(folder))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_finisher_killed_after_any_step_can_be_started_again(
    in_parts: Path, tmp_path: Path
) -> None:
    steps: list[str] = []
    wanted = finish(copied(in_parts, tmp_path / "undisturbed"), report=steps.append)
    folders = [copied(in_parts, tmp_path / str(number)) for number in range(1, len(steps) + 1)]
    deaths = subprocess.run(
        [sys.executable, "-c", FINISH_AND_DIE, *folders], check=True, stdout=subprocess.PIPE
    )
    assert deaths.stdout.split() == [b"9"] * len(steps)
    assert {"announced programme.mp4", "removed programme.2.mp4"} <= set(steps)
    for folder in folders:
        assert finish(folder) == wanted
        assert finish(folder) == wanted
        assert left_over(folder) == {
            "journal.jsonl",
            "manifest.json",
            "programme.mp4",
            "thumbnail.jpg",
        }


def left_over(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_without_room_to_join_the_parts_stay_and_are_listed(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "full")
    free = shutil.disk_usage(folder).free
    manifest = finish(folder, spare_bytes=2 * free)
    assert (manifest.state, manifest.problem) == (State.INCOMPLETE, "not-joined")
    assert [(track.file, round(track.start_s, 1)) for track in manifest.tracks] == [
        ("programme.mp4", 0.0),
        ("programme.2.mp4", 5.0),
        ("programme.3.mp4", 7.0),
    ]
    assert all(track.sha256 and track.bytes for track in manifest.tracks)
    assert finish(folder).state is State.FINISHED


def test_what_a_second_folder_of_the_same_disk_holds_is_not_copied(
    in_parts: Path, tmp_path: Path
) -> None:
    folder = copied(in_parts, tmp_path / "first")
    second = tmp_path / "second"
    second.mkdir()
    shutil.copy(folder / JOURNAL_FILE, second)
    for part in (2, 3):
        (folder / f"programme.{part}.mp4").rename(second / f"programme.{part}.mp4")
    apart = {path.name: path.stat().st_ino for path in second.glob("*.mp4")}
    gather(folder, second, spare_bytes=2 * shutil.disk_usage(folder).free)
    assert {name: (folder / name).stat().st_ino for name in apart} == apart
    assert not second.exists()


def test_finishing_never_takes_more_room_than_its_largest_track_again(tmp_path: Path) -> None:
    tracks = {"cam": 1.0, "teacher": 0.0}  # seconds by which each is lost before the other
    rooms = [Room(tmp_path, track=name, streams=(name,)) for name in tracks]
    for room, early_s in zip(rooms, tracks.values(), strict=True):
        film = pictures(200, stream=room.track)
        room.begin(START_NS)
        film = room.feed_up_to(START_NS + 3 * NS - round(early_s * NS), film)
        room.recorder.lost("unplugged")
        room.now_ns += NS
        eventually(partial(_has_sealed, room))
        room.feed_up_to(START_NS + 7 * NS, [p for p in film if p.dts_ns > START_NS + 4 * NS])
    for room in rooms:
        room.end(START_NS + 7 * NS)
    sizes = [sum(path.stat().st_size for path in tmp_path.glob(f"{name}*")) for name in tracks]
    before, used = used_bytes(tmp_path), []
    manifest = finish(tmp_path, report=lambda _step: used.append(used_bytes(tmp_path)))
    assert [track.file for track in manifest.tracks] == ["cam.mp4", "teacher.mp4"]
    assert max(sizes) // 2 < max(used) - before < max(sizes) + min(sizes) // 2
    assert used[-1] < before + min(sizes) // 2


def used_bytes(folder: Path) -> int:
    """What the files of a folder take; some may go away meanwhile."""
    total = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def test_a_part_that_holds_nothing_is_passed_over(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "torn")
    (folder / "programme.2.mp4").write_bytes(b"\0" * 88)
    manifest = finish(folder)
    assert manifest.state is State.FINISHED
    assert numbers(folder / "programme.mp4")[-50:] == list(range(225, 275))


class StopError(Exception):
    """Somebody ends the finisher."""


def test_a_whole_may_take_the_name_of_a_part_that_was_empty(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "empty")
    (folder / "programme.mp4").write_bytes(bytes(88))
    wanted = finish(copied(folder, tmp_path / "undisturbed"))

    def stop(step: str) -> None:
        if step == "thumbnail":
            raise StopError

    with pytest.raises(StopError):
        finish(folder, report=stop)
    assert finish(folder) == wanted
    assert numbers(folder / "programme.mp4")[-50:] == list(range(225, 275))


def test_a_part_that_is_garbage_is_kept_and_told(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "garbage")
    (folder / "programme.2.mp4").write_bytes(b"\xa5" * 10_000)
    manifest = finish(folder)
    assert (manifest.state, manifest.problem) == (State.INCOMPLETE, "unreadable")
    assert {track.file for track in manifest.tracks} == {"programme.mp4", "programme.2.mp4"}


def test_a_track_that_never_came_is_a_gap(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.end(START_NS + 2 * NS)
    manifest = finish(tmp_path)
    assert [(g.track, g.reason, g.length_s) for g in manifest.gaps] == [("cam", "missing", 2.0)]


def test_the_worker_finishes_what_it_is_told_and_says_so(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "r")
    spec = FinishSpec(folder=str(folder), endpoints=Endpoints(commands="", packets=""))
    done = subprocess.run(
        [sys.executable, "-m", "classroom_media.workers.finisher"],
        input=msgspec.json.encode(spec) + b"\n",
        check=False,
        timeout=60,
    )
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    assert (done.returncode, manifest.state) == (0, State.FINISHED)
    assert manifest.looked_through
    thumbnail = (folder / manifest.thumbnail).read_bytes()
    assert thumbnail.startswith(b"\xff\xd8")


@pytest.mark.needs("ffmpeg")
def test_ffprobe_agrees_with_the_manifest(in_parts: Path, tmp_path: Path) -> None:
    folder = copied(in_parts, tmp_path / "r")
    (track,) = finish(folder).tracks
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", track.file],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    assert probe.stderr == b""
    found = json.loads(probe.stdout)
    picture, heard = found["streams"]
    assert (picture["codec_tag_string"], heard["codec_tag_string"]) == ("avc1", "mp4a")
    assert (picture["width"], picture["height"], heard["sample_rate"]) == (160, 120, "48000")
    assert float(found["format"]["duration"]) == pytest.approx(track.duration_s, abs=0.05)
