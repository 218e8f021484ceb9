"""The panel on browsers that wall panels really carry: Chrome 69, 83 and 90."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.browser import states
from tests.edge.browser.cdp import OldPage, old_page
from tests.edge.browser.pretend import PretendServer
from tests.waiting import eventually

# Debian's chromium brings the shared libraries that the old ones need.
pytestmark = [pytest.mark.alone, pytest.mark.needs("chromium", "fonts-cjk", "old-chromes")]

BROWSERS = Path(__file__).parents[3] / ".parts" / "old-chromes"


@pytest.fixture(params=["69", "83", "90"])
def page(request: pytest.FixtureRequest, server: PretendServer) -> Iterator[OldPage]:
    server.reset()
    with old_page(BROWSERS / request.param / "chromium", server.url) as page:
        eventually(lambda: f"Chrome/{request.param}." in page.evaluate("navigator.userAgent"))
        eventually(lambda: page.text(".phase").strip() == "可以录制")
        yield page
        assert page.complaints == []


def test_a_lesson_is_recorded_on_an_old_browser(page: OldPage, server: PretendServer) -> None:
    room = server.room
    eventually(
        lambda: page.evaluate("(document.querySelector('.frame img') || {}).naturalWidth") == 320
    )
    eventually(lambda: "正常" in page.text(".sound-level .word"))
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert [round(side) for side in page.box(".start")[2:]] == [220, 220]

    page.click(".start")
    eventually(lambda: room.names_asked() == ["start"])
    server.in_room(lambda room: room.show(states.recording(1421.6)))
    eventually(lambda: page.text(".timer").strip() == "00:23:41")
    server.in_room(lambda room: room.show(states.limited(503)))
    eventually(lambda: page.text(".count-down .left").strip().startswith("还剩 08:"))
    server.in_room(lambda room: room.show(states.recording(1421.6)))

    page.click(".scene:nth-child(5)")
    eventually(lambda: room.names_asked()[-1] == "layout")
    page.click(".drawer")
    eventually(lambda: page.text(".sheet h2") == "导播")
    page.click(".cell")
    eventually(lambda: room.asked[-1] == ("layout", ("single", "teacher")))
    eventually(lambda: _slid(page, server))  # not at once: start bolts stop for a moment
    server.in_room(lambda room: room.show(states.stopping()))
    eventually(lambda: page.text(".ring .number") == "6")
    page.click(".go-on")
    eventually(lambda: room.names_asked()[-1] == "go-on")


def test_nothing_overlaps_or_leaves_the_screen_on_an_old_browser(
    page: OldPage, server: PretendServer
) -> None:
    server.in_room(lambda room: room.show(states.troubled()))
    eventually(lambda: page.text(".problem strong"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    tops = [page.box(part)[1] for part in (".head", ".main", ".problem-bar", ".foot")]
    assert tops == sorted(tops)
    icon, title = page.box(".foot .button .icon"), page.box(".foot .button span")
    assert icon[0] + icon[2] < title[0]  # a margin where flexible boxes have no gap


def _slid(page: OldPage, server: PretendServer) -> bool:
    page.drag(".thumb", page.box(".slider")[2])
    return "stop" in server.room.names_asked()
