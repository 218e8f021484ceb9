"""Chromium as a guest, with its pretended camera: it shows our lesson, and we see and hear it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

from classroom_edge import parts
from classroom_media.live.pipe.port import Port
from classroom_media.live.pipe.reach import Reach
from tests.media.live.pipe.lesson import (
    HEIGHT,
    LUMA,
    WIDTH,
    Teacher,
    decoded_pictures,
    decoded_sound,
)
from tests.media.live.pipe.pairs import LOOPBACK

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
ADDRESS = "https://guest.invalid/"
GUEST = """<!doctype html><meta charset="utf-8"><video autoplay playsinline></video><script>
  const video = document.querySelector("video"), peer = new RTCPeerConnection();
  const shown = new MediaStream();
  peer.ontrack = ({track}) => { shown.addTrack(track); video.srcObject = shown; };
  const complete = () => new Promise((done) => {
    if (peer.iceGatheringState === "complete") done();
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
  });
  const told = async () => { await complete(); return peer.localDescription.sdp; };
  async function join() {
    const own = await navigator.mediaDevices.getUserMedia(
      {video: {width: 320, height: 180}, audio: true});
    for (const track of own.getTracks()) peer.addTrack(track, own);
  }
  async function answer(sdp) {
    await peer.setRemoteDescription({type: "offer", sdp});
    await join();
    await peer.setLocalDescription(await peer.createAnswer());
    return told();
  }
  async function offer() {
    await join();
    await peer.setLocalDescription(await peer.createOffer());
    return told();
  }
  const agree = (sdp) => peer.setRemoteDescription({type: "answer", sdp});
  async function seen() {
    const found = {};
    for (const each of (await peer.getStats()).values())
      if (each.type === "inbound-rtp") found[each.kind] = each;
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 300, 150, 1, 1, 0, 0, 1, 1);
    return {
      frames: found.video?.framesDecoded ?? 0,
      size: [video.videoWidth, video.videoHeight],
      grey: [...pen.getImageData(0, 0, 1, 1).data],
      heard: found.audio?.totalSamplesReceived ?? 0,
      concealed: found.audio?.concealedSamples ?? 0,
      loud: found.audio?.totalAudioEnergy ?? 0,
      lost: (found.video?.packetsLost ?? 0) + (found.audio?.packetsLost ?? 0),
    };
  }
</script>"""


@asynccontextmanager
async def guest_page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=parts.chromium(), args=ARGS)
        page = await browser.new_page()
        await page.route(ADDRESS, lambda route: route.fulfill(body=GUEST, content_type="text/html"))
        await page.goto(ADDRESS)
        yield page
        await browser.close()


async def lesson(teacher: Teacher, page: Page, tasks: asyncio.TaskGroup) -> None:
    """Teach until both ends have seen and heard enough, and judge it."""
    teacher.begin()
    work = tasks.create_task(teacher.teach())
    async with asyncio.timeout(40):
        while True:
            seen = await page.evaluate("seen()")
            came = len(teacher.of("picture")) > 25 and len(teacher.of("sound")) > 60
            if seen["frames"] > 25 and seen["heard"] > 48_000 and came:
                break
            await asyncio.sleep(0.1)
    work.cancel()
    assert seen["size"] == [WIDTH, HEIGHT]
    assert seen["grey"][:3] == pytest.approx([(LUMA - 16) * 255 / 219] * 3, abs=8)
    assert seen["loud"] > 0.01
    frames = decoded_pictures(teacher.of("picture"))
    assert len(frames) > 20
    assert frames[-1].to_ndarray().std() > 10
    assert float(abs(decoded_sound(teacher.of("sound"))).max()) > 0.05


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("who", ["we offer", "the browser offers"])
async def test_a_browser_takes_part_as_guest_with_sound_and_picture_both_ways(who: str) -> None:
    port = Port.open([LOOPBACK])
    async with guest_page() as page, asyncio.TaskGroup() as tasks:
        teacher = Teacher(Reach(port), tasks)
        if who == "we offer":
            answer = await page.evaluate("sdp => answer(sdp)", await teacher.pipe.offer())
            await teacher.pipe.agree(answer)
        else:
            answer = await teacher.pipe.answer(await page.evaluate("offer()"))
            await page.evaluate("sdp => agree(sdp)", answer)
        await lesson(teacher, page, tasks)
        await teacher.pipe.close()
    port.close()
