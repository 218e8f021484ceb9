#!/usr/bin/env python3
"""Kills, cuts the power and lets system calls fail while recordings are made; prints what it cost.

    python benchmarks/crash_campaign.py [--kills N] [--power-cuts N] [--syscalls]
                                        [--file-systems ext4,xfs,btrfs] [--without-sync]
                                        [--seed S] [--json]

Without `--kills`, `--power-cuts` and `--syscalls` all of it: 1,000 kills, 1,000 power cuts, every
system call. One kill in twenty is of a process of a whole room (a source, the director, the
daemon, all of them, the keeper), the others of recorders and finishers by themselves, twelve at a
time. Power cuts and system calls need root and strace.

`--without-sync` is the control: every fsync and fdatasync says yes and does nothing. It must fail.

Exit status 1 when a promise was broken: something unreadable, something sealed that is not there
byte for byte, more lost than is allowed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.faults import cuts, kills, syscalls
from tests.faults.verdict import Verdict
from tests.room import crashes
from tests.room.demo_room import demo_room

WHOLE: Final = 1000
ROOM_SHARE: Final = 20  # one kill in so many is of a whole room
ROOM_KILLS: Final = 25  # in one recording; the keeper's is the last
CUTS: Final = 250  # of one recorded disk
LESSONS: Final = 6  # on it
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where it is there, images are written to memory
COLUMNS: Final = ("faults", "limit_s", "lost_max_s", "unreadable", "sealed_lost", "broken")


@dataclass(slots=True)
class Row:
    """One line of the table."""

    limit_s: float
    faults: int = 0
    lost_max_s: float = 0.0
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


Table = dict[str, Row]


def main() -> int:
    """Run the campaign; give the exit status."""
    asked = arguments()
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
        kill_recorders(table, asked.kills - asked.kills // ROOM_SHARE, asked.seed)
        kill_in_rooms(table, asked.kills // ROOM_SHARE, asked.seed)
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
    parser.add_argument("--without-sync", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
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


def kill_recorders(table: Table, count: int, seed: int) -> None:
    """Kill recorders and finishers that work by themselves."""
    row = table["kill recorder, finisher"] = Row(kills.LOST_MAX_S)
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        killing = kills.Killing(Path(folder), count, seed)
        for killed in killing.run():
            row.add(killed.verdict, faults=killed.victims.total())
            progress("kills", row.faults, count)


def kill_in_rooms(table: Table, count: int, seed: int) -> None:
    """Kill processes of whole rooms."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    while count > 0:
        length = min(count, ROOM_KILLS)
        victims = [*chance.choices(crashes.VICTIMS, k=length - 1), crashes.KEEPER]
        count -= length
        for name, verdict in room_kills(victims, chance.getrandbits(32)):
            row = table.setdefault(f"kill {name} of a room", Row(crashes.LOST_MAX_S))
            row.add(verdict)
        progress("kills left in rooms", count, count)


def room_kills(victims: Sequence[str], seed: int) -> Iterator[tuple[str, Verdict]]:
    """Record in a demo room, kill one victim after the other, and judge each."""
    with tempfile.TemporaryDirectory() as folder, demo_room(Path(folder) / "data") as room:
        room.post("/api/v1/layout/single", {"source": "pupils"})
        recording = room.start_recording(title="crash campaign")
        happened = list(crashes.kills(room, victims, seed))
        room.stop_recording(recording)
        costs = crashes.costs(room.folder(recording), happened)
    for kill in happened:
        verdict = Verdict()
        for cost in (one for one in costs if one.kill is kill):
            verdict.lost_s = max(verdict.lost_s, cost.lost_s)
            if not cost.is_within():
                verdict.unreadable.append(str(cost))
        yield kill.victim, verdict


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
