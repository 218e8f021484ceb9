"""The director's desk: pictures are chosen and put together, words written, sounds mixed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from classroom_edge.room import LevelView, ProgrammeView, RoomState, SoundView, TitlesView
from tests.edge.browser import states
from tests.edge.browser.conftest import Panel
from tests.edge.browser.test_room import drawer
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")


def showing(**changes: Any) -> RoomState:
    """A room whose programme is changed."""
    state = states.idle()
    programme: ProgrammeView = replace(state.programme, **changes)
    return replace(state, programme=programme)


def cell(page: Page, name: str) -> None:
    """Tap a picture of the wall."""
    page.locator(".wall").get_by_role("button", name=name).click()


def test_a_tap_on_the_wall_cuts_to_that_picture(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "导播")
    pressed = page.locator(".wall [aria-pressed=true]")
    expect(pressed).to_have_text(["教师", "课件"])  # what is in the programme
    cell(page, "学生")
    eventually(lambda: panel.room.asked == [("layout", ("single", "pupils"))])


def test_a_layout_is_filled_with_the_pictures_that_are_tapped(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "导播")
    page.locator(".desk-layouts").get_by_role("button", name="并排").click()
    expect(page.locator(".desk-hint")).to_contain_text("点第 1 个画面")
    cell(page, "影片")
    expect(page.locator(".cell .place")).to_have_text("1")
    cell(page, "教师")
    eventually(lambda: panel.room.asked == [("layout", ("side-by-side", "footage", "teacher"))])
    expect(page.locator(".desk-hint")).to_contain_text("直接切到它")


def test_a_name_a_subtitle_and_a_card_are_written_and_taken_away(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "导播")
    page.get_by_label("姓名").fill("李老师")
    page.get_by_label("身份或课题").fill("数学")
    page.get_by_label("身份或课题").press("Enter")
    eventually(lambda: len(panel.room.asked) == 1)
    page.get_by_role("button", name="片头", exact=True).click()
    eventually(lambda: len(panel.room.asked) == 2)
    assert panel.room.asked == [
        ("titles", TitlesView(name="李老师", subject="数学")),
        ("titles", TitlesView(card="opening")),
    ]
    panel.show(showing(titles=TitlesView(subtitle="请看第三题")))
    expect(page.get_by_label("一行字幕")).to_have_value("请看第三题")
    page.get_by_role("button", name="隐藏").last.click()
    eventually(lambda: panel.room.asked[-1] == ("titles", TitlesView()))


def test_what_one_is_typing_is_not_taken_away_by_a_change_elsewhere(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "导播")
    page.get_by_label("一行字幕").fill("还没写完")
    panel.show(showing(titles=TitlesView(subtitle="别人写的", name="王老师")))
    expect(page.get_by_label("姓名")).to_have_value("王老师")
    expect(page.get_by_label("一行字幕")).to_have_value("还没写完")


def test_a_sound_is_muted_and_made_louder(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "声音")
    page.get_by_role("button", name="关闭教师的声音").click()
    eventually(lambda: len(panel.room.asked) == 1)
    slider = page.get_by_role("slider", name="学生的音量")
    assert slider.get_attribute("aria-valuetext") == "-6 dB"
    slider.press("ArrowRight")
    eventually(lambda: len(panel.room.asked) == 2)
    assert panel.room.asked == [
        ("sound", SoundView("teacher", muted=True)),
        ("sound", SoundView("pupils", gain_db=-5)),
    ]


def test_a_spare_that_stands_in_says_for_whom(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "声音")
    expect(page.locator(".strip").last).to_contain_text("教师的备用")
    spare = SoundView("desk", spare_of="teacher", stands_in="dead")
    panel.show(showing(sounds=(SoundView("teacher"), spare)))
    expect(page.locator(".strip").last).to_contain_text("正在代替教师")


def test_the_programmes_loudness_is_told_by_r128(panel: Panel) -> None:
    page = panel.open(states.idle())
    drawer(page, "声音")
    heard = LevelView(
        "programme", -25.0, -9.0, momentary_lufs=-22.4, integrated_lufs=-23.1, true_peak_db=-3.2
    )
    panel.room.sound(*states.TALKING, heard)
    expect(page.locator(".r128")).to_contain_text("-23.1 LUFS")
    expect(page.locator(".r128")).to_contain_text("-3.2 dBTP")


def test_a_room_with_nothing_to_direct_has_no_desk(panel: Panel) -> None:
    page = panel.open(showing(multiview=None, sounds=()))
    expect(page.locator(".drawer")).to_have_text(["摄像机", "设备", "录像", "直播"])


def test_a_busy_machine_is_told_at_the_picture(panel: Panel) -> None:
    page = panel.open(showing(load="quicker"))
    expect(page.locator(".sign")).to_have_text("电脑繁忙，画质稍降")
    panel.show(showing(load="half"))
    expect(page.locator(".sign")).to_contain_text("每两帧录一帧")
    panel.show(states.idle())
    expect(page.locator(".sign")).to_have_count(0)


def test_the_director_is_switched_on_and_tells_why_it_cuts(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_role("switch", name="自动导播").click()
    eventually(lambda: panel.room.asked == [("direct", "auto")])
    panel.show(showing(directing="auto", reason=states.words("老师在写板书", "The teacher writes")))
    expect(page.get_by_role("switch", name="自动导播")).to_be_checked()
    expect(page.locator(".auto .why")).to_have_text("老师在写板书")


def test_a_cut_by_hand_holds_for_a_while_and_can_be_given_back(panel: Panel) -> None:
    until = states.now() + timedelta(seconds=25)
    page = panel.open(showing(directing="auto", held_until=until))
    expect(page.locator(".auto .why")).to_contain_text("秒后继续自动")
    page.get_by_role("button", name="马上继续").click()
    eventually(lambda: panel.room.asked == [("direct", "auto")])
