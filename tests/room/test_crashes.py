"""A seeded sample of the crash campaign (`benchmarks/crash_campaign.py` is the whole of it)."""

from pathlib import Path

import pytest

from tests.room import crashes
from tests.room.demo_room import demo_room

pytestmark = pytest.mark.alone

SEED = 20261122
# The campaign holds us to 1 s lost and 2 s until it records again; a machine that runs a test
# suite beside it gets more, so that a red test means a fault.
LOST_S, AGAIN_S = 2.0, 8.0


@pytest.mark.timeout(400)
def test_a_killed_process_costs_a_moment_of_its_own_track_and_nothing_of_others(
    tmp_path: Path,
) -> None:
    with demo_room(tmp_path / "data") as room:
        room.post("/api/v1/layout/single", {"source": "pupils"})
        recording = room.start_recording(title="kill -9")
        happened = list(crashes.kills(room, crashes.VICTIMS * 2, SEED))
        manifest = room.stop_recording(recording)
        cost = crashes.costs(room.folder(recording), happened)
    assert [one for one in cost if not one.is_within(LOST_S, AGAIN_S)] == []
    told = {gap["track"] for gap in manifest["gaps"]}
    assert told >= {track for kill in happened for track in kill.tracks}
