"""A backup every night, by a clock that the test turns: nights missed, a folder away or full."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classroom_edge.config import load
from classroom_edge.library.backup.restoring import restore
from classroom_edge.library.backup.service import Backups
from classroom_edge.library.card import read_card
from tests.edge.keeping.test_backup import Attic, attic, elsewhere

__all__ = ["attic"]

HOUR = timedelta(hours=1)
EVENING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # 20:00 in the room
DISK_BYTES = 1 << 20


@dataclass
class Room:
    """A room that makes its backups, and its clock."""

    attic: Attic
    now: datetime = EVENING

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin, as after a power cut: nothing is remembered."""
        self.backups = Backups(
            room=self.attic.toml,
            config=load(self.attic.toml),
            folder=self.attic.data,
            changed=lambda: None,
            clock=lambda: self.now,
        )

    @property
    def nights(self) -> Path:
        return self.attic.toml.parent / "nights"

    @property
    def made(self) -> list[str]:
        """When those in the folder were made, by the room's clock."""
        names = sorted(one.name for one in self.nights.glob("*.backup"))
        return [name.split("-", 3)[3].removesuffix(".backup") for name in names]

    @property
    def problem(self) -> str:
        return "".join(f"{one.code} {one.values['text']}" for one in self.backups.findings())

    async def on_for(self, hours: float) -> None:
        """Let time pass while the room is on; it looks every ten minutes."""
        for _look in range(round(hours * 6)):
            self.now += HOUR / 6
            await self.backups.look()


@pytest.fixture
def room(attic: Attic) -> Room:
    made = Room(attic)
    made.nights.mkdir()
    return made


@pytest.fixture
def small_disk(room: Room) -> Iterator[Path]:
    """The folder of backups on a disk of its own, of 1 MB."""
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]
    subprocess.run(["mount", *options, str(room.nights)], check=True)
    yield room.nights
    subprocess.run(["umount", "-l", str(room.nights)], check=True)


async def test_one_is_made_every_night_and_the_oldest_goes(room: Room) -> None:
    await room.on_for(6)
    assert room.made == ["20261120-201000"]  # there was none of the night before
    await room.on_for(1)
    assert room.made == ["20261120-201000", "20261121-030000"]
    await room.on_for(48)
    assert room.made == ["20261122-030000", "20261123-030000"]
    assert room.problem == ""


async def test_after_nights_without_power_one_is_made_at_the_next_start(room: Room) -> None:
    await room.on_for(8)
    room.now += timedelta(days=2, hours=3)  # off, until 07:00 of a later day
    room.start()
    await room.on_for(0.5)
    assert room.made == ["20261121-030000", "20261123-071000"]
    room.start()  # and again: today's is there
    await room.on_for(2)
    assert len(room.made) == 2


async def test_a_folder_that_is_away_is_told_and_used_when_it_is_back(room: Room) -> None:
    away = room.nights.rename(room.nights.with_name("away"))
    await room.on_for(8)
    assert room.problem == "E-BAK-001 文件夹不存在。"
    assert not room.nights.exists()  # nothing is put on the disk of this machine instead
    away.rename(room.nights)
    await room.on_for(1)
    assert room.problem == ""
    assert room.made == ["20261121-050000"]


@pytest.mark.needs("tmpfs-root")
async def test_a_full_folder_is_told_keeps_what_it_has_and_is_used_again(
    room: Room, small_disk: Path
) -> None:
    await room.on_for(8)
    before, ballast = room.made, small_disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free))
    await room.on_for(24)
    assert room.problem == "E-BAK-001 文件夹所在磁盘空间不足。"
    assert [one.name for one in small_disk.glob(".*")] == []
    assert room.made == before
    ballast.unlink()
    await room.on_for(1)
    assert (room.problem, room.made[-1]) == ("", "20261122-050000")


async def test_the_newest_of_the_nights_brings_the_room_back(room: Room) -> None:
    await room.on_for(32)
    toml, data = elsewhere(room.attic)
    newest = max(room.nights.iterdir())
    done = restore(newest, toml, data, "")
    assert done.recordings == 2
    assert read_card(data / "recordings" / room.attic.ids[0]).title == "Fractions"
