"""Players that others wrote: ffmpeg, and hls.js in Chromium."""

import asyncio
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from classroom_edge import parts
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.package import Packager
from classroom_media.live.hls.shelf import Shelf
from tests.media.live.hls.lessons import PICTURES, packaged, reel, sent
from tests.media.live.hls.stage import stage

EPOCH = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HLS_JS = Path(__file__).parents[4] / parts.NPM_PEERS / "node_modules/hls.js/dist/hls.min.js"
BARE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PAGE = b"""<!doctype html><meta charset="utf-8"><video muted autoplay playsinline></video>
<script src="/hls.js"></script><script>
  const video = document.querySelector("video");
  const hls = new Hls({lowLatencyMode: true});
  const fatal = [], shown = () => video.getVideoPlaybackQuality().totalVideoFrames;
  const heard = () => video.webkitAudioDecodedByteCount;
  let parts = 0;
  hls.on(Hls.Events.ERROR, (_, told) => told.fatal && fatal.push(told.details));
  hls.on(Hls.Events.FRAG_LOADED, (_, told) => { parts += told.part !== null; });
  hls.loadSource("/any/maths/index.m3u8"); hls.attachMedia(video);
</script>"""


@pytest.mark.needs("ffmpeg")
def test_ffmpeg_plays_a_lesson_that_is_over_without_a_complaint(tmp_path: Path) -> None:
    lesson = Lesson(EPOCH, {"720p": Shelf(tmp_path)})
    with stage(lesson) as here:

        async def give() -> None:
            for piece in packaged(sent(reel())):
                await lesson.put("720p", piece)
            await lesson.end()

        asyncio.run_coroutine_threadsafe(give(), here.loop).result()
        command = ["ffmpeg", "-v", "warning", "-i", f"{here.url}/any/maths/lesson.m3u8"]
        done = subprocess.run(
            [*command, "-map", "0:v", "-f", "framehash", "-", "-map", "0:a", "-f", "null", "-"],
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stderr == ""
    frames = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert len(frames) == PICTURES


@pytest.mark.needs("chromium", "npm-peers")
def test_a_browser_with_hls_js_plays_the_parts_of_a_lesson_that_goes_on(tmp_path: Path) -> None:
    lesson = Lesson(EPOCH, {"720p": Shelf(tmp_path)})
    pages = {"/": ("text/html", PAGE), "/hls.js": ("text/javascript", HLS_JS.read_bytes())}
    with stage(lesson, pages) as here, sync_playwright() as playwright:
        camera = ReplayedCamera("cam", reel(gop=25), here.receiver(Packager()))
        browser = playwright.chromium.launch(executable_path=parts.chromium(), args=BARE)
        with camera:
            page = browser.new_page()
            page.goto(here.url)
            page.wait_for_function("shown() > 100", timeout=30_000)
            told = page.evaluate("({fatal, parts, sound: heard()})")
        browser.close()
    assert told["fatal"] == []
    assert told["parts"] > 10
    assert told["sound"] > 10_000
