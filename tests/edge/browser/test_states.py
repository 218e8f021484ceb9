"""Every state a teacher can meet: legible, complete and quiet, in both languages and sizes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from classroom_edge.room import RoomState
from classroom_edge.words import words
from tests.edge.browser import states
from tests.edge.browser.conftest import PHONE, Panel
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

STATES: dict[str, tuple[Callable[[], RoomState], str]] = {
    "idle": (states.idle, "record.idle"),
    "recording": (states.recording, "record.recording"),
    "routine": (states.routine, "record.recording"),
    "unwritten": (states.unwritten, "record.unwritten"),
    "paused": (states.paused, "record.paused"),
    "stopping": (states.stopping, "record.stopping"),
    "finishing": (states.finishing, "record.saving"),
    "problems": (states.troubled, "record.recording"),
    "disk full": (states.disk_full, "record.recording"),
    "上课": (states.starting_class, "record.idle"),
}
DRAWERS = {name: f"{name}.title" for name in ("desk", "sound", "camera", "devices", "recordings")}


def overflow(page: Page) -> tuple[int, int]:
    """Give how far the page reaches beyond the screen, in pixels."""
    beyond = page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth,"
        " document.documentElement.scrollHeight - innerHeight]"
    )
    return beyond[0], beyond[1]


def violations(page: Page, node_modules: Path) -> list[str]:
    """Give what the accessibility audit finds wrong."""
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", STATES)
def test_every_state_says_what_it_is_and_fits(panel: Panel, name: str, language: str) -> None:
    make, key = STATES[name]
    page = panel.open(make(), language=language)
    expect(page.locator(".phase")).to_contain_text(words("panel").say(key, language))
    assert page.evaluate("document.documentElement.lang") == language
    across, down = overflow(page)
    assert (across, down) == (0, 0)  # one screen, nothing to scroll
    page.set_viewport_size({"width": 1366, "height": 650})  # a laptop's, within a browser
    assert overflow(page) == (0, 0)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert overflow(page)[0] == 0  # one column


@pytest.mark.needs("node")
@pytest.mark.parametrize("name", STATES)
def test_every_state_passes_the_accessibility_audit(
    panel: Panel, node_modules: Path, name: str
) -> None:
    page = panel.open(STATES[name][0](), language="en")
    assert violations(page, node_modules) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert violations(page, node_modules) == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("drawer", DRAWERS)
def test_every_drawer_passes_the_accessibility_audit(
    panel: Panel, node_modules: Path, drawer: str
) -> None:
    page = panel.open(states.equipped())
    page.get_by_role("button", name=words("panel").say(DRAWERS[drawer], "zh-CN")).last.click()
    expect(page.locator(".sheet h2")).to_be_visible()
    assert violations(page, node_modules) == []
    assert overflow(page) == (0, 0)


def test_what_a_hand_must_find_is_large(panel: Panel) -> None:
    page = panel.open(states.idle())
    start = page.locator(".start").bounding_box()
    assert start is not None
    assert (round(start["width"]), round(start["height"])) == (220, 220)
    panel.show(states.recording())
    expect(page.locator(".slider")).to_be_visible()
    sizes = page.evaluate(
        "Array.from(document.querySelectorAll('.main .button, .foot .button, .thumb'))"
        ".map((b) => [b.offsetWidth, b.offsetHeight])"
    )
    assert min(min(size) for size in sizes) >= 64


def test_the_whole_steering_pad_is_there_above_a_problem(panel: Panel) -> None:
    page = panel.open(states.troubled())
    page.locator(".drawers").get_by_role("button", name="摄像机").click()
    expect(page.locator(".pad")).to_be_visible()
    expect(page.locator(".problem")).to_be_visible()
    beyond = page.evaluate(
        "Math.max(...Array.from(document.querySelectorAll('.way, .speed'))"
        ".map((b) => b.getBoundingClientRect().bottom))"
        " - document.querySelector('.sheet').getBoundingClientRect().bottom"
    )
    assert beyond <= 0
    heights = page.evaluate(
        "Array.from(document.querySelectorAll('.way, .speed')).map((b) => b.offsetHeight)"
    )
    assert min(heights) >= 64


def test_more_scenes_than_a_row_holds_stand_in_even_rows(panel: Panel) -> None:
    state = states.recording()
    more = tuple(replace(state.sources[2], id=f"desk{n}") for n in range(3))
    page = panel.open(replace(state, sources=(*state.sources, *more)))
    expect(page.locator(".scene")).to_have_count(10)  # with the one that swaps
    tops = page.evaluate("Array.from(document.querySelectorAll('.scene')).map((b) => b.offsetTop)")
    assert [tops.count(top) for top in sorted(set(tops))] == [5, 5]


def test_the_red_lamp_is_lit_only_while_the_disk_gets_something(panel: Panel) -> None:
    page = panel.open(states.recording())
    expect(page.locator(".picture.lit")).to_be_visible()
    panel.show(states.unwritten())
    expect(page.locator(".record.is-unwritten")).to_be_visible()
    expect(page.locator(".lit")).to_have_count(0)


def test_the_timer_shows_what_is_on_disk_and_never_more(panel: Panel) -> None:
    page = panel.open(states.recording(10.95))
    timer, seen = page.locator(".timer"), ["00:00:10"]

    def tick() -> str:
        panel.pass_time(1)
        seen.append(timer.inner_text())
        return seen[-1]

    eventually(lambda: tick() and len(seen) > 20)  # without news
    assert set(seen) == {"00:00:10"}
    panel.show(states.recording(12.2))
    eventually(lambda: tick() == "00:00:12")
    assert seen == sorted(seen)


def test_trouble_is_told_first_among_the_tracks(panel: Panel) -> None:
    page = panel.open(states.troubled())
    expect(page.locator(".track").first).to_contain_text("学生")
    expect(page.locator(".track").first).to_contain_text("没有信号")


def test_markup_in_a_title_is_only_text(panel: Panel) -> None:
    page = panel.open(states.recording(title="<img src=x onerror=alert(1)>"))
    expect(page.locator(".taught")).to_have_text("<img src=x onerror=alert(1)>")


def test_the_language_stays_as_chosen(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="开始录制")).to_be_visible()
