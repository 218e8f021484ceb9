"""Players that we did not write find what an edited film has: every picture, and its chapters."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from classroom_media.api import Card
from classroom_media.edit.orders import FilmOrder, Opening, Take
from classroom_media.edit.render import render
from classroom_media.record.flatten import flatten
from classroom_media.record.titled import Titled
from tests.media.record_scene import BITS, FPS, HEIGHT, START_NS, WIDTH, in_order, pictures, sound
from tests.media.test_flatten import written

OTHER = 1000
LOOK = """
async ([film, times]) => {
  const video = document.createElement("video"), canvas = document.createElement("canvas");
  canvas.width = %(width)d; canvas.height = %(height)d;
  const pen = canvas.getContext("2d"), seen = [];
  const until = what => new Promise((done, failed) => {
    video.addEventListener(what, done, {once: true});
    video.onerror = () => failed(new Error(video.error.message));
  });
  const bytes = Uint8Array.from(atob(film), letter => letter.charCodeAt(0));
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: "video/mp4"}));
  await until("loadeddata");
  for (const at of times) {
    video.currentTime = at;
    await until("seeked");
    pen.drawImage(video, 0, 0);
    let found = 0;
    for (let bit = 0; bit < %(bits)d; bit++) {
      const x = (bit %% 6) * (Math.floor(canvas.width / 6) + 1) + canvas.width / 12;
      const y = (Math.floor(bit / 6) + 0.5) * canvas.height / 4;
      if (pen.getImageData(x, y, 1, 1).data[1] > 125) found += 2 ** bit;
    }
    seen.push(found);
  }
  return {seen, length_s: video.duration};
}
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card of a second, 60 pictures that are copied but for the first, and 20 of another film."""
    folder = tmp_path_factory.mktemp("film")
    for name, first in (("one", 0), ("two", OTHER)):
        written(folder / name, in_order(pictures(125, first=first), sound(5)), START_NS)
        flatten(folder / name)
    one, two = (str(folder / name) for name in ("one", "two"))
    takes = (
        Take(film=one, from_s=0.8, to_s=3.2, sound=one),
        Take(film=two, from_s=2.0, to_s=2.8, sound=two),
    )
    order = FilmOrder(
        takes=takes,
        into=str(folder / "made.mp4"),
        opening=Opening(card=Card(title="勾股定理"), length_s=1.0),
        chapters=(Titled(0.0, "导入"), Titled(2.4, "例题")),
    )
    render(order)
    return folder / "made.mp4"


@pytest.mark.needs("libvlc")
def test_vlc_lists_the_chapters(film: Path) -> None:
    command = [sys.executable, "-m", "tests.media.edit.vlc_chapters", str(film)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert told["length_s"] == pytest.approx(4.2, abs=0.05)
    assert told["chapters"] == [[0.0, "勾股定理"], [1.0, "导入"], [3.4, "例题"]]


@pytest.mark.needs("chromium")
def test_a_browser_jumps_to_every_picture_on_both_sides_of_the_cuts(film: Path) -> None:
    places = [25, 26, 30, 31, 60, 84, 85, 86, 104]
    expected = [n - 25 + 20 if n < 85 else n - 85 + 50 + OTHER for n in places]
    script = LOOK % {"width": WIDTH, "height": HEIGHT, "bits": BITS}
    data = base64.b64encode(film.read_bytes()).decode()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        told = page.evaluate(script, [data, [(n + 0.5) / FPS for n in places]])
        browser.close()
    assert told["seen"] == expected
    assert told["length_s"] == pytest.approx(4.2, abs=0.05)
