"""A seeded sample of the crash campaign (`benchmarks/crash_campaign.py` is the whole of it)."""

from pathlib import Path

import pytest

from tests.room import crashes
from tests.room.demo_room import demo_room

SEED = 20261122


@pytest.mark.timeout(400)
def test_a_killed_process_costs_at_most_a_second_of_its_own_track(tmp_path: Path) -> None:
    with demo_room(tmp_path / "data") as room:
        room.post("/api/v1/layout/single", {"source": "pupils"})
        recording = room.start_recording(title="kill -9")
        happened = list(crashes.kills(room, crashes.VICTIMS * 2, SEED))
        manifest = room.stop_recording(recording)
        cost = crashes.costs(room.folder(recording), happened)
    assert [one for one in cost if not one.is_promised] == []
    told = {gap["track"] for gap in manifest["gaps"]}
    touched = {track for kill in happened for track in kill.tracks}
    assert touched <= told | {
        track for gap in manifest["gaps"] if not gap["track"] for track in touched
    }
