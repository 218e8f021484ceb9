"""The page without script in a real browser with script switched off, on wall and phone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from classroom_edge.room import Who
from tests.edge.website import served

BUTTON_MIN = 64  # CSS pixels
LESSON = {
    "上课": "routine",
    "开始录制": "start",
    "双分屏": "layout",
    "打点": "mark",
    "停止录制": "stop",
    "撤销停止": "go-on",
    "暂停": "pause",
    "继续": "resume",
    "下课": "routine",
}  # what is pressed -> what the room is asked

pytestmark = pytest.mark.needs("chromium")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            await browser.close()


async def press(page: Page, text: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=text).click()


async def test_a_lesson_is_recorded_without_a_line_of_script(tmp_path: Path) -> None:
    async with served(tmp_path) as (room, port), chromium() as browser:
        for width, height in [(1280, 800), (360, 740)]:
            page = await browser.new_page(
                viewport={"width": width, "height": height}, java_script_enabled=False
            )
            await page.goto(f"http://127.0.0.1:{port}/lite")
            for text in LESSON:
                box = await page.get_by_role("button", name=text).bounding_box()
                assert box is not None
                assert box["height"] >= BUTTON_MIN
                assert 0 <= box["x"] <= width - box["width"], "nobody has to scroll sideways"
                await press(page, text)
            await room.recorder.stop(Who(name="test"))
            assert [asked[0] for asked in room.asked] == [*LESSON.values(), "stop"]
            room.asked.clear()


async def test_a_panel_is_paired_over_https_without_script(tmp_path: Path) -> None:
    async with served(tmp_path, listen="0.0.0.0") as (room, port), chromium() as browser:
        page = await browser.new_page(java_script_enabled=False, ignore_https_errors=True)
        await page.goto(f"https://localhost:{port}/lite?lang=en")
        await page.get_by_role("link", name="Pair this panel").click()
        await press(page, "Show the digits in the room")
        await page.get_by_label("Six digits").fill(f"{room.code[:3]} {room.code[3:]}")
        await press(page, "Pair")
        await page.goto(f"https://localhost:{port}/lite?lang=en")
        await press(page, "● Record")
    assert room.asked == [("start", "panel:panel 127.0.0.1", "", True)]


async def test_the_documentation_works_offline_and_within_the_content_policy(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (_room, port), chromium() as browser:
        page = await browser.new_page()
        foreign: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda r: foreign.append(r.url) if "127.0.0.1" not in r.url else None)
        page.on("console", lambda said: complaints.append(said.text))
        await page.goto(f"http://127.0.0.1:{port}/docs")
        await page.get_by_text("/api/v1/recording/start").wait_for()
    assert [url for url in foreign if not url.startswith("data:")] == []
    assert complaints == []
