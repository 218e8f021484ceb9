"""The recording light: on lamps behind real protocols, and on a real (virtual) screen."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from classroom_drivers.emulators.kmtronic import KMTronicEmulator
from classroom_drivers.emulators.server import serve
from classroom_edge.config import DeviceConfig, LightConfig
from classroom_edge.light.draw import AMBER, RED, draw
from classroom_edge.light.sign import Sign
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.light import LightService
from classroom_media.compose.fonts import Typefaces
from tests.waiting import eventually, eventually_async


def has(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(pixels.astype(int) - colour).max(axis=2) < 8).any())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_recording_is_red_and_paused_is_not(language: str) -> None:
    faces = Typefaces()
    recording = draw(Sign(show="recording", language=language), 720, faces)
    paused = draw(Sign(show="paused", language=language), 720, faces)
    assert recording is not None
    assert paused is not None
    assert has(np.asarray(recording), RED)
    assert not has(np.asarray(paused), RED)
    assert has(np.asarray(paused), AMBER)


def test_a_code_is_larger_than_everything_else_and_nothing_is_nothing() -> None:
    faces = Typefaces()
    code = draw(Sign(show="recording", code="123456"), 720, faces)
    assert code is not None
    assert code.height > 720 / 6
    assert draw(Sign(), 720, faces) is None


async def test_the_lamp_follows_the_truth_and_a_lamp_that_was_away_catches_up(
    tmp_path: Path,
) -> None:
    board, truth = KMTronicEmulator(), ["recording"]
    async with serve(board, "tcp://127.0.0.1:0") as served, asyncio.TaskGroup() as tasks:
        config = DeviceConfig(id="lamp", name="Lamp", driver="kmtronic", url=served.url)
        device = DeviceService(config=config, changed=lambda: None)
        light = LightService(
            config=LightConfig(relay="lamp", channel=1),
            language="en",
            devices={"lamp": device},
            log=tmp_path,
            truth=lambda: truth[0],
        )
        running = [tasks.create_task(device.run()), tasks.create_task(light.run())]
        await eventually_async(lambda: 1 in board.closed)
        truth[0] = "paused"
        await eventually_async(lambda: 1 not in board.closed)
        await served.unplug()
        truth[0] = "recording"
        await eventually_async(lambda: not device.is_online, within_s=15)
        await served.plug()
        await eventually_async(lambda: 1 in board.closed, within_s=15)
        await light.put_out()
        await eventually_async(lambda: 1 not in board.closed)
        for task in running:
            task.cancel()


@pytest.fixture
def display() -> Iterator[str]:
    """A screen that nobody sees."""
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "640x360x24", "-nolisten", "tcp"],
        pass_fds=(writes,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


def seen_on(display: str) -> NDArray[np.uint8]:
    """Take a picture of a screen: (height, width, 3) uint8, RGB24."""
    with av.open(
        display, format="x11grab", options={"video_size": "640x360", "draw_mouse": "0"}
    ) as screen:
        frame = next(screen.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


@pytest.mark.needs("xvfb")
def test_the_overlay_shows_what_it_is_told_and_goes_with_who_told_it(display: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "classroom_edge.light.overlay", display], stdin=subprocess.PIPE
    ) as overlay:
        assert overlay.stdin is not None

        def tell(sign: Sign) -> None:
            assert overlay.stdin is not None
            overlay.stdin.write(msgspec.json.encode(sign) + b"\n")
            overlay.stdin.flush()

        tell(Sign(show="recording"))
        corner = np.s_[:90, 400:]
        eventually(lambda: has(seen_on(display)[corner], RED))
        tell(Sign(show="paused"))
        eventually(lambda: not has(seen_on(display), RED) and has(seen_on(display), AMBER))
        tell(Sign(code="123456"))
        eventually(lambda: has(seen_on(display)[150:210, 200:440], (255, 255, 255)))
        overlay.stdin.close()
        assert overlay.wait(10) == 0
    eventually(lambda: not seen_on(display).any())


def test_without_a_screen_the_overlay_says_so() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "classroom_edge.light.overlay", ":987"],
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 3
    assert b":987" in ended.stderr
