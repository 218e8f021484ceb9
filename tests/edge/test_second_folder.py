"""A disk for recordings that fills up in the middle of a lesson, and another one beside it."""

import asyncio
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from classroom_edge.services.finishing import FinishingService
from classroom_edge.services.places import Places
from classroom_media.api import NS
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.finish import finish
from classroom_media.record.manifest import State, read_manifest, write_manifest
from tests.edge.room_at_work import ME, ROOM, at_work, finished, seconds
from tests.media.record_scene import START_NS, Room, numbers, pictures
from tests.waiting import eventually_async

pytestmark = pytest.mark.alone

FOLDERS = '[recording]\nfolder = "{first}"\nsecond_folder = "{second}"\n'
DISK_BYTES = 40 << 20
LEFT_BYTES = 300 << 10  # less than the recorders leave alone, enough for the journal


class Full(DurableFile):
    """A file on a full disk."""

    def write(self, data: bytes, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]
    subprocess.run(["mount", *options, str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.needs("tmpfs-root")
async def test_a_lesson_goes_on_on_another_disk_and_is_brought_together(
    tmp_path: Path, disk: Path
) -> None:
    second, ballast = tmp_path / "second", disk / "ballast"
    second.mkdir()
    text = ROOM.replace("[recording]\n", FOLDERS.format(first=disk, second=second))
    async with at_work(tmp_path, text) as daemon:
        id_ = await daemon.recorder.start(ME)
        await seconds(daemon, 0.5)
        ballast.write_bytes(bytes(DISK_BYTES - LEFT_BYTES - (1 << 20)))
        await eventually_async(
            lambda: "E-DSK-005" in {one.code for one in daemon.state().problems}, within_s=15
        )
        await seconds(daemon, 1.5)
        await daemon.recorder.stop(ME)
        ballast.unlink()
        manifest = await finished(daemon, id_)
    assert (manifest.state, manifest.gaps) == (State.FINISHED, ())
    assert {track.file for track in manifest.tracks} == {
        "programme.mp4",
        "teacher.mp4",
        "teacher-sound.m4a",
        "pupils.mp4",
    }
    assert list(second.iterdir()) == []


@pytest.mark.needs("tmpfs-root")
async def test_a_recording_that_is_apart_is_brought_together_after_a_later_one(
    tmp_path: Path, disk: Path
) -> None:
    places = Places(tmp_path / "first", disk / "second")
    first, second = places.of("r")
    first.mkdir(parents=True)
    second.parent.mkdir()
    either = Disk(lambda path: Full(path) if path.parent == first else DurableFile(path), 0)
    room = Room(first, disk=either, second=str(second))
    room.begin(START_NS)
    room.feed_up_to(START_NS + 3 * NS, pictures(100))
    room.end(START_NS + 3 * NS)
    room.recorder.close()
    no_room = 2 * shutil.disk_usage(first).free
    assert finish(first, second=second, spare_bytes=no_room).state is State.INCOMPLETE
    later, _second = places.of("s")
    later.mkdir()
    write_manifest(later, msgspec.structs.replace(read_manifest(first), state=State.FINISHED))
    service = FinishingService(
        places=places, runtime=tmp_path, log=tmp_path / "log", changed=lambda: None
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(service.run())
        service.finish(later)
        await service.at_rest()
        running.cancel()
    assert read_manifest(first).state is State.FINISHED
    assert numbers(first / "cam.mp4") == list(range(75))
    assert not second.exists()
