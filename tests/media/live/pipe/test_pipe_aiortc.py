"""aiortc as it is at the other end: it decodes our lesson, and we decode what it sends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError

from classroom_media.live.pipe.api import State
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from tests.media.live.pipe.lesson import (
    HEIGHT,
    LUMA,
    RATE_HZ,
    TONE_HZ,
    WIDTH,
    Teacher,
    decoded_pictures,
    decoded_sound,
    pitch_hz,
)
from tests.media.live.pipe.pairs import LOOPBACK

GUEST_LUMA, GUEST_HZ = 90, 700
ENOUGH = 15  # pictures, each way


class Wall(VideoStreamTrack):
    """A guest's camera, before which nothing happens."""

    async def recv(self) -> av.VideoFrame:
        frame = av.VideoFrame.from_ndarray(
            np.vstack(
                [
                    np.full((HEIGHT, WIDTH), GUEST_LUMA, np.uint8),
                    np.full((HEIGHT // 2, WIDTH), 128, np.uint8),
                ]
            ),
            format="yuv420p",
        )
        frame.pts, frame.time_base = await self.next_timestamp()
        return frame


class Tone(MediaStreamTrack):
    """A guest who hums."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(0.02)
        at = np.arange(960) + self._at
        tone = (8000 * np.sin(2 * np.pi * GUEST_HZ * at / RATE_HZ)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], "s16", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._at, Fraction(1, RATE_HZ)
        self._at += 960
        return frame


class Guest:
    """A peer of aiortc: what it decoded."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.pictures: list[av.VideoFrame] = []
        self.sounds: list[av.AudioFrame] = []
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))

        @self.peer.on("track")
        def _(track: MediaStreamTrack) -> None:
            tasks.create_task(self._take(track))

    async def _take(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.pictures.append(frame)
                elif isinstance(frame, av.AudioFrame):
                    self.sounds.append(frame)

    def send(self) -> None:
        """Send sound and picture, the picture as H.264."""
        self.peer.addTrack(Tone())
        self.peer.addTrack(Wall())
        h264 = [
            codec
            for codec in RTCRtpSender.getCapabilities("video").codecs
            if codec.mimeType in {"video/H264", "video/rtx"}
        ]
        self.peer.getTransceivers()[1].setCodecPreferences(h264)


@pytest.fixture(autouse=True)
def _on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aiortc, too, look for peers on this machine alone."""
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [LOOPBACK])


@asynccontextmanager
async def hub_and_guest() -> AsyncIterator[tuple[Teacher, Guest, asyncio.TaskGroup]]:
    async with asyncio.TaskGroup() as tasks:
        port = Port.open([LOOPBACK])
        teacher, guest = Teacher(Reach(port), tasks), Guest(tasks)
        try:
            yield teacher, guest, tasks
        finally:
            await teacher.pipe.close()
            await guest.peer.close()
            port.close()


async def lesson(teacher: Teacher, guest: Guest, tasks: asyncio.TaskGroup) -> None:
    """Teach until both have seen and heard enough."""
    teacher.begin()
    work = tasks.create_task(teacher.teach())
    async with asyncio.timeout(40):
        while not (
            len(guest.pictures) >= ENOUGH
            and len(guest.sounds) >= 60
            and len(teacher.of("picture")) >= ENOUGH
            and len(teacher.of("sound")) >= 60
        ):
            await asyncio.sleep(0.05)
    work.cancel()
    assert teacher.pipe.state is State.CONNECTED


def judge(teacher: Teacher, guest: Guest) -> None:
    last = guest.pictures[-1]
    assert (last.width, last.height) == (WIDTH, HEIGHT)
    assert abs(float(np.median(last.to_ndarray()[:HEIGHT])) - LUMA) < 4
    heard = np.concatenate([each.to_ndarray().reshape(-1)[::2] for each in guest.sounds[20:50]])
    assert abs(pitch_hz(heard.astype(np.float32)) - TONE_HZ) < 5
    seen = decoded_pictures(teacher.of("picture"))[-1]
    assert (seen.width, seen.height) == (WIDTH, HEIGHT)
    assert abs(float(np.median(seen.to_ndarray()[:HEIGHT])) - GUEST_LUMA) < 4
    assert abs(pitch_hz(decoded_sound(teacher.of("sound"))[RATE_HZ // 2 :]) - GUEST_HZ) < 5


async def test_aiortc_answers_our_offer_and_both_see_and_hear_each_other() -> None:
    async with hub_and_guest() as (teacher, guest, tasks):
        offer = await teacher.pipe.offer()
        await guest.peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        guest.send()
        await guest.peer.setLocalDescription(await guest.peer.createAnswer())
        await teacher.pipe.agree(guest.peer.localDescription.sdp)
        await lesson(teacher, guest, tasks)
        judge(teacher, guest)


async def test_we_answer_aiortcs_offer_with_its_numbers() -> None:
    async with hub_and_guest() as (teacher, guest, tasks):
        guest.send()
        await guest.peer.setLocalDescription(await guest.peer.createOffer())
        answer = await teacher.pipe.answer(guest.peer.localDescription.sdp)
        assert teacher.pipe.sends.picture.payload_type != 96
        await guest.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await lesson(teacher, guest, tasks)
        judge(teacher, guest)
