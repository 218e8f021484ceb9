"""The library's page: recordings found, watched with all views in step, cut, shared, erased."""

import asyncio
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from classroom_edge.room import ScreenView
from classroom_media.emulate import truth
from classroom_media.record.manifest import Manifest, read_manifest, write_manifest
from tests.edge.browser import reels, states
from tests.edge.browser.conftest import PHONE, WIDE
from tests.edge.browser.pretend import PretendServer, pretend_server
from tests.edge.browser.test_states import overflow, violations
from tests.waiting import eventually

pytestmark = [pytest.mark.needs("chromium", "fonts-cjk")]

MANY = 300
OTHER = "20260831-080000-0fab"
NAS = {"id": "nas", "name": "学校网盘", "least_consent": "room"}
LACK = states.words("没有 libvlc：请安装 vlc", "libvlc is missing: install vlc")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PretendServer]:
    """A room with a lesson that can be watched, and many that are only listed."""
    with pretend_server(tmp_path_factory.mktemp("school")) as server:
        root = server.room.folder_of_recordings
        lesson = reels.record(root / states.RECORDING)
        write_manifest(folder(root, "20260901-080000-0bad"), reels.broken(lesson))
        shutil.copytree(root / states.RECORDING, root / OTHER)
        other = msgspec.structs.replace(lesson, id=OTHER, title="分数的比较")
        write_manifest(root / OTHER, other)
        for number in range(MANY):
            one = reels.blank(number)
            write_manifest(folder(root, one.id), one)
        scan = server.room.shelf.catalogue.scan
        asyncio.run_coroutine_threadsafe(scan(), server.loop).result(30)
        yield server


@pytest.fixture
def page(school: PretendServer, browser: Browser) -> Iterator[Page]:
    """A page as sharp as a telephone's; it must not fail."""
    school.reset()
    wrongs: list[str] = []
    size = {"width": WIDE[0], "height": WIDE[1]}
    with browser.new_context(viewport=size, device_scale_factor=2) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrongs.append(str(error)))
        yield page
    assert wrongs == []


def folder(root: Path, name: str) -> Path:
    (root / name).mkdir()
    return root / name


def opened(page: Page, title: str) -> None:
    page.locator("summary", has_text=title).click()


def watched(page: Page, school: PretendServer, recording: str = states.RECORDING) -> None:
    page.goto(f"{school.url}/library#{recording}")
    expect(page.locator(".angle.big video")).to_be_visible()
    have_pictures(page)


def have_pictures(page: Page) -> None:
    """Wait until every view has something to show."""
    ready = "[...document.querySelectorAll('video')].every(v => v.readyState > 1)"
    eventually(lambda: page.evaluate(ready), within_s=20)


def numbers(page: Page) -> list[int | None]:
    """Read the number burnt into each view, of one picture of the page."""
    boxes = page.evaluate(
        "[...document.querySelectorAll('video')].map(v => {const b = v.getBoundingClientRect();"
        " const w = Math.min(b.width, b.height * 16 / 9), h = w * 9 / 16;"
        " return [b.x + (b.width - w) / 2, b.y + (b.height - h) / 2, w, h].map(n => 2 * n);})"
    )
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
    cut = (shot.crop((round(x), round(y), round(x + w), round(y + h))) for x, y, w, h in boxes)
    return [truth.read(np.asarray(one)) for one in cut]


def in_step(page: Page, within: int) -> list[int]:
    """Wait until all views show instants that near each other; give their numbers."""

    def near() -> list[int]:
        seen = [one for one in numbers(page) if one is not None]
        good = len(seen) == len(reels.ANGLES) and max(seen) - min(seen) <= within
        return seen if good else []

    return eventually(near, within_s=20) or []


def all_show(page: Page, number: int) -> None:
    """Wait until every view shows the same instant, to the picture."""
    eventually(lambda: numbers(page) == [number] * len(reels.ANGLES), within_s=20)


def test_all_views_are_in_step_playing_and_standing_and_when_another_is_chosen(
    page: Page, school: PretendServer
) -> None:
    watched(page, school)
    page.get_by_label("速度").select_option("0.5")
    page.get_by_role("button", name="播放", exact=True).click()
    in_step(page, 2)
    page.evaluate("document.querySelectorAll('video')[1].currentTime -= 0.3")  # as if it stuttered
    first = in_step(page, 2)
    page.locator(".angle.small button").last.click()
    second = in_step(page, 2)
    assert max(first) - 2 <= min(second) < max(first) + 60  # the place is kept
    apart = page.evaluate(
        "(() => {const t = [...document.querySelectorAll('video')].map(v => v.currentTime);"
        " return Math.max(...t) - Math.min(...t);})()"
    )
    assert apart < 0.2
    page.get_by_role("button", name="暂停", exact=True).click()
    for mark, number in (("小结", 125), ("提问", 50)):
        page.get_by_role("button", name=mark).click()
        all_show(page, number)
    page.locator("h2").click()
    page.keyboard.press(".")
    all_show(page, 51)


def test_of_many_recordings_only_what_is_seen_is_in_the_page(
    page: Page, school: PretendServer
) -> None:
    page.goto(f"{school.url}/library")
    expect(page.locator(".shelf-count")).to_contain_text(str(MANY + 3))
    page.locator(".lesson").first.focus()
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-place='12']")).to_be_focused()
    box = page.locator(".shelf-box")

    def at_the_end() -> bool:
        box.evaluate("box => box.scrollTo(0, box.scrollHeight)")
        return page.locator(f"[data-place='{MANY + 2}']").count() == 1

    eventually(at_the_end, within_s=20)
    assert page.locator(".lesson").count() < 30
    page.get_by_role("searchbox").fill("第 217 课")
    expect(page.locator(".lesson")).to_have_count(1)
    expect(page.locator(".lesson")).to_contain_text("第 217 课")
    page.get_by_role("searchbox").fill("没有这样的课")
    expect(page.locator(".empty")).to_contain_text("没有找到")
    page.route("**/api/v1/library?**", lambda route: route.abort())
    page.get_by_role("searchbox").fill("分数")
    expect(page.locator(".shelf-trouble")).to_contain_text("正在重试")
    page.unroute("**/api/v1/library?**")
    expect(page.locator(".lesson")).to_have_count(3)  # by itself


def test_a_lost_track_and_what_is_still_recorded_are_told(
    page: Page, school: PretendServer
) -> None:
    school.in_room(lambda room: room.show(replace(states.idle(), language="en")))
    page.goto(f"{school.url}/library#20260901-080000-0bad")
    expect(page.locator(".lacks")).to_contain_text("This recording is incomplete")
    expect(page.locator(".lacks")).to_contain_text(
        re.compile("About 2 s of .* missing at 00:00:03")
    )
    page.goto(f"{school.url}/library#20000101-000000-0000")
    expect(page.get_by_role("alert")).to_contain_text("no such recording")


def test_a_stretch_is_cut_seen_by_another_camera_and_taken_back(
    page: Page, school: PretendServer
) -> None:
    watched(page, school)
    page.get_by_role("button", name="新的剪辑").click()
    start = page.get_by_label("开头")
    expect(start).to_be_visible()
    have_pictures(page)
    start.focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    eventually(lambda: numbers(page)[0] == 25, within_s=20)
    page.get_by_role("button", name="只留选中").click()
    expect(page.locator(".stage-time")).to_contain_text("00:00:07")
    page.get_by_label("结尾").evaluate(
        "one => {one.value = 2; one.dispatchEvent(new Event('input'));}"
    )
    page.get_by_role("group", name="选中部分用").get_by_role("button", name="教师").click()
    expect(page.locator(".seam")).to_have_count(1)
    page.get_by_role("button", name="剪掉选中").click()
    expect(page.locator(".stage-time")).to_contain_text("00:00:05")
    for length in ("00:00:07", "00:00:07", "00:00:08"):
        page.get_by_role("button", name="撤销").click()
        expect(page.locator(".stage-time")).to_contain_text(length)
    page.get_by_role("button", name="生成影片").click()
    eventually(lambda: school.room.shelf.edits.rendering.views)


def test_another_recording_follows_another_sound_is_heard_and_a_package_is_asked_for(
    page: Page, school: PretendServer
) -> None:
    watched(page, school)
    page.get_by_role("button", name="新的剪辑").click()
    expect(page.locator(".stage-time")).to_contain_text("00:00:08")
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"/api/v1/library\?limit=\d+$"), hold)
    page.get_by_role("button", name="接上另一段录像").click()
    page.get_by_label("查找").fill("分数")
    follows = page.get_by_role("button", name=re.compile("^分数的比较"))
    expect(follows).to_be_visible()
    with page.expect_request_finished():
        late.pop().continue_()
    follows.click()
    expect(page.locator(".stage-time")).to_contain_text("00:00:16")
    page.get_by_label("开头").evaluate(
        "one => {one.value = 12; one.dispatchEvent(new Event('input'));}"
    )
    expect(page.locator(".editing-elsewhere")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".stage-time")).to_contain_text("00:00:08")
    expect(page.locator(".editing-elsewhere")).to_have_count(0)
    page.get_by_label("听到的声音").select_option("教师")
    expect(page.get_by_label("听到的声音")).to_have_value("teacher")
    page.get_by_role("button", name="发布包").click()
    eventually(lambda: "package" in {one.kind for one in school.room.shelf.edits.rendering.views})


def test_a_card_two_peoples_consent_a_link_and_an_erasure(
    page: Page, school: PretendServer
) -> None:
    root = school.room.folder_of_recordings
    gone: Manifest = reels.record(root / "20261201-080000-90ee")
    school.in_room(lambda room: room.shelf.catalogue.touch(gone.id))
    page.goto(f"{school.url}/library#{gone.id}")
    opened(page, "标题与说明")
    page.get_by_role("textbox", name="教师").fill("李老师")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".watching-side .key").first).to_contain_text("李老师")
    opened(page, "谁可以看")
    page.get_by_label("公开").check()
    for person, told in (("李", "还要另一个人同意"), ("王", "谁可以看 · 公开")):
        page.get_by_label(re.compile("您的姓名")).fill(person)
        page.get_by_role("button", name="确定").click()
        expect(page.locator(".watching-side")).to_contain_text(told)
    opened(page, "用链接分享")
    page.get_by_role("button", name="生成链接").click()
    expect(page.locator(".share-address")).to_have_value(re.compile(rf"^{school.url}/s/.+"))
    opened(page, "永久删除")
    page.get_by_label("原因").fill("家长要求")
    button = page.get_by_role("button", name="永久删除")
    button.click()
    assert (root / gone.id).exists()
    page.get_by_role("button", name="再按一次").click()
    eventually(lambda: not (root / gone.id).exists())
    expect(page.locator(".shelf")).to_be_visible()


def test_a_room_without_libvlc_greys_one_button_and_names_the_remedy(
    page: Page, school: PretendServer
) -> None:
    unable = ScreenView("front", "前屏", "unable", problem=LACK)
    school.in_room(lambda room: room.show(replace(states.idle(), screens=(unable,))))
    watched(page, school)
    button = page.get_by_role("button", name="在教室大屏上播放")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#screen-lack-front")).to_have_text(LACK["zh-CN"])
    playing = replace(
        unable, state="playing", title=states.RECORDING, at_s=3, length_s=8, volume=60
    )
    school.in_room(lambda room: room.show(replace(states.idle(), screens=(playing,))))
    expect(page.locator(".screen-keys")).to_contain_text("00:00:03 / 00:00:08")
    with page.expect_request("**/api/v1/screens/front/adjust") as asked:
        page.get_by_role("button", name="暂停大屏").click()
    assert asked.value.post_data_json == {"paused": True}


@pytest.mark.needs("node")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_both_pages_pass_the_accessibility_audit_and_fit(
    page: Page, school: PretendServer, node_modules: Path, language: str
) -> None:
    school.in_room(lambda room: room.show(replace(states.idle(), language=language)))
    page.goto(f"{school.url}/library")
    expect(page.locator(".lesson").first).to_be_visible()
    for place in ("", states.RECORDING):
        page.goto(f"{school.url}/library#{place}")
        if place:
            expect(page.locator(".angle.big video")).to_be_visible()
        for width, height in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert overflow(page)[0] == 0
            assert violations(page, node_modules) == []


def test_times_are_of_the_schools_clock_wherever_the_browser_is(
    school: PretendServer, browser: Browser
) -> None:
    lesson = read_manifest(school.room.folder_of_recordings / states.RECORDING)
    at_school = lesson.started_at.astimezone(ZoneInfo("Asia/Shanghai"))
    with browser.new_context(timezone_id="America/New_York") as context:
        page = context.new_page()
        watched(page, school)
        expect(page.locator(".watching-side")).to_contain_text(f"{at_school:%H:%M}")


def test_a_film_that_was_made_of_an_edit_is_sent_from_the_same_sheet(
    page: Page, school: PretendServer
) -> None:
    watched(page, school)
    page.get_by_role("button", name="新的剪辑").click()
    page.wait_for_url("**/library#*/*")
    edit = page.url.rpartition("/")[2]
    page.route("**/api/v1/targets", lambda route: route.fulfill(json=[NAS]))
    page.route("**/api/v1/deliveries?**", lambda route: route.fulfill(json=[]))

    def made(route: Route) -> None:
        answer = route.fetch().json()
        for one in answer["items"]:
            one["title"] = "精彩片段" if one["id"] == edit else "旧的"
            one["film"] = {"url": "", "stale": one["id"] != edit, "bytes": 1, "duration_s": 8}
        route.fulfill(json=answer)

    page.route("**/edits", made)
    watched(page, school)
    opened(page, "送到别处")
    page.get_by_label("送什么").select_option("精彩片段")
    expect(page.get_by_label("送什么").get_by_role("option", name="旧的")).to_have_count(0)
    with page.expect_request("**/deliveries") as asked:
        page.get_by_role("button", name="送出").click()
    assert asked.value.post_data_json == {"target": "nas", "what": f"edit:{edit}"}
