"""What the disk and the source may do to a recorder, and what is left of it: everything else."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import msgspec
import pytest

from classroom_media.api import NS
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.finish import finish
from classroom_media.record.manifest import State
from tests.media.record_scene import (
    FPS,
    START_NS,
    Room,
    at_once,
    beeps,
    in_order,
    numbers,
    pictures,
    shown,
    sound,
)
from tests.waiting import eventually

pytestmark = pytest.mark.alone


class Quota:
    """A disk of so many bytes, shared by all files on it."""

    def __init__(self, room_bytes: int) -> None:
        self.room_bytes = room_bytes

    def open(self, path: Path) -> DurableFile:
        return QuotaFile(path, self)


class QuotaFile(DurableFile):
    """Writes as much as the quota allows, then fails as a full disk does."""

    def __init__(self, path: Path, quota: Quota) -> None:
        super().__init__(path, start=at_once)
        self._quota = quota

    def write(self, data: bytes, /) -> int:
        fits = data[: max(self._quota.room_bytes, 0)]
        self._quota.room_bytes -= len(fits)
        super().write(fits)
        if len(fits) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)


class FailsToSync:
    """A disk on which one sync fails, as after a write-back error."""

    def __init__(self, at: int) -> None:
        self.syncs_left = at

    def open(self, path: Path) -> DurableFile:
        disk = self

        class File(DurableFile):
            def sync(self) -> None:
                disk.syncs_left -= 1
                if disk.syncs_left == 0:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                super().sync()

        return File(path, start=at_once)


def problem(room: Room) -> str | None:
    progress = room.recorder.progress()
    return progress.problem if progress else None


def written_ns(room: Room) -> int:
    progress = room.recorder.progress()
    return progress.written_ns if progress else 0


def let_time_pass(room: Room, seconds: int) -> None:
    room.now_ns += seconds * NS


def test_a_full_disk_is_reported_and_recording_goes_on_when_there_is_room(tmp_path: Path) -> None:
    quota = Quota(20_000)
    room = Room(tmp_path, disk=Disk(open=quota.open, reserve_bytes=0))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 6 * NS, pictures(250))
    eventually(lambda: problem(room) == "disk-full")
    written = numbers(tmp_path / "cam.mp4")
    assert written == list(range(len(written)))
    assert len(written) > 25
    quota.room_bytes = 10_000_000
    film = room.feed_up_to(START_NS + 9 * NS, film)
    eventually(lambda: problem(room) == "")
    room.end(START_NS + 9 * NS)
    manifest = finish(tmp_path)
    assert numbers(tmp_path / "cam.mp4") == list(range(225))
    assert (manifest.state, manifest.gaps) == (State.FINISHED, ())


def test_what_the_ring_could_not_hold_is_a_gap_with_its_reason(tmp_path: Path) -> None:
    quota = Quota(20_000)
    room = Room(tmp_path, ring_s=2.0, disk=Disk(open=quota.open, reserve_bytes=0))
    room.begin(START_NS)
    film = pictures(300)
    for second in range(1, 9):
        film = room.feed_up_to(START_NS + second * NS, film)
        eventually(lambda: problem(room) == "disk-full" or written_ns(room) > room.now_ns - NS)
    assert problem(room) == "disk-full"
    quota.room_bytes = 10_000_000
    room.feed_up_to(START_NS + 11 * NS, film)
    eventually(lambda: problem(room) == "")
    room.end(START_NS + 11 * NS)
    (gap,) = finish(tmp_path).gaps
    film_there = shown(tmp_path / "cam.mp4")
    assert gap.reason == "disk-full"
    assert all(second == pytest.approx(number / 25, abs=0.001) for second, number in film_there)
    missing = set(range(275)) - {number for _second, number in film_there}
    assert gap.length_s == pytest.approx(len(missing) / 25, abs=0.001)


def test_the_reserve_is_left_for_sealing(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    room = Room(tmp_path, disk=Disk(DurableFile, reserve_bytes=2 * free, reserve_share=1))
    room.begin(START_NS)
    room.feed(pictures(100))
    eventually(lambda: problem(room) == "disk-full")
    room.end(START_NS + 4 * NS)
    assert room.parts() == []


def test_a_failed_sync_loses_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path, disk=Disk(open=FailsToSync(at=3).open, reserve_bytes=0))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 3 * NS, pictures(120))
    eventually(lambda: problem(room) == "disk-failed")
    let_time_pass(room, 3)
    eventually(lambda: problem(room) == "")
    room.feed(film)
    room.end(START_NS + 4 * NS)
    finish(tmp_path)
    assert numbers(tmp_path / "cam.mp4") == list(range(100))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of a recording, and its folder on another disk."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    return first, second


def fails(folder: Path, disk: Quota | FailsToSync) -> Disk:
    """Disks of which the one under a folder fails."""
    return Disk(lambda p: disk.open(p) if p.parent == folder else DurableFile(p), reserve_bytes=0)


@pytest.mark.parametrize(
    ("disk", "why"), [(Quota(20_000), "disk-full"), (FailsToSync(at=3), "disk-failed")]
)
def test_when_a_disk_fails_the_take_goes_on_on_another(
    folders: tuple[Path, Path], disk: Quota | FailsToSync, why: str
) -> None:
    first, second = folders
    room = Room(first, disk=fails(first, disk), second=str(second))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 6 * NS, pictures(250))
    eventually(lambda: written_ns(room) > START_NS + 5 * NS)
    progress = room.recorder.progress()
    assert progress is not None
    assert (progress.elsewhere, progress.problem) == (why, "")
    assert [path.name for path in second.glob("*.mp4")] == ["cam.1001.mp4"]
    room.feed_up_to(START_NS + 9 * NS, film)
    room.end(START_NS + 9 * NS)
    manifest = finish(first, second=second)
    assert numbers(first / "cam.mp4") == list(range(225))
    assert (manifest.state, manifest.gaps) == (State.FINISHED, ())
    assert not second.exists()


@pytest.mark.needs("tmpfs-root")
def test_what_cannot_be_brought_together_is_listed_where_it_is(
    folders: tuple[Path, Path], small_disk: Path
) -> None:
    first, second = folders[0], small_disk / "second"
    room = Room(first, disk=fails(first, Quota(20_000)), second=str(second))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 9 * NS, pictures(250))
    room.end(START_NS + 9 * NS)
    manifest = finish(first, second=second, spare_bytes=2 * shutil.disk_usage(first).free)
    assert manifest.state is State.INCOMPLETE
    assert [(track.file, track.problem) for track in manifest.tracks] == [
        ("cam.mp4", "not-joined"),
        ("cam.1001.mp4", "elsewhere"),
    ]
    assert finish(first, second=second).state is State.FINISHED
    assert numbers(first / "cam.mp4") == list(range(225))


class StuckDisk:
    """A disk that stands still, at the first write or sync, until it is told to go on."""

    def __init__(self, at: str) -> None:
        self._at = at
        self._stuck = Event()
        self.goes_on = Event()

    def stands_still(self) -> bool:
        return self._stuck.wait(10)

    def open(self, path: Path) -> DurableFile:
        disk = self

        class File(DurableFile):
            def write(self, data: bytes, /) -> int:
                disk.wait("write")
                return super().write(data)

            def sync(self) -> None:
                disk.wait("sync")
                super().sync()

        return File(path)

    def wait(self, at: str) -> None:
        if at == self._at:
            self._stuck.set()
            self.goes_on.wait(30)


def test_while_a_disk_syncs_the_file_grows_so_that_a_kill_costs_no_more(tmp_path: Path) -> None:
    disk = StuckDisk(at="sync")
    room = Room(tmp_path, disk=Disk(open=disk.open, reserve_bytes=0))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + NS, pictures(250))
    assert disk.stands_still()
    room.feed_up_to(START_NS + 7 * NS, film)
    eventually(lambda: numbers(tmp_path / "cam.mp4")[-1] >= 6.5 * FPS)
    assert synced_s(room) < 1
    disk.goes_on.set()
    eventually(lambda: synced_s(room) > 0)
    room.end(START_NS + 7 * NS)
    assert finish(tmp_path).gaps == ()
    assert numbers(tmp_path / "cam.mp4") == list(range(175))


def synced_s(room: Room) -> float:
    progress = room.recorder.progress()
    return (progress.synced_ns - START_NS) / NS if progress else 0.0


@pytest.mark.parametrize(
    ("ring_s", "lost", "reasons"),
    [(15.0, range(1), []), (4.0, range(75, 126), ["slow-disk"])],
    ids=["deep", "flat"],
)
def test_a_disk_may_stand_still_for_as_long_as_the_ring_is_deep(
    tmp_path: Path, ring_s: float, lost: range, reasons: list[str]
) -> None:
    disk = StuckDisk(at="write")
    room = Room(tmp_path, ring_s=ring_s, disk=Disk(open=disk.open, reserve_bytes=0))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + NS, pictures(250))
    assert disk.stands_still()
    room.feed_up_to(START_NS + 9 * NS, film)
    disk.goes_on.set()
    room.end(START_NS + 9 * NS)
    manifest = finish(tmp_path)
    there = shown(tmp_path / "cam.mp4")
    assert all(second == pytest.approx(number / 25, abs=0.001) for second, number in there)
    assert 225 - len(there) in lost
    assert [gap.reason for gap in manifest.gaps] == reasons


def test_another_picture_size_is_another_part(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    room.feed(pictures(100))
    larger = pictures(110, from_ns=START_NS + 4 * NS, first=100, size=(320, 240))
    room.feed_up_to(START_NS + 8 * NS, larger)
    room.end(START_NS + 8 * NS)
    manifest = finish(tmp_path)
    assert numbers(tmp_path / "cam.mp4") == list(range(100))
    assert numbers(tmp_path / "cam.2.mp4") == list(range(100, 200))
    assert [(t.name, t.file, t.width, t.start_s) for t in manifest.tracks] == [
        ("cam", "cam.mp4", 160, 0.0),
        ("cam", "cam.2.mp4", 320, 4.0),
    ]
    assert manifest.gaps == ()


@pytest.mark.parametrize("jump_s", [-3600, 3600, -2, 60])
def test_a_camera_whose_clock_jumps_stays_on_the_timeline(tmp_path: Path, jump_s: int) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = pictures(200)
    room.feed(film[:100])
    for packet in film[100:]:
        room.now_ns = packet.pts_ns + NS // 20
        room.recorder.feed(
            msgspec.structs.replace(
                packet, pts_ns=packet.pts_ns + jump_s * NS, dts_ns=packet.dts_ns + jump_s * NS
            )
        )
    room.end(START_NS + 8 * NS)
    finish(tmp_path)
    assert shown(tmp_path / "cam.mp4") == [(round(n / 25, 4), n) for n in range(200)]


def test_a_dead_worker_s_successor_continues_the_take(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 3 * NS, pictures(250))
    eventually(lambda: (p := room.recorder.progress()) and p.synced_ns > START_NS + 2 * NS)
    room.restarted()  # the first one is never heard of again, and seals nothing
    room.begin_again(START_NS)
    room.feed_up_to(START_NS + 9 * NS, [p for p in film if p.dts_ns > START_NS + 5 * NS])
    room.end(START_NS + 9 * NS)
    manifest = finish(tmp_path)
    film_there = shown(tmp_path / "cam.mp4")
    assert all(second == pytest.approx(number / 25, abs=0.001) for second, number in film_there)
    assert [number for _second, number in film_there][-75:] == list(range(150, 225))
    assert [gap.reason for gap in manifest.gaps] == ["crash"]
    assert room.parts() == ["cam.mp4"]


def test_a_short_loss_begins_another_part_all_the_same(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = pictures(200)
    room.begin(START_NS)
    room.feed(film[:88])
    room.recorder.lost("reconnected")
    room.feed_up_to(START_NS + 7 * NS, film[100:])
    room.end(START_NS + 7 * NS)
    assert numbers(tmp_path / "cam.mp4") == list(range(88))
    assert numbers(tmp_path / "cam.2.mp4") == list(range(100, 175))


def test_sound_that_comes_late_is_in_the_programme_from_then_on(tmp_path: Path) -> None:
    room = Room(tmp_path, track="programme", streams=("cam", "cam-sound"))
    room.begin(START_NS)
    room.feed(pictures(100))
    eventually(lambda: any(event.what == "started" for event in room.events))
    rest = in_order(
        pictures(200)[100:], [p for p in sound(8) if p.dts_ns > START_NS + 4 * NS + NS // 2]
    )
    room.feed_up_to(START_NS + 7 * NS, rest)
    room.end(START_NS + 7 * NS)
    finish(tmp_path)
    assert numbers(tmp_path / "programme.mp4") == list(range(175))
    assert beeps(tmp_path / "programme.mp4") == [5.0, 6.0]


def test_nothing_of_a_pause_is_hidden_in_any_file(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 2 * NS + NS // 3, pictures(300))
    room.end(START_NS + 2 * NS + NS // 3, reason="pause")
    film = room.feed_up_to(START_NS + 6 * NS + NS // 3, film)
    room.begin(START_NS + 6 * NS + NS // 3, take=2, lead_in=False, reason="pause")
    film = room.feed_up_to(START_NS + 9 * NS, film)
    room.end(START_NS + 9 * NS, take=2)
    allowed = {*range(59), *range(175, 225)}
    for name in room.parts():
        assert set(hidden_too(tmp_path / name)) <= allowed
    finish(tmp_path)
    assert hidden_too(tmp_path / "cam.mp4") == [*range(59), *range(175, 225)]


def hidden_too(path: Path) -> list[int]:
    """Every picture in a file, edit list or not."""
    return numbers(path, ignore_editlist=True)


def test_pictures_that_lean_on_later_ones_are_cut_cleanly(tmp_path: Path) -> None:
    room = Room(tmp_path)
    film = room.feed_up_to(START_NS + 2 * NS, pictures(200, bframes=2))
    room.begin(START_NS + NS + NS // 2)
    room.feed_up_to(START_NS + 6 * NS, film)
    room.end(START_NS + 6 * NS)
    finish(tmp_path)
    there = numbers(tmp_path / "cam.mp4")
    assert there == list(range(there[0], there[-1] + 1))
    assert there[0] in {37, 38}
    assert 146 <= there[-1] <= 149


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 1 MiB."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.needs("tmpfs-root")
def test_a_real_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(970_000))
    disk = Disk(partial(DurableFile, start=at_once), reserve_bytes=16_384)
    room = Room(small_disk, disk=disk)
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 14 * NS, pictures(450, gop=5))
    eventually(lambda: problem(room) == "disk-full")
    written = numbers(small_disk / "cam.mp4")
    assert written == list(range(len(written)))
    ballast.unlink()
    room.feed_up_to(START_NS + 17 * NS, film)
    eventually(lambda: problem(room) == "")
    room.end(START_NS + 17 * NS)
    manifest = finish(small_disk, spare_bytes=65_536)
    assert manifest.state is State.FINISHED
    assert numbers(small_disk / "cam.mp4") == list(range(425))
