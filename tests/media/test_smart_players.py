"""Players that we did not write show all of a programme that was passed in part."""

import base64
import itertools
import subprocess
import sys
from functools import partial
from pathlib import Path

import av
import msgspec
import pytest
from playwright.sync_api import sync_playwright

from classroom_media.compose.programme import PICTURES, Programme
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.part import PartWriter

from .numbered import COLUMNS, ROWS, Recorded, play, spec
from .unlike import BASELINE, BESIDE, BIG, MAIN, A, B, seen_in, slices, steps

CUTS = {2.3: B, 3.5: BESIDE, 3.9: A, 4.6: B}  # by second; a's keyframes come more often than b's
PLAYER = """
const video = document.createElement("video"), canvas = document.createElement("canvas");
canvas.width = %(width)d; canvas.height = %(height)d;
const pen = canvas.getContext("2d"), seen = [];
function number() {
  pen.drawImage(video, 0, 0);
  let found = 0;
  for (let bit = 0; bit < %(columns)d * %(rows)d; bit++) {
    const x = (bit %% %(columns)d + 0.5) * canvas.width / %(columns)d;
    const y = (Math.floor(bit / %(columns)d) + 0.5) * canvas.height / %(rows)d;
    if (pen.getImageData(x, y, 1, 1).data[1] > 125) found |= 1 << bit;
  }
  return found;
}
function until(what) {
  return new Promise((done, failed) => {
    video.addEventListener(what, done, {once: true});
    video.onerror = () => failed(new Error(video.error.message));
  });
}
async function look(film, times) {
  const bytes = Uint8Array.from(atob(film), letter => letter.charCodeAt(0));
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: "video/mp4"}));
  await until("loadeddata");
  for (const at of times) {
    video.currentTime = at;
    await until("seeked");
    seen.push(number());
  }
  video.currentTime = 0;
  video.playbackRate = 3;
  await video.play();
  await until("ended");
  return seen;
}
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a programme of two unlike cameras, there and back and side by side."""
    out = Recorded()
    made = Programme(msgspec.structs.replace(spec(A, size=BIG), smart=True), out)
    a, b = BASELINE("a"), MAIN("b")
    at = {second: partial(made.show, layout) for second, layout in CUTS.items()}
    play(made, a + b, until_s=6.5, at=at)
    made.finish()
    own = {slices(packet.data) for packet in a + b}
    passed = [slices(packet.data) in own for packet in out.pictures]
    assert len({*itertools.pairwise(passed)}) == 4, "it goes there and back"
    path = tmp_path_factory.mktemp("lesson") / "programme.mp4"
    first, *_ = out.pictures
    assert first.format
    writer = PartWriter(DurableFile(path), {PICTURES: first.format}, first.pts_ns)
    for packet in out.pictures:
        writer.write(packet)
    writer.seal()
    flatten(path)
    return path


def shown(path: Path) -> list[tuple[float, int]]:
    """Give when which number is shown, as FFmpeg 8 sees it."""
    with av.open(path) as container:
        return [(float(frame.time or 0), seen_in(frame)) for frame in container.decode(video=0)]


def outside(pictures: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Leave out the pictures with two numbers in them."""
    return [one for one in pictures if not 3.3 < one[0] < 4.1]


@pytest.mark.needs("ffmpeg")
def test_an_old_ffmpeg_reads_it_without_a_complaint(lesson: Path) -> None:
    command = ["ffmpeg", "-v", "warning", "-i", str(lesson), "-f", "framecrc", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stderr == ""
    numbers = [number for _, number in shown(lesson)]
    assert steps(numbers) == [1] * (len(numbers) - 1)
    assert sum(line[:1] == "0" for line in said.stdout.splitlines()) == len(numbers)


@pytest.mark.needs("libvlc")
def test_vlc_shows_every_picture(lesson: Path) -> None:
    command = [sys.executable, "-m", "tests.media.vlc_eyes", str(lesson)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    ended, *numbers = said.stdout.split()
    assert ended == "ended"
    missing = {number for _, number in outside(shown(lesson))} - {*map(int, numbers)}
    assert len(missing) <= 3, "VLC lacks a second where parameter sets differ in their looks"


@pytest.mark.needs("chromium")
def test_a_browser_plays_it_to_its_end_and_finds_every_place(lesson: Path) -> None:
    places = outside(shown(lesson))[::9]
    film = base64.b64encode(lesson.read_bytes()).decode()
    form = {"width": BIG[0], "height": BIG[1], "columns": COLUMNS, "rows": ROWS}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content=PLAYER % form)
        times = [at_s + 0.01 for at_s, _ in places]
        seen = page.evaluate("([film, times]) => look(film, times)", [film, times])
        browser.close()
    assert seen == [number for _, number in places]
