#!/usr/bin/env python3
"""Kills, cuts the power and lets system calls fail while recordings are made; prints what it cost.

    python benchmarks/crash_campaign.py [--kills N] [--power-cuts N] [--syscalls]
                                        [--file-systems ext4,xfs,btrfs] [--without-sync]
                                        [--slow-syncs SECONDS]
                                        [--seed S] [--keep FOLDER] [--json]

Without `--kills`, `--power-cuts` and `--syscalls` all of it: 1,000 kills, 1,000 power cuts, every
system call. Kills are of the processes of whole rooms at work (a source, the director, the daemon,
all of these, the finisher, the keeper), and then as many again of recorders and finishers by
themselves, eight at a time. Power cuts and system calls need root and strace.

With `--keep` the recordings, journals and logs of a room in which a kill broke a promise are left
in that folder, with what was killed when, and what is missing beside it.

With `--slow-syncs` every sync of a recorder that works by itself takes so much longer; no rooms are
killed then, as their disks are what they are.

`--without-sync` is the control: every fsync and fdatasync says yes and does nothing. It must fail.

Exit status 1 when a promise was broken: something unreadable, something sealed that is not there
byte for byte, more lost than is allowed.
"""

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.faults import cuts, kills, syscalls
from tests.faults.verdict import Verdict
from tests.room import crashes
from tests.room.counted_room import counted_room

WHOLE: Final = 1000
ROOM_KILLS: Final = 100  # of one room; its keeper's is the last
RECORDING_KILLS: Final = 34  # in one recording of it
ROOMS_AT_ONCE: Final = 2
RECORDINGS: Final = "recordings of rooms"
CUTS: Final = 250  # of one recorded disk
LESSONS: Final = 6  # on it
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where it is there, images are written to memory
COLUMNS: Final = (
    "faults", "limit_s", "lost_max_s", "again_max_s", "unreadable", "sealed_lost", "broken",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One line of the table."""

    limit_s: float
    faults: int = 0
    lost_max_s: float = 0.0
    again_max_s: float = 0.0
    unreadable: int = 0
    sealed_lost: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict, *, faults: int = 1) -> None:
        """Count what was found of one recording, or after one cut."""
        self.faults += faults
        self.lost_max_s = round(max(self.lost_max_s, verdict.lost_s), 2)
        self.unreadable += bool(verdict.unreadable)
        self.sealed_lost += bool(verdict.sealed_lost)
        if not verdict.is_within(self.limit_s):
            self.broken += 1
            self.examples.append(str(verdict))
            print(f"\nbroken: {verdict}", file=sys.stderr)


Table = dict[str, Row]


def main() -> int:
    """Run the campaign; give the exit status."""
    asked = arguments()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # cameras whose watchers were killed
    table: Table = {}
    began_s = time.monotonic()
    try:
        run(table, asked)
    finally:  # what was found until something else failed counts too
        print(f"seed {asked.seed}; {(time.monotonic() - began_s) / 60:.0f} minutes")
        report(table)
    if asked.json:
        rows = {name: asdict(row) for name, row in table.items()}
        print(json.dumps({"seed": asked.seed, **rows}))
    return int(any(row.broken for row in table.values()))


def run(table: Table, asked: argparse.Namespace) -> None:
    """Do what was asked for."""
    if asked.kills:
        if not asked.slow_syncs:
            kill_in_rooms(table, asked.kills, asked.seed, asked.keep)
        kill_recorders(table, asked.kills, asked.seed, asked.slow_syncs)
    for number, name in enumerate(asked.file_systems):
        share = asked.power_cuts // len(asked.file_systems)
        cut_power(table, name, share, asked.seed + number, without_sync=asked.without_sync)
    if asked.syscalls:
        sweep(table)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--power-cuts", type=int, default=0)
    parser.add_argument("--syscalls", action="store_true")
    parser.add_argument("--file-systems", type=lambda text: text.split(","), default=["ext4"])
    parser.add_argument("--slow-syncs", type=float, default=0.0, help="seconds more for each")
    parser.add_argument("--without-sync", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="a folder for what a broken promise left behind")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not (asked.kills or asked.power_cuts or asked.syscalls):
        asked.kills, asked.power_cuts, asked.syscalls = WHOLE, WHOLE, True
    return asked


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder for a while."""
    home = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="campaign-", dir=home) as folder:
        yield Path(folder)


def kill_recorders(table: Table, count: int, seed: int, slow_syncs_s: float) -> None:
    """Kill recorders and finishers that work by themselves."""
    row = table["kill recorder, finisher"] = Row(kills.LOST_MAX_S)
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        killing = kills.Killing(Path(folder), count, seed, sync_s=slow_syncs_s)
        for killed in killing.run():
            row.add(killed.verdict, faults=killed.victims.total())
            progress("kills", row.faults, count)


def kill_in_rooms(table: Table, count: int, seed: int, keep: Path | None) -> None:
    """Kill processes of whole rooms: some that pass the camera's packets, some that encode."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    row = table[RECORDINGS] = Row(crashes.LOST_MAX_S)
    shares = [ROOM_KILLS] * (count // ROOM_KILLS) + [count % ROOM_KILLS] * bool(count % ROOM_KILLS)
    done = 0
    with ThreadPoolExecutor(ROOMS_AT_ONCE) as pool:
        rooms = [pool.submit(killed_room, share, chance.getrandbits(32), keep) for share in shares]
        for room in as_completed(rooms):
            for happened, wrong in room.result():
                row.add(Verdict(unreadable=wrong))
                for kill in happened:
                    add_kill(table, kill)
                done += len(happened)
            progress("kills in rooms", done, count)


def killed_room(
    count: int, seed: int, keep: Path | None
) -> list[tuple[list[crashes.Kill], list[str]]]:
    """Give the kills of some recordings of a room, and what else is wrong with each."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    found: list[tuple[list[crashes.Kill], list[str]]] = []
    smart = chance.random() < 0.5
    victims = crashes.choose(count, chance)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            counted_room(Path(folder), smart=smart) as room,
        ):
            for begin in range(0, count, RECORDING_KILLS):
                some, is_last = victims[begin:][:RECORDING_KILLS], begin + RECORDING_KILLS >= count
                number = chance.getrandbits(32)
                found.append(crashes.killed_recording(room, some, number, keeper=is_last))
                if keep and not is_kept(*found[-1]):
                    leave(Path(folder), keep / f"{seed}-{begin}", *found[-1])
    except AssertionError as error:  # it did not become whole, or whole again
        found.append(([], [str(error)]))
    return found


def is_kept(happened: list[crashes.Kill], wrong: list[str]) -> bool:
    """Tell whether every promise was kept in a recording."""
    return not wrong and all(kill.is_within() for kill in happened)


def leave(room: Path, folder: Path, happened: list[crashes.Kill], wrong: list[str]) -> None:
    """Leave behind what a room has, and what was found there."""
    shutil.copytree(room, folder)
    lines = [
        f"{kill.at_ns / 1e9:.3f} {kill.victim} {kill.tracks}: {kill.holes}" for kill in happened
    ]
    (folder / "found.txt").write_text("\n".join([*wrong, *lines, ""]), encoding="utf-8")


def add_kill(table: Table, kill: crashes.Kill) -> None:
    """Count a kill in its victim's row."""
    row = table.setdefault(f"kill {kill.victim} of a room", Row(crashes.LOST_MAX_S))
    row.again_max_s = round(max(row.again_max_s, kill.again_s), 2)
    late = [f"records again after {kill.again_s:.2f} s"]
    is_late = kill.again_s > crashes.AGAIN_MAX_S
    row.add(Verdict(lost_s=kill.lost_s, unreadable=late if is_late else []))


def cut_power(table: Table, name: str, count: int, seed: int, *, without_sync: bool) -> None:
    """Cut the power of disks with one kind of file system."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    row = Row(cuts.LOST_MAX_S)
    while row.faults < count:
        table[f"power cut, {name}"] = row
        with scratch() as folder:
            recorded = cuts.record(
                folder,
                name,
                lessons=LESSONS,
                seed=chance.getrandbits(30),
                without_sync=without_sync,
            )
            length = min(CUTS, count - row.faults)
            cutting = cuts.Cutting(recorded, folder, length, chance.getrandbits(32))
            for verdict in cutting.run():
                row.add(verdict)
                progress(f"power cuts, {name}", row.faults, count)


def sweep(table: Table) -> None:
    """Let every system call fail once, and kill at every one."""
    with scratch() as folder:
        sweeping = syscalls.Sweep(folder)
        faults = sweeping.faults()
        for number, (fault, verdict) in enumerate(sweeping.run(faults), 1):
            limit_s = syscalls.LOST_MAX_S if fault.what == syscalls.KILL else 0.0
            row = table.setdefault(f"system call, {fault.what}", Row(limit_s))
            row.add(verdict)
            if not verdict.is_within(limit_s):
                row.examples[-1] = f"{fault.call} {fault.number}: {row.examples[-1]}"
            progress("system calls", number, len(faults))


def progress(what: str, done: int, whole: int) -> None:
    """Say how far it is."""
    print(f"\r{what}: {done} of {whole}   ", end="", file=sys.stderr)


def report(table: Table) -> None:
    """Print the table, and what was broken."""
    print(f"\n{'':<26}" + "".join(f"{name.replace('_', ' '):>13}" for name in COLUMNS))
    for name, row in table.items():
        print(f"{name:<26}" + "".join(f"{getattr(row, column):>13}" for column in COLUMNS))
    for name, row in table.items():
        for example in row.examples[:5]:
            print(f"{name}: {example}")


if __name__ == "__main__":
    sys.exit(main())
