"""A seeded sample of the crash campaign (`benchmarks/crash_campaign.py` is the whole of it)."""

from pathlib import Path

import pytest

from tests.room import crashes
from tests.room.counted_room import counted_room

SEED = 20261122
VICTIMS = ("source", "director", "daemon", "all", "director", "source")
# The campaign holds us to 0.6 s lost; a machine that runs a test suite beside it gets more, so
# that a red test means a fault.
LOST_S, AGAIN_S = 2.0, 15.0


@pytest.mark.timeout(200)
def test_a_killed_process_costs_a_moment_of_its_own_track_and_nothing_of_others(
    tmp_path: Path,
) -> None:
    with counted_room(tmp_path) as counted:
        happened, wrong = crashes.killed_recording(counted, VICTIMS, SEED)
    assert {kill.victim for kill in happened} >= set(VICTIMS)
    assert [one for one in happened if not one.is_within(LOST_S, AGAIN_S)] == []
    assert wrong == []
