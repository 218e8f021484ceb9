"""The page on which a broadcast is watched: live, then the whole of it, at the same address."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.shelf import Shelf
from tests.edge.browser.conftest import PHONE, SOURCE
from tests.edge.browser.test_states import overflow, violations
from tests.media.live.hls.lessons import packaged, reel, sent
from tests.media.live.hls.stage import Stage, stage
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

BUILT = SOURCE.parent / "static" / "panel"
PHONE_SIZE: ViewportSize = {"width": PHONE[0], "height": PHONE[1]}


async def give(lesson: Lesson) -> None:
    for piece in packaged(sent(reel(gop=25))):
        await lesson.put("720p", piece)


def video(page: Page, what: str) -> float:
    value: float = page.evaluate(f"document.querySelector('video').{what}")
    return value


def on(here: Stage, work: Coroutine[None, None, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, here.loop).result()


@pytest.mark.needs("node")
def test_a_lesson_is_watched_live_and_as_a_whole_when_it_is_over(
    tmp_path: Path, browser: Browser, node_modules: Path
) -> None:
    lesson = Lesson(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), {"720p": Shelf(tmp_path)})
    elsewhere: list[str] = []
    with stage(lesson, built=BUILT) as here, browser.new_context(viewport=PHONE_SIZE) as context:
        on(here, give(lesson))
        page = context.new_page()
        page.on(
            "response",
            lambda got: elsewhere.append(got.url) if not _ours(got, here.url) else None,
        )
        page.goto(f"{here.url}/watch/any/maths")
        expect(page.locator(".watch-state.live")).to_be_visible()
        page.locator(".live-touch").or_(page.locator(".watch-word")).first.click()
        eventually(lambda: video(page, "currentTime") > 0)
        assert overflow(page)[0] == 0
        assert violations(page, node_modules) == []
        on(here, lesson.end())
        expect(page.locator(".watch-state.over")).to_be_visible()
        eventually(lambda: video(page, "duration") > 7.5)
        assert video(page, "currentTime") < 7
        eventually(lambda: video(page, "getVideoPlaybackQuality().totalVideoFrames") > 20)
    assert elsewhere == []


def _ours(got: Response, url: str) -> bool:
    return got.url.startswith((url, "blob:", "data:"))
