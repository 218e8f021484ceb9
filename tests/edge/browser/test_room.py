"""Pictures, cameras, devices, routines, problems, and a connection that breaks."""

import time
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from classroom_edge.room import LayoutView, LevelView
from tests.edge.browser import states
from tests.edge.browser.conftest import Panel
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")


def drawer(page: Page, title: str) -> None:
    """Open a drawer by its button at the bottom."""
    page.locator(".drawer", has_text=title).click()
    expect(page.locator(".sheet h2")).to_have_text(title)


def test_a_picture_is_chosen_by_its_button(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_role("button", name="教师", exact=True).click()
    page.get_by_role("button", name="并排").click()
    page.get_by_role("button", name="交换").click()
    eventually(lambda: len(panel.room.asked) == 3)
    assert panel.room.asked == [
        ("layout", ("single", "teacher")),
        ("layout", ("side-by-side",)),
        ("layout", ("picture-in-picture", "teacher", "slides")),
    ]


def test_every_layout_there_is_has_a_button_with_a_drawing_of_its_own(panel: Panel) -> None:
    names = ["side-by-side", "picture-in-picture", "picture-beside-screen", "grid", "news"]
    layouts = tuple(LayoutView(name, {"zh-CN": name, "en": name}, 2) for name in names)
    state = states.idle()
    page = panel.open(replace(state, programme=replace(state.programme, layouts=layouts)))
    drawn = {
        name: page.get_by_role("button", name=name).locator("svg").inner_html() for name in names
    }
    assert len(set(drawn.values())) == len(names)
    page.get_by_role("button", name="news").click()
    eventually(lambda: panel.room.asked == [("layout", ("news",))])


def test_the_preview_moves(panel: Panel) -> None:
    page = panel.open(states.idle())
    eventually(
        lambda: page.evaluate("(document.querySelector('.frame img') || {}).naturalWidth") == 320
    )


def test_loudness_is_told_in_words(panel: Panel) -> None:
    page = panel.open(states.idle())
    expect(page.locator(".sound-level")).to_have_count(2)
    expect(page.locator(".sound-level .word")).to_have_text(["正常", "正常"])
    panel.room.sound(LevelView("teacher", -3.0, -0.2), LevelView("pupils", -90.0, -80.0))
    expect(page.locator(".sound-level .word").first).to_have_text("太响")
    expect(page.locator(".sound-level .word").last).to_have_text("无声")


def test_a_camera_moves_while_held_and_stops_when_let_go(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "摄像机")
    page.get_by_role("button", name="左", exact=True).hover()
    page.mouse.down()
    eventually(lambda: len(panel.room.asked) >= 3)  # said again and again, or it would stop
    page.mouse.up()
    eventually(lambda: panel.room.names_asked()[-1].endswith("/stop"))
    assert panel.room.asked[0] == (
        "teacher-camera/pan-tilt-zoom/drive", {"pan": -0.25, "tilt": 0, "zoom": 0},
    )  # fmt: skip
    assert "teacher-camera/pan-tilt-zoom/stop" not in panel.room.names_asked()[:3]


def test_a_camera_is_driven_with_the_arrow_keys(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "摄像机")
    page.get_by_role("button", name="学生摄像机").click()
    page.keyboard.down("ArrowUp")
    eventually(lambda: panel.room.asked)
    page.keyboard.up("ArrowUp")
    eventually(lambda: panel.room.names_asked()[-1] == "pupils-camera/pan-tilt-zoom/stop")
    assert panel.room.asked[0][1] == {"pan": 0, "tilt": 0.25, "zoom": 0}


def test_closing_the_drawer_stops_a_moving_camera(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "摄像机")
    page.get_by_role("button", name="拉近").focus()
    page.keyboard.down("Enter")
    eventually(lambda: panel.room.asked)
    page.keyboard.press("Escape")
    eventually(lambda: panel.room.names_asked()[-1] == "teacher-camera/pan-tilt-zoom/stop")


def test_a_preset_is_recalled_by_its_name(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "摄像机")
    page.get_by_role("button", name="板书").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("teacher-camera/presets/recall-preset", {"name": "blackboard"})]


def test_a_camera_that_follows_says_so_and_is_left_to_people_or_taken_back(panel: Panel) -> None:
    page = panel.open(states.following())
    drawer(page, "摄像机")
    switch = page.get_by_role("switch", name="自动跟踪")
    expect(page.locator(".tracking .why")).to_have_text("正在跟着走动的人")
    switch.click()
    eventually(lambda: panel.room.asked == [("track", ("teacher", False))])
    panel.show(states.following("yielding", held_s=24))
    expect(page.locator(".tracking .why")).to_contain_text("秒后继续跟踪")
    page.get_by_role("button", name="马上继续").click()
    eventually(lambda: panel.room.asked[-1] == ("track", ("teacher", True)))
    panel.show(states.following("off"))
    expect(switch).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="学生摄像机").click()
    expect(switch).to_have_count(0)  # that one is not meant to follow anybody


def test_a_picture_that_stands_still_is_told_wherever_it_is_seen(panel: Panel) -> None:
    state = states.recording()
    frozen = replace(state.sources[0], seen="frozen")
    page = panel.open(replace(state, sources=(frozen, *state.sources[1:])))
    expect(page.locator(".sign")).to_have_text("教师 · 画面卡住")
    expect(page.locator(".track").first).to_have_text("教师画面卡住")
    expect(page.locator(".scene.troubled")).to_have_count(1)


def test_an_ordinary_room_shows_what_it_takes_to_record_and_no_more(panel: Panel) -> None:
    page = panel.open(states.routine())
    expect(page.locator(".slider")).to_be_visible()
    expect(page.locator(".sound-level")).to_have_count(2)
    expect(page.locator(".drawer")).to_have_text(["摄像机", "设备", "录像"])
    for part in (".scene", ".auto"):
        expect(page.locator(part)).to_have_count(0)
    page.keyboard.press("1")
    assert panel.room.asked == []


def test_devices_are_worked_from_their_drawer(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "设备")
    board = page.locator(".device", has_text="交互大屏")
    board.get_by_role("button", name="HDMI 2").click()
    board.get_by_role("button", name="大一点").click()
    board.get_by_role("button", name="静音").click()
    board.get_by_role("button", name="电源").click()
    eventually(lambda: len(panel.room.asked) == 4)
    assert panel.room.asked == [
        ("board/input-select/select-input", {"name": "hdmi-2"}),
        ("board/volume/set-volume", {"percent": 45}),
        ("board/mute/set-mute", {"sound": True}),
        ("board/power/set-power", {"on": False}),
    ]


def test_curtains_faders_and_switchers_are_worked_from_the_drawer(panel: Panel) -> None:
    page = panel.open(states.equipped())
    drawer(page, "设备")
    page.get_by_role("group", name="窗帘: 通道 1").get_by_role("button", name="关闭").click()
    page.get_by_role("group", name="调音台: 学生话筒").get_by_role("button", name="大一点").click()
    page.get_by_role("group", name="矩阵切换器: 输出 2").get_by_role("button", name="3").click()
    page.locator(".device", has_text="后排摄像机").get_by_role("button", name="跟踪").click()
    eventually(lambda: len(panel.room.asked) == 4)
    assert panel.room.asked == [
        ("curtains/cover/close-cover", {"channel": 1}),
        ("mixer/level/set-level", {"percent": 50, "channel": 2}),
        ("matrix/route/set-route", {"source": 3, "output": 2}),
        ("back-camera/tracking/set-tracking", {"on": False}),
    ]
    expect(page.locator(".device", has_text="空气传感器")).to_contain_text("21.5 °C")


def test_power_may_be_asked_for_while_it_is_locked_for_the_wish_is_kept(panel: Panel) -> None:
    page = panel.open(states.equipped())
    drawer(page, "设备")
    laser = page.locator(".device", has_text="激光投影")
    expect(laser.locator(".locked")).to_contain_text("秒后可以开机")
    power = laser.get_by_role("button", name="电源")
    expect(power).to_have_attribute("aria-pressed", "true")  # it will be on
    power.click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("laser/power/set-power", {"on": False})]


def test_a_projector_that_warms_up_is_locked_and_counts_down(panel: Panel) -> None:
    page = panel.open(states.starting_class())
    drawer(page, "设备")
    projector = page.locator(".device", has_text="投影机")
    expect(projector.locator(".locked")).to_contain_text("还要 3")
    shown = projector.get_by_role("button", name="HDMI 2")
    expect(shown).to_have_attribute("aria-disabled", "true")
    shown.click(force=True)
    page.keyboard.press("5")  # something that is heard
    eventually(lambda: panel.room.asked)
    assert panel.room.names_asked() == ["layout"]


def test_a_routine_shows_its_steps_and_what_did_not_work(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_role("button", name="上课").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("routine", "class-start")]
    panel.show(states.starting_class())
    expect(page.locator(".step")).to_have_count(6)
    expect(page.locator(".progress")).to_contain_text("还要 3")
    expect(page.locator(".routine.running")).to_contain_text("3/6")
    panel.show(states.class_partly_started())
    expect(page.locator(".progress")).to_contain_text("4 步中完成了 3 步")
    expect(page.locator(".step.failed")).to_contain_text("请检查它的电源和网线")


def test_a_problem_offers_one_action_and_can_wait(panel: Panel) -> None:
    page = panel.open(states.troubled())
    bar = page.locator(".problem")
    expect(bar).to_contain_text("学生摄像机没有画面")
    bar.get_by_role("button", name="重新连接").click()
    eventually(lambda: panel.room.asked)
    assert panel.room.asked == [("pupils-camera/power/set-power", {"on": True})]
    bar.get_by_role("button", name="稍后").click()
    expect(bar).to_contain_text("请检查投影机的电源和网线")  # words alone: nothing to press
    bar.get_by_role("button", name="稍后").click()
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="问题").click()  # put off, not forgotten
    expect(page.locator(".listed")).to_have_count(2)


@pytest.mark.alone
def test_a_lost_room_is_told_within_two_seconds_and_comes_back_by_itself(panel: Panel) -> None:
    panel.expected = "ERR_"
    page = panel.open(states.recording())
    begun_s = time.monotonic()
    panel.server.stop()
    try:
        expect(page.locator(".lost-bar")).to_contain_text("录像不靠这块面板")
        assert time.monotonic() - begun_s < 3.0  # of which stopping the server took its part
        expect(page.locator(".record.is-unseen")).to_be_visible()
        expect(page.locator(".lit")).to_have_count(0)  # nobody knows any more
    finally:
        panel.room.reset()
        panel.server.start()
    expect(page.locator(".lost-bar")).to_have_count(0)
    expect(page.locator(".record.is-idle")).to_be_visible()  # what is true now, not what was


@pytest.mark.alone
def test_a_room_that_falls_silent_is_noticed_without_an_end_of_the_connection(
    panel: Panel,
) -> None:
    panel.expected = "ERR_"
    page = panel.open(states.recording())
    panel.server.in_room(lambda _room: time.sleep(5))  # the server's loop stands still
    expect(page.locator(".lost-bar")).to_be_visible(timeout=4000)
    expect(page.locator(".lost-bar")).to_have_count(0)
    expect(page.locator(".record.is-recording")).to_be_visible()


def test_a_command_whose_answer_got_lost_is_done_once(panel: Panel) -> None:
    panel.expected = "ERR_"
    page = panel.open(states.recording())
    answers = iter(["abort"])

    def lose_first(route: object) -> None:
        if next(answers, None):
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/recording/mark", lose_first)
    page.get_by_role("button", name="打点").click()
    expect(page.locator(".notice.good")).to_be_visible()
    assert panel.room.names_asked() == ["mark"]
