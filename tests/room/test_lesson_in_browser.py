"""The first lesson, as a teacher gives it, in a real browser on the real demo."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from classroom_edge import parts
from tests.room.demo_room import DemoRoom
from tests.waiting import eventually

pytestmark = [pytest.mark.alone, pytest.mark.needs("chromium", "fonts-cjk")]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=parts.chromium(), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, demo: DemoRoom) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(demo.address)
    yield page
    assert said == []
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def slide_to_stop(page: Page) -> None:
    thumb = page.get_by_label("停止录制").bounding_box()
    slider = page.locator(".slider").bounding_box()
    assert thumb is not None
    assert slider is not None
    height = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(slider["x"] + slider["width"] - 4, height, steps=12)
    page.mouse.up()


@pytest.mark.timeout(240)
def test_a_lesson_from_the_first_button_to_watching_it(page: Page, demo: DemoRoom) -> None:
    press(page, "上课")
    eventually(lambda: device(demo, "projector")["power"]["value"] in {"warming", "on"})
    page.keyboard.press("Escape")

    press(page, "开始录制")
    expect(page.get_by_text("正在录制").first).to_be_visible(timeout=15_000)
    expect(page.get_by_role("timer").first).to_have_text(re.compile(r"^00:00:\d\d$"))
    eventually(lambda: demo.state()["recording"]["light"])

    press(page, "并排")
    eventually(lambda: demo.state()["programme"]["layout"] == "side-by-side")
    press(page, "打点")
    eventually(lambda: demo.state()["recording"]["marks"] == 1)
    eventually(lambda: demo.state()["recording"]["seconds_on_disk"] > 15, within_s=30)
    recording = demo.state()["recording"]["id"]

    slide_to_stop(page)
    eventually(lambda: demo.state()["recording"]["state"] == "stopping")
    expect(page.get_by_role("button", name="接着录")).to_be_visible()
    manifest = eventually(lambda: demo.finished(recording), within_s=40)
    assert [mark["at_s"] for mark in manifest["marks"]]

    press(page, "看刚才的录像")
    video = page.locator("video").first
    expect(video).to_be_visible()
    video.evaluate("element => element.play()")
    eventually(lambda: video.evaluate("element => element.currentTime") > 1)
    assert video.evaluate("element => element.videoWidth") == 1280
    length_s = video.evaluate("element => element.duration")
    programme = next(one for one in manifest["tracks"] if one["name"] == "programme")
    assert length_s == pytest.approx(programme["duration_s"], abs=0.3)
    page.keyboard.press("Escape")

    press(page, "下课")
    eventually(
        lambda: device(demo, "projector")["power"]["value"] in {"cooling", "off"}, within_s=60
    )


def device(demo: DemoRoom, name: str) -> dict[str, dict[str, str]]:
    """Give the values of a device."""
    found = next(one for one in demo.state()["devices"] if one["id"] == name)
    values: dict[str, dict[str, str]] = found["values"]
    return {"power": {"value": ""}} | values


def test_the_page_without_script_records_too(browser: Browser, demo: DemoRoom) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{demo.address}/lite")
    press(page, "开始录制")
    eventually(lambda: demo.state()["recording"]["state"] == "recording", within_s=15)
    recording = demo.state()["recording"]["id"]
    eventually(lambda: demo.state()["recording"]["seconds_on_disk"] > 11, within_s=20)
    page.goto(f"{demo.address}/lite")
    press(page, "停止")
    assert eventually(lambda: demo.finished(recording), within_s=40)
    context.close()
