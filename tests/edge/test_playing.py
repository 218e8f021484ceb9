"""A recording on the room's own screen, by a command; a room that has no screen says why not."""

from pathlib import Path

import pytest

from classroom_edge.daemon import Daemon
from classroom_edge.room import Refused, ScreenView
from tests.edge.room_at_work import ME, ROOM, at_work, finished, seconds
from tests.edge.test_broadcast import said
from tests.media.play.test_player import colours, screen
from tests.waiting import eventually_async

SCREEN = (
    ROOM
    + """
[[screen]]
id = "front"
name = "Front"
display = "{display}"
sound = false
"""
)


def shown(daemon: Daemon) -> ScreenView:
    return daemon.state().screens[0]


@pytest.mark.alone  # what VLC draws without a graphics card takes a core
@pytest.mark.needs("libvlc", "vlc-output", "xvfb")
async def test_a_recording_is_played_on_the_screen_by_a_command(tmp_path: Path) -> None:
    with screen() as display:
        room = SCREEN.replace("{display}", display)
        async with at_work(tmp_path, room) as daemon:
            assert shown(daemon).state == "idle"
            recording = await daemon.recorder.start(ME)
            await seconds(daemon, 6)
            await daemon.recorder.stop(ME)
            await finished(daemon, recording)
            assert "no recording" in await said(tmp_path, "play", "unknown")
            assert await said(tmp_path, "play", recording) == ""
            await eventually_async(lambda: colours(display) > 1, within_s=40)
            await eventually_async(lambda: shown(daemon).state in {"playing", "ended"})
            assert await said(tmp_path, "play", "http://127.0.0.1:9/x/index.m3u8") == ""
            await eventually_async(lambda: shown(daemon).state == "failed", within_s=40)
            await eventually_async(lambda: "E-SCR-001" in {p.code for p in daemon.state().problems})
            assert await said(tmp_path, "play") == ""
            await eventually_async(lambda: not daemon.outlets.screens.workers, within_s=20)
            await eventually_async(lambda: shown(daemon).state == "idle")


async def test_a_screen_that_is_not_there_greys_the_button_and_names_the_remedy(
    tmp_path: Path,
) -> None:
    async with at_work(tmp_path, SCREEN.replace("{display}", ":987")) as daemon:
        assert shown(daemon).state == "unable"
        assert "display" in shown(daemon).problem["en"]
        with pytest.raises(Refused):
            daemon.outlets.screens.of().play(ME, "http://127.0.0.1/")
