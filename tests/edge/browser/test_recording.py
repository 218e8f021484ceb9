"""Record, pause, mark, stop and go on: by hand, by keyboard, and never by accident."""

from dataclasses import replace
from pathlib import Path

import av
import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from classroom_edge.room import RecordingState, Refused
from classroom_media.record.manifest import Chapter, Lesson, Manifest, Mark, State, Track
from tests.edge.browser import states
from tests.edge.browser.conftest import Panel
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

STOPPED = [("stop", {"grace_s": 10.0})]


def slide(page: Page, thumb: Locator, share: float) -> None:
    """Draw the thumb along this share of its way."""
    box, track = thumb.bounding_box(), page.locator(".slider").bounding_box()
    assert box is not None
    assert track is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (track["width"] - box["width"]) * share, y, steps=8)
    page.mouse.up()


def test_record_starts_once_however_often_it_is_pressed(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.locator(".start").dblclick()
    expect(page.locator(".record.is-preparing")).to_be_visible()
    panel.show(states.recording(10.0))
    expect(page.locator(".record.is-recording")).to_be_visible()
    assert panel.room.asked == [("start", {"title": "", "pre_roll": True})]


def test_a_title_goes_with_the_recording(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_placeholder("课题").fill("  荷花 smr 1 ")  # r, s, m and 1 are letters here
    page.get_by_role("button", name="开始录制").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("start", {"title": "荷花 smr 1", "pre_roll": True})]


def test_a_micro_lesson_has_its_minutes(panel: Panel) -> None:
    page = panel.open(states.idle(), language="en")
    page.get_by_role("button", name="micro-lesson of 10 min").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("start", {"title": "", "pre_roll": True, "minutes": 10.0})]


def test_a_refusal_is_told_in_the_teachers_language(panel: Panel) -> None:
    panel.expected = "409"
    page = panel.open(states.idle(), language="en")
    panel.room.refusal = Refused("no-source", states.words("没有信号源", "There is no source"))
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".notice")).to_have_text("There is no source")
    expect(page.locator(".record.is-idle")).to_be_visible()


def test_sliding_to_the_end_stops_with_a_grace(panel: Panel) -> None:
    page = panel.open(states.recording())
    slide(page, page.locator(".thumb"), 1.0)
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == STOPPED


def test_neither_a_tap_nor_half_a_slide_stops(panel: Panel) -> None:
    page = panel.open(states.recording())
    slide(page, page.locator(".thumb"), 0.6)
    page.locator(".thumb").click()
    page.locator(".thumb").dblclick()
    page.keyboard.press("m")
    eventually(lambda: panel.room.asked)
    assert panel.room.names_asked() == ["mark"]


def test_enter_twice_stops_and_once_does_not(panel: Panel) -> None:
    page = panel.open(states.recording())
    page.locator(".thumb").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".slider.armed")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".slider.armed")).to_have_count(0)
    assert panel.room.asked == []
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == STOPPED


def test_holding_a_key_stops(panel: Panel) -> None:
    page = panel.open(states.recording())
    page.locator(".thumb").focus()
    page.keyboard.down("Space")
    eventually(lambda: panel.room.asked)
    page.keyboard.up("Space")
    assert panel.room.asked == STOPPED


def test_every_key_does_its_one_thing(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.keyboard.press("r")
    expect(page.locator(".record.is-preparing")).to_be_visible()
    panel.show(states.recording())
    expect(page.locator(".slider")).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.press("3")
    page.keyboard.press("5")
    eventually(lambda: stopped_by_key(page, panel))  # not at once: start bolts stop for a moment
    assert [name for name in panel.room.names_asked() if name != "layout"] == [
        "start", "mark", "stop",
    ]  # fmt: skip
    layouts = [arguments for name, arguments in panel.room.asked if name == "layout"]
    assert layouts == [("single", "slides"), ("side-by-side",)]


def stopped_by_key(page: Page, panel: Panel) -> bool:
    """Press S twice and tell whether the room heard of it."""
    page.keyboard.press("s")
    page.keyboard.press("s")
    return "stop" in panel.room.names_asked()


def test_stop_right_after_start_is_taken_for_a_double_tap(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.keyboard.press("r")
    panel.show(states.recording(10.0))
    expect(page.locator(".slider")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("s")
    page.keyboard.press("m")
    eventually(lambda: "mark" in panel.room.names_asked())
    assert panel.room.names_asked() == ["start", "mark"]


def test_within_the_grace_one_button_goes_on(panel: Panel) -> None:
    page = panel.open(states.stopping(7.4))
    expect(page.locator(".ring .number")).to_have_text("8")
    panel.pass_time(1)
    expect(page.locator(".ring .number")).to_have_text("7")
    page.get_by_role("button", name="接着录").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("go-on", {})]


def test_pause_resume_and_mark_are_told_to_the_room(panel: Panel) -> None:
    page = panel.open(states.recording(754.0))
    page.get_by_role("button", name="打点").click()
    expect(page.locator(".notice")).to_have_text("已打点：第 3 个，00:12:35")
    page.get_by_role("button", name="暂停").click()
    panel.show(states.paused())
    page.get_by_role("button", name="继续录制").click()
    eventually(lambda: len(panel.room.asked) == 3)
    assert panel.room.names_asked() == ["mark", "pause", "resume"]


def test_a_recording_that_ends_by_itself_counts_down_and_can_be_made_longer(panel: Panel) -> None:
    page = panel.open(states.limited(503))
    left = page.locator(".count-down .left")
    expect(left).to_have_text("还剩 08:23")
    page.get_by_role("button", name="+5 分钟").click()
    eventually(lambda: panel.room.asked == [("limit", {"minutes": 25.0})])
    panel.show(states.limited(42, minutes=60))
    expect(left).to_have_text("42 秒后自动停止")
    expect(page.get_by_role("status")).to_contain_text(["录制将在一分钟内自动停止"])
    expect(page.get_by_role("button", name="+5 分钟")).to_have_count(0)  # an hour is the most
    panel.show(states.recording())
    expect(page.locator(".count-down")).to_have_count(0)


def test_the_time_left_stands_still_while_paused(panel: Panel) -> None:
    view = {"state": RecordingState.PAUSED, "light": False, "limit_s": 1200.0}
    page = panel.open(states.recording(697, **view))
    expect(page.locator(".count-down .left")).to_have_text("还剩 08:23")


def test_a_change_of_state_is_announced(panel: Panel) -> None:
    page = panel.open(states.recording())
    live = page.locator("p[aria-live=polite]")
    expect(live).to_have_text("正在录制")
    panel.show(states.paused())
    expect(live).to_have_text("已暂停")


def test_a_finished_recording_plays_in_the_page(panel: Panel) -> None:
    folder = panel.room.folder(states.RECORDING)
    folder.mkdir(parents=True, exist_ok=True)
    film(folder / "programme.mp4")
    panel.keep(manifest())
    page = panel.open(states.finishing())
    panel.show(states.saved())
    expect(page.locator(".phase")).to_contain_text("已保存")
    page.get_by_role("button", name="看刚才的录像").click()
    expect(page.get_by_role("dialog")).to_contain_text("分数的初步认识")
    eventually(lambda: played_s(page) > 0.2)
    page.get_by_role("button", name="重点").click()
    eventually(lambda: played_s(page) >= 1.0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="录像", exact=True).click()
    expect(page.locator(".film")).to_contain_text("00:02")


def test_a_trimmed_micro_lesson_is_shown_first_and_its_slides_are_jumped_to(panel: Panel) -> None:
    folder = panel.room.folder(states.RECORDING)
    folder.mkdir(parents=True, exist_ok=True)
    film(folder / "programme.mp4")
    film(folder / "micro.mp4")
    (folder / "chapter-01.jpg").write_bytes(panel.room.image)
    (folder / "chapter-02.jpg").write_bytes(panel.room.image)
    chapters = (
        Chapter(start_s=0.0, page=1, picture="chapter-01.jpg"),
        Chapter(start_s=1.6, page=2, picture="chapter-02.jpg"),
    )
    lesson = Lesson(from_s=0.5, to_s=1.9, file="micro.mp4")
    told = msgspec.structs.replace(manifest(), chapters=chapters, lesson=lesson)
    panel.keep(told)
    page = panel.open(states.saved())
    page.get_by_role("button", name="看刚才的录像").click()
    expect(page.get_by_role("dialog")).to_contain_text("开头 0.5 秒")
    assert str(page.locator("video").get_attribute("src")).endswith("micro.mp4")
    page.get_by_role("button", name="第 2 页").click()
    eventually(lambda: played_s(page) >= 1.1)
    page.get_by_role("button", name="成片").click()
    page.get_by_role("button", name="第 2 页").click()
    eventually(lambda: played_s(page) >= 1.6)


def played_s(page: Page) -> float:
    """Give how far the player is."""
    at: float = page.evaluate("(document.querySelector('video') || {currentTime: 0}).currentTime")
    return at


def manifest() -> Manifest:
    """Give what the room tells of a finished recording."""
    return Manifest(
        id=states.RECORDING,
        state=State.FINISHED,
        room="demo",
        title="分数的初步认识",
        started_at=states.now(),
        duration_s=2.0,
        tracks=(Track(name="programme", source="", kind="programme", file="programme.mp4",
                      codec="h264+aac", duration_s=2.0, bytes=9000),),
        marks=(Mark(at_s=1.0, text="重点"),),
    )  # fmt: skip


def film(path: Path) -> None:
    """Write two seconds of grey."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _number in range(50):
            container.mux(stream.encode(av.VideoFrame(320, 180, "yuv420p")))
        container.mux(stream.encode(None))


def test_a_storage_that_runs_out_is_marked(panel: Panel) -> None:
    state = states.disk_full()
    page = panel.open(replace(state, problems=state.problems[:1]))
    expect(page.locator(".state.warn").first).to_contain_text("9 分钟")
    page.get_by_role("button", name="腾出空间").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.names_asked() == ["mark"]  # the pretend room's way to make room
