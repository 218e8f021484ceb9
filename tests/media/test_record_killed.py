"""kill -9 while recording: all but the last second is playable, and a successor goes on."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom_media.record.finish import finish
from classroom_media.record.manifest import State
from classroom_media.record.reading import content_of
from tests.media.record_scene import FPS, beeps, numbers, shown
from tests.waiting import eventually

KILLS = 10
ROOT = Path(__file__).parents[2]
CHILD = "import sys; from tests.media.record_live import main; main(sys.argv[1:])"


class Live:
    """A process that records a lesson in real time, and says how many pictures it has fed."""

    def __init__(self, folder: Path, first: int = 0) -> None:
        self._fed = folder / "fed"
        self._fed.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder), str(first)], cwd=ROOT
        )

    @property
    def fed(self) -> int:
        """How many pictures the recorder has been given by now."""
        return self._fed.stat().st_size if self._fed.exists() else 0

    def kill_after(self, pictures: int) -> int:
        """Kill it as soon as it was fed so many; give how many it was in the end."""
        eventually(lambda: self.fed >= pictures, within_s=60)
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        return self.fed


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, int]]:
    """Folders of recordings that were killed at random moments, with what was fed to each."""
    chance = random.Random(20261122)
    moments = sorted(chance.randrange(2 * FPS, 5 * FPS) for _ in range(KILLS))
    folders = [tmp_path_factory.mktemp(f"kill{n}") for n in range(KILLS)]
    lives = [Live(folder) for folder in folders]
    return [
        (folder, live.kill_after(moment))
        for folder, live, moment in zip(folders, lives, moments, strict=True)
    ]


def test_what_was_recorded_a_second_before_a_kill_is_playable(
    killed: list[tuple[Path, int]],
) -> None:
    for folder, fed in killed:
        there = numbers(folder / "programme.mp4")
        assert there == list(range(len(there)))
        assert fed - len(there) <= FPS


def test_a_hole_in_the_last_moments_costs_those_moments_and_no_more(
    killed: list[tuple[Path, int]], tmp_path: Path
) -> None:
    for number, (folder, _fed) in enumerate(killed):
        copy = Path(shutil.copytree(folder, tmp_path / str(number)))
        there = numbers(copy / "programme.mp4")
        with (copy / "programme.mp4").open("r+b") as file:  # as a power cut leaves it
            file.seek(-400 * (number + 1), os.SEEK_END)
            file.write(bytes(120))
        manifest = finish(copy)
        left = numbers(copy / "programme.mp4")
        assert manifest.state is State.FINISHED
        assert left == there[: len(left)]
        assert len(there) - len(left) < FPS


def test_a_killed_recording_is_finished_as_far_as_it_goes(
    killed: list[tuple[Path, int]],
) -> None:
    for folder, fed in killed:
        manifest = finish(folder)
        there = shown(folder / "programme.mp4")
        assert manifest.state is State.FINISHED
        assert there == [(round(n / FPS, 4), n) for n in range(len(there))]
        assert fed - len(there) <= FPS
        heard = beeps(folder / "programme.mp4")
        assert heard == pytest.approx(list(range(len(heard))), abs=0.03)
        assert len(heard) >= (len(there) - 1) // FPS


def test_the_gap_after_a_kill_is_told_and_later_pictures_are_in_time(tmp_path: Path) -> None:
    Live(tmp_path).kill_after(2 * FPS)
    successor = Live(tmp_path, first=4 * FPS)
    fed = 4 * FPS + successor.kill_after(2 * FPS)
    manifest = finish(tmp_path)
    there = shown(tmp_path / "programme.mp4")
    assert [gap.reason for gap in manifest.gaps] == ["crash"]
    assert all(second == pytest.approx(n / FPS, abs=0.001) for second, n in there)
    assert set(range(FPS)) | set(range(4 * FPS, fed - FPS)) <= {n for _second, n in there}


def test_a_file_cut_anywhere_is_read_up_to_its_last_whole_packet(
    killed: list[tuple[Path, int]], tmp_path: Path
) -> None:
    chance = random.Random(1)
    folder, _fed = killed[-1]
    whole = (folder / "programme.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    for _ in range(20):
        cut.write_bytes(whole[: chance.randrange(len(whole))])
        for lane in content_of(cut).values():
            assert [s.dts_ns for s in lane.samples] == sorted(s.dts_ns for s in lane.samples)
