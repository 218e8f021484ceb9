"""A seeded sample of the crash campaign (`benchmarks/crash_campaign.py` is the whole of it)."""

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.faults import cuts, kills, syscalls

pytestmark = pytest.mark.alone

SEED = 20261122
SHORT = 20261205  # of a lesson that is soon over
# A machine that runs a test suite beside it gets more, so that a red test means a fault.
LOST_S = 1.5


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, where there is one: images of disks are copied for every cut."""
    home = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=home if home.is_dir() else None) as folder:
        yield Path(folder)


def test_killed_recorders_and_finishers_lose_a_moment_and_break_nothing(tmp_path: Path) -> None:
    killing = kills.Killing(tmp_path, kills=8, seed=SEED, at_once=8, within_s=2.0)
    killed = list(killing.run())
    assert killing.done >= 8
    assert [str(one.verdict) for one in killed if not one.verdict.is_within(LOST_S)] == []


@pytest.mark.needs("loop-root", "strace")
def test_a_power_cut_costs_two_seconds_at_most_and_without_syncs_it_costs_more(
    memory: Path,
) -> None:
    folders = [memory / "as-it-is", memory / "without-sync"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor() as pool:
        record = partial(cuts.record, file_system="ext4", lessons=1, seed=SHORT)
        disks = pool.map(lambda f: record(f, without_sync=f is folders[1]), folders)
    kept, broken = (
        [one.is_within(cuts.LOST_MAX_S) for one in cuts.Cutting(disk, folder, 8, SEED).run()]
        for folder, disk in zip(folders, disks, strict=True)
    )
    assert kept == [True] * 8
    assert False in broken  # the harness notices


@pytest.mark.needs("strace")
def test_a_system_call_that_fails_costs_nothing_and_a_kill_at_one_a_moment(memory: Path) -> None:
    sweep = syscalls.Sweep(memory)
    faults = sweep.faults()
    assert {fault.call for fault in faults} >= {"openat", "write", "fdatasync", "fsync", "rename"}
    broken = [
        f"{fault}: {verdict}"
        for fault, verdict in sweep.run(random.Random(SEED).sample(faults, 6))
        if not verdict.is_within(syscalls.LOST_MAX_S if fault.what == syscalls.KILL else 0.0)
    ]
    assert broken == []
