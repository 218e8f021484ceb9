"""A part on its way to a slow disk: the next one does not wait, and nothing is said too early."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from classroom_media.api import NS
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.finish import finish
from classroom_media.record.journal import replay
from classroom_media.record.manifest import State
from classroom_media.record.story import Part, tell
from tests.media.record_scene import START_NS, Room, numbers, pictures
from tests.waiting import eventually

CUT = 75  # the first picture after the source was back, a keyframe


class SlowDisk:
    """No sync comes to its end until it is let go; one of the first part may then fail."""

    def __init__(self, folder: Path, *, fails: bool = False) -> None:
        self.lets_go = Event()
        self._bad = folder / "cam.mp4" if fails else None

    def open(self, path: Path) -> DurableFile:
        disk = self

        class File(DurableFile):
            def sync(self) -> None:
                disk.lets_go.wait(30)
                if path == disk._bad:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                super().sync()

        return File(path)


def part_of(room: Room, file: str) -> Part:
    return next(part for part in tell(replay(room.journal)).parts if part.file == file)


def synced_ns(room: Room) -> int:
    progress = room.recorder.progress()
    return progress.synced_ns if progress else 0


def cut_in_two(room: Room) -> None:
    """Lose the source for no time at all: what follows is another part."""
    room.begin(START_NS)
    film = pictures(200)
    room.feed(film[:CUT])
    room.recorder.lost("reconnected")
    room.feed_up_to(START_NS + 7 * NS, film[CUT:])
    second = room.folder / "cam.2.mp4"
    eventually(lambda: second.exists() and second.stat().st_size and numbers(second)[-1] >= 165)


def test_a_part_is_written_while_the_one_before_it_is_still_being_sealed(tmp_path: Path) -> None:
    disk = SlowDisk(tmp_path)
    room = Room(tmp_path, disk=Disk(disk.open, reserve_bytes=0))
    cut_in_two(room)
    assert not part_of(room, "cam.mp4").sealed
    assert synced_ns(room) == START_NS
    disk.lets_go.set()
    eventually(lambda: part_of(room, "cam.mp4").sealed and synced_ns(room) > START_NS + 3 * NS)
    assert [event.part for event in room.events if event.what == "sealed"] == [1]
    room.end(START_NS + 7 * NS)
    assert finish(tmp_path).gaps == ()
    assert numbers(tmp_path / "cam.mp4") == list(range(175))


@pytest.mark.parametrize("second", ["", "other"])
def test_a_part_that_cannot_be_sealed_is_written_again_beside_the_next_one(
    tmp_path: Path, second: str
) -> None:
    first, other = tmp_path / "first", tmp_path / second if second else None
    first.mkdir()
    disk = SlowDisk(first, fails=True)
    room = Room(first, disk=Disk(disk.open, reserve_bytes=0), second=str(other or ""))
    cut_in_two(room)
    disk.lets_go.set()
    eventually(_passing(room, lambda: synced_ns(room) > START_NS + 6 * NS))
    failed = part_of(room, "cam.mp4")
    assert (failed.sealed, failed.ended) == (False, "disk-failed")
    room.end(START_NS + 7 * NS)
    manifest = finish(first, second=other)
    assert (manifest.state, manifest.gaps) == (State.FINISHED, ())
    assert numbers(first / "cam.mp4") == list(range(175))


def _passing(room: Room, is_so: Callable[[], bool]) -> Callable[[], bool]:
    """Let time pass while somebody waits: a disk that failed is tried again after a while."""

    def look() -> bool:
        room.now_ns += NS // 10
        return is_so()

    return look


def test_who_ends_a_take_waits_until_all_of_it_is_on_disk(tmp_path: Path) -> None:
    disk = SlowDisk(tmp_path)
    room = Room(tmp_path, disk=Disk(disk.open, reserve_bytes=0))
    room.begin(START_NS)
    film = room.feed_up_to(START_NS + 3 * NS, pictures(200))
    room.begin(START_NS + 3 * NS, take=2, lead_in=False)  # waits for no disk
    room.feed(film)
    assert not part_of(room, "cam.mp4").sealed
    disk.lets_go.set()
    room.end(START_NS + 7 * NS, take=2)
    assert all(part.sealed for part in tell(replay(room.journal)).parts)
