"""What a recording of 40 s of the generated scenes really contains, counted from the pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classroom_media.emulate import inspection, truth
from tests.room.demo_room import DemoRoom
from tests.waiting import eventually

pytestmark = pytest.mark.alone

SECONDS = 40
GENERATED = ("teacher", "pupils", "slides")  # the guest is footage and bears no numbers
FRAME_S = 1 / truth.FPS


@pytest.fixture(scope="module")
def recorded(demo: DemoRoom) -> tuple[Path, Any]:
    """Record while the programme shows the slides and the teacher."""
    demo.post("/api/v1/layout/picture-in-picture", {"sources": ["slides", "teacher"]})
    eventually(lambda: demo.state()["programme"]["layout"] == "picture-in-picture")
    recording = demo.start_recording(title="ground truth", pre_roll=False)
    eventually(
        lambda: demo.state()["recording"]["seconds_on_disk"] >= SECONDS, within_s=SECONDS * 2
    )
    return demo.folder(recording), demo.stop_recording(recording)


@pytest.fixture(scope="module")
def programme(recorded: tuple[Path, Any]) -> list[inspection.Seen]:
    return inspection.pictures(recorded[0] / "programme.mp4")


@pytest.mark.timeout(300)
def test_the_programme_loses_and_doubles_no_picture(programme: list[inspection.Seen]) -> None:
    inner = programme[1:-1]  # one at the start and one at the end are forgiven
    assert len(inner) > (SECONDS - 2) * truth.FPS
    assert all(picture.number is not None for picture in inner)
    assert inspection.holes(inner) == []


def test_the_programmes_pictures_are_evenly_spaced(programme: list[inspection.Seen]) -> None:
    times = [picture.at_s for picture in programme]
    assert times[0] == pytest.approx(0, abs=FRAME_S)
    assert np.diff(times) == pytest.approx(FRAME_S, abs=0.001)


def test_every_beep_is_within_40_ms_of_its_flash(
    recorded: tuple[Path, Any], programme: list[inspection.Seen]
) -> None:
    offsets = inspection.offsets(programme[5:-5], inspection.beeps(recorded[0] / "programme.mp4"))
    assert len(offsets) >= SECONDS // 5 - 2
    assert max(map(abs, offsets)) <= 0.040


@pytest.mark.parametrize("source", GENERATED)
def test_every_isolated_track_is_in_step_with_the_programme_within_one_frame(
    source: str, recorded: tuple[Path, Any], programme: list[inspection.Seen]
) -> None:
    shown = {picture.number: picture.at_s for picture in programme}
    isolated = inspection.pictures(recorded[0] / f"{source}.mp4")
    apart = [seen.at_s - shown[seen.number] for seen in isolated if seen.number in shown]
    assert len(apart) > (SECONDS - 4) * truth.FPS
    assert max(map(abs, apart)) <= FRAME_S + 0.001
    assert inspection.holes(isolated) == []


def test_the_manifest_names_every_track_with_its_length_and_checksum(
    recorded: tuple[Path, Any],
) -> None:
    folder, manifest = recorded
    names = {track["name"] for track in manifest["tracks"]}
    assert names >= {"programme", *GENERATED, "teacher-sound"}
    for track in manifest["tracks"]:
        assert track["duration_s"] == pytest.approx(manifest["duration_s"], abs=0.5)
        assert len(track["sha256"]) == 64
        assert (folder / track["file"]).stat().st_size == track["bytes"]
    assert manifest["gaps"] == []
