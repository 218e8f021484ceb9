"""A guest's page and a screen's, in a browser that has neither camera nor microphone."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from classroom_edge.room import ScreenView
from classroom_edge.services.refusals import refused_in_session
from tests.edge.browser import lessons
from tests.edge.browser.conftest import PHONE, WIDE, Panel
from tests.edge.browser.test_states import overflow, violations
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")


@pytest.mark.needs("node")
def test_a_guest_without_a_camera_is_told_so_and_may_still_listen_if_the_ticket_is_good(
    panel: Panel, node_modules: Path
) -> None:
    panel.expected = "409"
    page = panel.page
    page.goto(f"{panel.server.url}/guest/old")
    expect(page.locator(".guest-trouble")).to_contain_text("No camera was found")
    assert violations(page, node_modules) == []
    page.get_by_role("button", name="Join the lesson").click()
    expect(page.locator(".guest-wait")).to_contain_text("This invitation is not valid")
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".guest-wait")).to_contain_text("邀请无效或已过期")
    eventually(lambda: panel.room.names_asked().count("guest") > 1)  # it tries again
    page.get_by_role("button", name="离开").click()
    expect(page.get_by_role("button", name="加入课堂")).to_be_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert overflow(page)[0] == 0


@pytest.mark.needs("node")
def test_a_hubs_screen_shows_its_schools_side_by_side_and_who_speaks(
    panel: Panel, node_modules: Path
) -> None:
    wall = (ScreenView("back", "后屏", "page", shows="schools", sound=False),)
    panel.show(replace(lessons.seen(lessons.session()), screens=wall))
    panel.page.goto(f"{panel.server.url}/screen/back")
    tiles = panel.page.locator(".screen-picture")
    expect(tiles).to_have_count(4)
    expect(panel.page.locator(".screen-picture.speaks")).to_contain_text(lessons.SITES["hill"])
    eventually(
        lambda: {what for name, what in panel.room.asked if name == "screen"} >= {*lessons.SITES}
    )
    assert violations(panel.page, node_modules) == []
    panel.page.goto(f"{panel.server.url}/screen/side")
    expect(panel.page.locator(".screen-wait")).to_contain_text("no screen “side”")


def test_a_screen_that_stands_on_end_has_its_schools_one_above_the_other(panel: Panel) -> None:
    wall = (ScreenView("back", "后屏", "page", shows="schools", sound=False),)
    panel.show(replace(lessons.seen(lessons.session()), screens=wall))
    panel.page.goto(f"{panel.server.url}/screen/back")
    tiles = panel.page.locator(".screen-picture")
    expect(tiles).to_have_count(4)
    assert lefts(tiles) == [0, WIDE[0] // 2]
    panel.page.set_viewport_size({"width": WIDE[1], "height": WIDE[0]})
    eventually(lambda: lefts(tiles) == [0])


def test_a_screen_waits_for_its_lesson_and_asks_for_it_again_and_again(panel: Panel) -> None:
    panel.room.refusal = refused_in_session("not-going")
    panel.expected = "409"
    panel.page.goto(f"{panel.server.url}/screen")
    expect(panel.page.locator(".screen-wait")).to_be_visible()
    eventually(lambda: panel.room.names_asked().count("screen") > 1)


def lefts(tiles: Locator) -> list[int]:
    """Give where columns begin, in pixels."""
    boxes = [tile.bounding_box() for tile in tiles.all()]
    return sorted({round(box["x"]) for box in boxes if box})
