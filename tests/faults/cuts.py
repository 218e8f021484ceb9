"""Power cuts at block level: what a disk would hold if the current had gone at any moment.

Lessons are recorded once, on a real file system over a disk that notes every write and every
flush (`blockfile`). For each cut the disk is built as it might stand at that moment: all that
was written before the last flush is there; of what came after it, some sectors are and some
are not. It is mounted, which lets the file system recover, and each recording is recovered and
judged. Everything here needs root and a loop device.
"""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.blockfile import Operation, operations
from tests.faults.ledger import AnyLine, read_ledger
from tests.faults.lesson import write_footage
from tests.faults.verdict import Verdict, judge
from tests.waiting import eventually

ROOT: Final = Path(__file__).parents[2]
LOST_MAX_S: Final = 2.0
ENDS_WITHIN_S: Final = 300  # generous: machines that run tests are busy
SECTOR: Final = 512
PADDING: Final = 3000  # bytes in each picture, so that a fragment fills several blocks
APART_S: Final = 1.0  # from one lesson's start to the next
FILE_SYSTEMS: Final = {
    "ext4": (64 << 20, ("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0")),
    "xfs": (320 << 20, ("mkfs.xfs", "-q")),
    "btrfs": (128 << 20, ("mkfs.btrfs", "-q")),
}
SYNCLESS: Final = (
    "strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null",
    "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the disk and the ledgers of some lessons tell."""

    blank: Path  # the disk before
    operations: Sequence[Operation]
    ledgers: dict[str, Sequence[AnyLine]]  # by folder


def record(
    scratch: Path, file_system: str, *, lessons: int, seed: int, without_sync: bool = False
) -> Recorded:
    """Record lessons that overlap, on a disk that takes notes.

    With `without_sync` every fsync and fdatasync of ours says yes and does nothing.
    """
    footage, blank, image = scratch / "footage", scratch / "blank", scratch / "image"
    write_footage(footage, padding=PADDING)
    size, make = FILE_SYSTEMS[file_system]
    with blank.open("wb") as file:
        file.truncate(size)
    subprocess.run([*make, str(blank)], check=True)
    shutil.copyfile(blank, image)
    log = scratch / "log"
    ledgers = {f"lesson-{number}": scratch / f"ledger-{number}" for number in range(lessons)}
    with _noting(image, log, scratch) as disk, mounted(disk, scratch / "at-work") as place:
        running: list[subprocess.Popen[bytes]] = []
        for number, (name, ledger) in enumerate(ledgers.items()):
            time.sleep(APART_S if number else 0)
            (place / name).mkdir()
            arguments = (place / name, ledger, footage, seed + number)
            command = [sys.executable, "-m", "tests.faults.lesson", *map(str, arguments)]
            wrapper = SYNCLESS if without_sync else ()
            running.append(subprocess.Popen([*wrapper, *command], cwd=ROOT))
        statuses = [process.wait(ENDS_WITHIN_S) for process in running]
        if any(statuses):
            raise RuntimeError("a lesson failed by itself")
    with log.open("rb") as file:
        noted = list(operations(file))
    return Recorded(blank, noted, {name: read_ledger(path) for name, path in ledgers.items()})


@dataclass
class Cutting:
    """Cuts the power of a recorded disk at `cuts` moments, in order of time."""

    recorded: Recorded
    scratch: Path
    cuts: int
    seed: int
    _durable: Path = field(init=False)  # the disk as of the last flush before the cut
    _next: int = field(default=0, init=False)  # the first operation that is not in it

    def run(self) -> Iterator[Verdict]:
        """Give what each cut has cost."""
        chance = random.Random(self.seed)
        noted = self.recorded.operations
        self._durable = self.scratch / "durable"
        shutil.copyfile(self.recorded.blank, self._durable)
        moments = sorted(chance.randrange(1, len(noted)) for _ in range(self.cuts))
        for moment in moments:
            flushed = max((n for n in range(moment) if noted[n].is_flush), default=0)
            self._make_durable(flushed)
            cut = self.scratch / "cut"
            subprocess.run(["cp", "--sparse=always", str(self._durable), str(cut)], check=True)
            _put(cut, _survivors(noted[flushed:moment], chance))
            yield self._judge(cut, noted[moment].at_ns)

    def _make_durable(self, flushed: int) -> None:
        if flushed > self._next:
            _put(self._durable, self.recorded.operations[self._next : flushed])
            self._next = flushed

    def _judge(self, cut: Path, at_ns: int) -> Verdict:
        verdict = Verdict()
        with mounted(cut, self.scratch / "after", loop=True) as place:
            for name, ledger in self.recorded.ledgers.items():
                before = [line for line in ledger if line.at_ns < at_ns]
                verdict.add(name, judge(place / name, before, [at_ns]))
        return verdict


def _survivors(unflushed: Sequence[Operation], chance: random.Random) -> Iterator[Operation]:
    """Choose what of the disk's cache had reached the disk: all, nothing, writes, or sectors."""
    share, torn = chance.choice((0.0, 0.5, 0.9, 1.0)), chance.random() < 0.5
    for one in unflushed:
        if not torn:
            if chance.random() < share:
                yield one
            continue
        for start in range(0, len(one.data), SECTOR):
            if chance.random() < share:
                yield Operation(one.at_ns, one.offset + start, one.data[start : start + SECTOR])


def _put(image: Path, writes: Sequence[Operation] | Iterator[Operation]) -> None:
    with image.open("r+b", buffering=0) as file:
        for one in writes:
            file.seek(one.offset)
            file.write(one.data)


@contextmanager
def _noting(image: Path, log: Path, scratch: Path) -> Iterator[Path]:
    """Serve an image as a loop device whose operations are noted."""
    served = scratch / "served"
    arguments = (image, served, log)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.blockfile", *map(str, arguments)], cwd=ROOT
    )
    eventually(lambda: served.exists() and served.stat().st_size, within_s=20)
    found = subprocess.run(
        ["losetup", "-f", "--show", str(served)], check=True, capture_output=True, text=True
    )
    device = found.stdout.strip()
    try:
        yield Path(device)
    finally:
        subprocess.run(["losetup", "-d", device], check=True)
        eventually(lambda: subprocess.run(["umount", str(served)], check=False).returncode == 0)
        server.wait(20)


@contextmanager
def mounted(device: Path, place: Path, *, loop: bool = False) -> Iterator[Path]:
    """Mount a file system; it recovers from its journal, and is repaired as at a boot."""
    place.mkdir(exist_ok=True)
    options = ["-o", "loop"] if loop else []
    mount = ["mount", *options, str(device), str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        subprocess.run(["fsck", "-y", str(device)], check=False, capture_output=True)
        subprocess.run(mount, check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
