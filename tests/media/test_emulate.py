"""Emulated cameras: ground truth that survives coding, and protocols that FFmpeg reads."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.api import Kind
from classroom_media.emulate import truth
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.http_ts import TransportStreamServer
from classroom_media.emulate.rtsp import RtspServer, picture_payloads
from classroom_media.emulate.scenes import PupilsScene, Scene, SlidesScene, TeacherScene

FRAMES = 40
SCENES = (TeacherScene, PupilsScene, SlidesScene)


def noon() -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@asynccontextmanager
async def camera(scene: Scene, *, sound: bool = False, every: int = 1) -> AsyncIterator[Feed]:
    feed = Feed((Kind.PICTURE, Kind.SOUND) if sound else (Kind.PICTURE,))
    with ExitStack() as films:
        films.enter_context(EmulatedCamera("camera", scene, feed, sound=sound, every=every))
        yield feed


def watch(url: str, frames: int) -> tuple[list[int | None], list[float], list[float]]:
    """Give the numbers of the pictures, their times, and the times of the beeps, from a URL."""
    numbers: list[int | None] = []
    times: list[float] = []
    sound: list[np.ndarray] = []
    first = 0.0
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=(10, 10)) as stream:
        for packet in stream.demux():
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    numbers.append(truth.read(frame.to_ndarray(format="gray8")))
                    times.append(frame.time or 0.0)
                elif isinstance(frame, av.AudioFrame):
                    first = first if sound else (frame.time or 0.0)
                    sound.append(frame.to_ndarray()[0])
            if len(numbers) >= frames:
                break
    beeps = truth.beep_starts(np.concatenate(sound), 48_000) if sound else []
    return numbers, times, [first + beep for beep in beeps]


@given(st.integers(min_value=0, max_value=2**32 - 1), st.sampled_from([1280, 1920, 640]))
def test_a_number_that_is_burnt_in_can_be_read(number: int, width: int) -> None:
    luma = np.full((width * 9 // 16, width), 90, np.uint8)
    truth.burn(luma, number)
    assert truth.read(luma) == number


@pytest.mark.parametrize("scale", [0.25, 0.3, 0.5])
def test_a_number_can_still_be_read_when_the_picture_is_small(scale: float) -> None:
    luma = np.full((720, 1280), 90, np.uint8)
    truth.burn(luma, 123_456_789)
    size = (int(1280 * scale), int(720 * scale))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    assert truth.read(small) == 123_456_789


def test_a_picture_without_a_number_is_not_given_one() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280), np.uint8)
    assert truth.read(noise) is None
    assert truth.read(np.full((720, 1280), 128, np.uint8)) is None


def test_beeps_are_found_where_they_were_made() -> None:
    rate = 48_000
    made = truth.tone(2 * rate, 12 * rate, rate)  # beeps at 5, 10 and so on: 3 and 8 in here
    hum = np.random.default_rng(2).normal(0, 0.01, made.size).astype(np.float32)
    assert truth.beep_starts(made + hum, rate) == pytest.approx([3.0, 8.0], abs=0.003)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_can_be_drawn_again_from_its_number(scene: type[Scene]) -> None:
    there, again = scene(noon), scene(noon)  # type: ignore[call-arg]
    for number in (0, 1, 77, 1000):
        there.paint(number)
    here = again.paint(1000).frame.to_ndarray(format="rgb24")
    assert np.array_equal(there.paint(1000).frame.to_ndarray(format="rgb24"), here)


def test_a_page_is_pointed_at_and_then_stands_still() -> None:
    scene = SlidesScene(noon)
    end = scene.PAGE_FRAMES - 1
    assert pointed_at(scene, 0)
    assert not pointed_at(scene, end)
    assert pointed_at(scene, end + 1)


def pointed_at(scene: Scene, number: int) -> bool:
    red, green, _ = scene.paint(number).frame.to_ndarray(format="rgb24")[140:600].T.astype(int)
    return bool((red > green + 100).any())


@given(st.binary(min_size=1, max_size=5000).filter(lambda d: b"\0\0" not in d and d[-1]))
def test_a_long_unit_is_cut_and_can_be_put_together_again(body: bytes) -> None:
    unit = b"\x65" + body
    pieces = list(picture_payloads(b"\0\0\0\1" + unit))
    assert [last for _, last in pieces] == [False] * (len(pieces) - 1) + [True]
    if len(pieces) == 1:
        assert pieces[0][0] == unit
        return
    first = pieces[0][0]
    header = bytes([first[0] & 0xE0 | first[1] & 0x1F])
    assert header + b"".join(piece[2:] for piece, _ in pieces) == unit


async def test_ffmpeg_sees_every_picture_of_an_rtsp_camera_in_step_with_its_sound() -> None:
    server = RtspServer(("admin", "secret"))
    async with camera(TeacherScene(noon), sound=True) as feed, server.listening():
        server.feeds["/teacher"] = feed
        url = f"rtsp://admin:secret@127.0.0.1:{server.port}/teacher"
        numbers, times, beeps = await asyncio.to_thread(watch, url, 160)
    counted = [number for number in numbers if number is not None]
    assert len(counted) == len(numbers)
    assert set(np.diff(counted)) == {1}
    flashes = [at for at, n in zip(times, counted, strict=True) if n % truth.EVENT_FRAMES == 0]
    assert flashes
    assert min(abs(beep - flashes[0]) for beep in beeps) < 0.010


async def test_a_camera_of_fewer_pictures_films_every_so_many_at_their_own_time() -> None:
    server = RtspServer()
    async with camera(SlidesScene(noon), every=5) as feed, server.listening():
        server.feeds["/slides"] = feed
        url = f"rtsp://127.0.0.1:{server.port}/slides"
        numbers, times, _ = await asyncio.to_thread(watch, url, 12)
    counted = [number for number in numbers if number is not None]
    assert len(counted) == len(numbers)
    assert {number % 5 for number in counted} == {0}
    assert set(np.diff(counted)) == {5}
    assert np.diff(times) == pytest.approx(0.2, abs=0.002)


async def test_a_wrong_password_is_refused() -> None:
    server = RtspServer(("admin", "secret"))
    async with camera(PupilsScene(noon)) as feed, server.listening():
        server.feeds["/pupils"] = feed
        url = f"rtsp://admin:wrong@127.0.0.1:{server.port}/pupils"
        with pytest.raises(av.error.HTTPUnauthorizedError):
            await asyncio.to_thread(watch, url, 1)


async def test_ffmpeg_sees_every_picture_of_a_transport_stream_over_http() -> None:
    server = TransportStreamServer()
    async with camera(SlidesScene(noon)) as feed, server.listening():
        server.feeds["/slides.ts"] = feed
        url = f"http://127.0.0.1:{server.port}/slides.ts"
        numbers, times, _ = await asyncio.to_thread(watch, url, FRAMES)
    assert set(np.diff([n for n in numbers if n is not None])) == {1}
    assert set(np.round(np.diff(times), 3)) == {0.04}


@pytest.mark.needs("ffmpeg")
async def test_debians_ffprobe_reads_the_rtsp_camera() -> None:
    server = RtspServer()
    async with camera(TeacherScene(noon), sound=True) as feed, server.listening():
        server.feeds["/teacher"] = feed
        command = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-of", "json"]
        command += ["-show_streams", f"rtsp://127.0.0.1:{server.port}/teacher"]
        run = asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
        streams = json.loads((await run).stdout)["streams"]
    assert [stream["codec_name"] for stream in streams] == ["h264", "aac"]
    assert (streams[0]["width"], streams[0]["height"]) == (1280, 720)
