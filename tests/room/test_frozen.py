"""A camera whose picture stands still, though it sends on: a running room notices."""

from pathlib import Path

import pytest

from classroom_edge.room import ProblemView
from classroom_media.emulate.scenes import PupilsScene
from tests.edge.room_at_work import at_work
from tests.ports import free_port
from tests.room.camera_thread import StuckScene, now, plugged_camera
from tests.waiting import eventually_async

pytestmark = pytest.mark.alone

ROOM = """
[room]
id = "frozen-{{port}}"
name = "Frozen"

[network]
port = {{port}}

[recording]
width = 320
height = 180
preset = "ultrafast"

[[source]]
id = "camera"
name = "Camera"
url = "rtsp://127.0.0.1:{camera}/camera"

[[source]]
id = "pattern"
name = "Pattern"
url = "pattern://?size=320x180&fps=25"

[programme]
sources = ["pattern"]
"""


@pytest.mark.timeout(90)
async def test_a_picture_that_stands_still_is_a_problem_until_it_moves_again(
    tmp_path: Path,
) -> None:
    port, scene = free_port(), StuckScene(PupilsScene(now))
    with plugged_camera(port, scene):
        async with at_work(tmp_path, ROOM.format(camera=port)) as room:

            def told() -> list[ProblemView]:
                return [one for one in room.state().problems if one.subject == "camera"]

            assert told() == []
            scene.stuck = True
            await eventually_async(told, within_s=20)
            assert [one.code for one in told()] == ["E-SRC-003"]
            assert {one.id: one.seen for one in room.state().sources} == {
                "camera": "frozen",
                "pattern": "",
            }
            assert room.state().sources[0].state == "live"  # it sends all the while
            scene.stuck = False
            await eventually_async(lambda: not told(), within_s=20)
