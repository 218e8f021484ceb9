#!/usr/bin/env python3
"""A disk that fills during a lesson: told before, freed of what may go, and the lesson saved.

    python benchmarks/full_disk.py [--megabytes 160] [--json] [--quick]

A room records two real sources onto a tmpfs of its own. Beside them lie older recordings: two that
were delivered, one that was not, one that is held. Then something else on the machine eats the
disk, twice:

  short   less is free than room.toml wants: what was delivered must go, oldest first, while the
          recording goes on without a gap
  full    nothing more may be deleted, and nothing but what recorders leave alone is free: what was
          recorded until then must be finished there and then, every checksum right, and what was
          not delivered or is held must still be there

Exit status 1 when a promise was broken; 2 where nothing can be mounted (it takes root, and Linux).
`--quick` leaves out the second.
"""

import argparse
import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from classroom_edge.daemon import Daemon
from classroom_edge.library.card import Card, write_card
from classroom_edge.library.deliver.receipts import Delivered, add_receipt
from classroom_edge.library.deliver.target import Proof, Receipt
from classroom_edge.library.keeping.removals import REMOVALS_FILE, read_removals
from classroom_media.record.manifest import Manifest, State, Track, write_manifest
from classroom_media.record.verify import Verified, verify
from tests.edge.room_at_work import ME, ROOM, at_work, finished, seconds
from tests.waiting import eventually_async

FREE_PERCENT: Final = 40  # that room.toml wants
OLD_SHARE: Final = 0.08  # of the disk, for each older recording
LEFT_SHARE: Final = 0.045  # at last: less than the recorders leave alone, so that they can finish
SETTINGS: Final = """
[[targets]]
id = "nas"
name = "NAS"
kind = "folder"
url = "{nowhere}"
what = "all"
automatic = true
least_consent = "internal"

[keeping]
free_percent = {free}
lesson_min = 0
least_days = 0
"""


@dataclass
class Result:
    """What came of it; seconds since the disk was eaten."""

    deleted: list[str] = field(default_factory=list)
    deleted_after_s: float = 0.0
    told_before: list[str] = field(default_factory=list)  # problems, before the disk was full
    told_full: list[str] = field(default_factory=list)
    gaps_while_short: int = 0
    recorded_s: float = 0.0
    saved_s: float = 0.0
    state: str = ""
    damaged: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # older recordings that had to stay

    @property
    def broken(self) -> list[str]:
        """The promises that were broken."""
        promises = {
            "what was delivered is deleted, oldest first": self.deleted == ["old-1", "old-2"],
            "people are told before": bool(self.told_before),
            "the recording goes on while room is made": self.gaps_while_short == 0,
            "the lesson is saved": self.state in {"", State.FINISHED, State.INCOMPLETE}
            and self.saved_s >= self.recorded_s - 1.0,
            "what is saved is whole": not self.damaged,
            "nothing else is deleted": not self.lost,
        }
        return [name for name, holds in promises.items() if not holds]


@contextmanager
def a_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of that size. Raises CalledProcessError."""
    disk = folder / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"]
    subprocess.run(["mount", *options, str(disk)], check=True, capture_output=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def put(disk: Path, days_ago: int, size: int, *, delivered: bool, held: bool = False) -> str:
    """Put an older recording onto the disk; give its id."""
    began = datetime.now(UTC) - timedelta(days=days_ago)
    id_ = f"{began:%Y%m%d-%H%M%S}-{days_ago:04x}"
    (folder := disk / id_).mkdir()
    film = id_.encode() * (size // len(id_))
    (folder / "programme.mp4").write_bytes(film)
    sha256 = hashlib.sha256(film).hexdigest()
    track = Track(
        name="programme", source="", kind="programme", file="programme.mp4", codec="h264+aac",
        duration_s=60.0, bytes=len(film), sha256=sha256,
    )  # fmt: skip
    manifest = Manifest(
        id=id_, state=State.FINISHED, room="attic", title="", started_at=began, duration_s=60.0,
        tracks=(track,),
    )  # fmt: skip
    write_manifest(folder, manifest)
    if held:
        write_card(folder, Card(held=True))
    if delivered:
        proof = Receipt(
            name="programme.mp4", size=len(film), sha256=sha256, proof=Proof.READ_BACK
        )  # fmt: skip
        add_receipt(folder, Delivered(target="nas", what="all", at=began, files=(proof,)))
    return id_


def eat(disk: Path, *, leave: int) -> None:
    """Let something else take the disk, but for so many bytes."""
    with (disk / f"ballast-{time.monotonic_ns()}").open("wb") as ballast:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while shutil.disk_usage(disk).free - size >= leave:
                    ballast.write(bytes(size))
                    ballast.flush()


def problems(daemon: Daemon) -> list[str]:
    """Give what people are told of the disk now."""
    return sorted(one.code for one in daemon.state().problems if one.code.startswith("E-DSK"))


def is_full(daemon: Daemon) -> bool:
    """Whether the recording cannot be written any more."""
    return any(one.state == "disk-full" for one in daemon.state().recording.tracks)


@asynccontextmanager
async def recording(folder: Path, disk: Path) -> AsyncIterator[tuple[Daemon, str]]:
    """Run a room that records onto the disk; give it and the recording's id."""
    text = ROOM.replace("[recording]\n", f'[recording]\nfolder = "{disk}"\n')
    text += SETTINGS.format(nowhere=folder / "nowhere", free=FREE_PERCENT)
    async with at_work(folder, text) as daemon:
        id_ = await daemon.recorder.start(ME)
        await seconds(daemon, 2.0)
        yield daemon, id_


async def run(folder: Path, disk: Path, result: Result, *, quick: bool) -> None:
    """Let the disk become short, then full."""
    size = round(shutil.disk_usage(disk).total * OLD_SHARE)
    names = {
        put(disk, 9, size, delivered=True): "old-1",
        put(disk, 8, size, delivered=True): "old-2",
        put(disk, 7, size, delivered=False): "not-delivered",
        put(disk, 6, size, delivered=True, held=True): "held",
    }
    removals = folder / "data" / REMOVALS_FILE
    async with recording(folder, disk) as (daemon, id_):
        total = shutil.disk_usage(disk).total
        eat(disk, leave=total * FREE_PERCENT // 100 - size - size // 2)
        began_s = time.monotonic()
        await eventually_async(lambda: len(read_removals(removals)) >= 2, within_s=120)
        result.deleted_after_s = round(time.monotonic() - began_s, 1)
        result.deleted = [names.get(one.recording, "?") for one in read_removals(removals)]
        await seconds(daemon, daemon.state().recording.seconds_on_disk + 2.0)
        result.told_before = problems(daemon)
        result.gaps_while_short = len(daemon.recording(id_).gaps)
        if not quick:
            eat(disk, leave=round(total * LEFT_SHARE))
            await eventually_async(lambda: is_full(daemon), within_s=60)
            await eventually_async(lambda: "E-DSK-002" in problems(daemon), within_s=20)
            result.told_full = problems(daemon)
        result.recorded_s = daemon.state().recording.seconds_on_disk
        await daemon.recorder.stop(ME)
        manifest = await finished(daemon, id_)
    result.state, result.saved_s = manifest.state, round(manifest.duration_s, 2)
    checked = verify(disk / id_)
    result.damaged = [one.file for one in checked if one.verified is not Verified.GOOD]
    stayed = {name for id_, name in names.items() if await asyncio.to_thread((disk / id_).is_dir)}
    result.lost = sorted({"not-delivered", "held"} - stayed)


def main() -> int:
    """Run it, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=160)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result = Result()
    with tempfile.TemporaryDirectory() as made:
        try:
            with a_disk(Path(made), asked.megabytes) as disk:
                asyncio.run(run(Path(made), disk, result, quick=asked.quick))
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            sys.stderr.write(f"nothing can be mounted here: {error}\n")
            return 2
    told = asdict(result) | {"broken": result.broken}
    if asked.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        for name, value in told.items():
            sys.stdout.write(f"{name:18} {value}\n")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
