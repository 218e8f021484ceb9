"""Players that we did not write play what was recorded: ffprobe and VLC."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.room.demo_room import DemoRoom
from tests.waiting import eventually

pytestmark = pytest.mark.alone

# A process of its own, because `import vlc` may end the one it is used in.
PLAY = """
import sys, time, vlc
player = vlc.Instance("--vout=dummy", "--aout=dummy", "--quiet").media_player_new(sys.argv[1])
shown, end = 0, time.monotonic() + 30
player.play()
while player.get_state() not in (vlc.State.Ended, vlc.State.Error) and time.monotonic() < end:
    shown = max(shown, player.get_time())
    time.sleep(0.05)
print(player.get_state() == vlc.State.Ended, shown / 1000, player.get_length() / 1000)
"""


@pytest.fixture(scope="module")
def short(demo: DemoRoom) -> tuple[Path, Any]:
    recording = demo.start_recording(title="short", pre_roll=False)
    eventually(lambda: demo.state()["recording"]["seconds_on_disk"] >= 4, within_s=20)
    return demo.folder(recording), demo.stop_recording(recording)


@pytest.mark.needs("ffmpeg")
def test_ffprobe_reads_every_track_without_a_complaint(short: tuple[Path, Any]) -> None:
    folder, manifest = short
    for track in manifest["tracks"]:
        command = ["ffprobe", "-v", "warning", "-show_format", "-show_streams", "-of", "json"]
        said = subprocess.run([*command, folder / track["file"]], capture_output=True, check=True)
        seen = json.loads(said.stdout)
        assert said.stderr == b""
        assert float(seen["format"]["duration"]) == pytest.approx(track["duration_s"], abs=0.1)
        assert "+".join(stream["codec_name"] for stream in seen["streams"]) == track["codec"]


@pytest.mark.needs("libvlc")
@pytest.mark.parametrize("file", ["programme.mp4", "teacher.mp4", "teacher-sound.m4a"])
def test_vlc_plays_a_track_to_its_end(file: str, short: tuple[Path, Any]) -> None:
    folder, manifest = short
    command = [sys.executable, "-c", PLAY, str(folder / file)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    ended, shown_s, length_s = said.stdout.split()
    assert ended == "True"
    assert float(length_s) == pytest.approx(manifest["duration_s"], abs=0.3)
    assert float(shown_s) == pytest.approx(float(length_s), abs=2.0)  # VLC tells it rarely
