"""A running room whose disk for recordings fills up in the middle of a lesson."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_media.record.manifest import State
from tests.edge.room_at_work import ME, ROOM, at_work, finished, seconds
from tests.waiting import eventually_async

pytestmark = pytest.mark.alone

FOLDERS = '[recording]\nfolder = "{first}"\nsecond_folder = "{second}"\n'
DISK_BYTES = 40 << 20
LEFT_BYTES = 300 << 10  # less than the recorders leave alone, enough for the journal


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
        id_ = await daemon.start_recording(ME)
        await seconds(daemon, 0.5)
        ballast.write_bytes(bytes(DISK_BYTES - LEFT_BYTES - (1 << 20)))
        await eventually_async(
            lambda: "E-DSK-005" in {one.code for one in daemon.state().problems}, within_s=15
        )
        await seconds(daemon, 1.5)
        await daemon.stop_recording(ME)
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
