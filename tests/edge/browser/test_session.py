"""Sessions with other schools on the panel: led at a hub, taken part in at a site."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from classroom_edge.room import RoomState, TitlesView
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.state import NS
from tests.edge.browser import lessons, states
from tests.edge.browser.conftest import PHONE, WIDE, Panel
from tests.edge.browser.test_states import overflow, violations
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

SCENES: dict[str, Callable[[], RoomState]] = {
    "leading": lambda: lessons.hub(lessons.session()),
    "asked for its camera": lambda: lessons.site(lessons.asking()),
    "taking part": lambda: lessons.site(lessons.session(quiz=lessons.quiz())),
}


def said(command: c.AnyCommand) -> tuple[str, local.Do]:
    return "session", local.Do(session=lessons.SESSION, command=command)


def begun(title: str, *sites: str, group: str = "") -> tuple[str, local.Begin]:
    style = Style.INTERACTIVE
    begin = local.Begin(title=title, kind=Kind.DELIVERY, style=style, sites=sites, group=group)
    return "session", begin


def asked(panel: Panel, *commands: c.AnyCommand) -> None:
    """Wait until exactly these were said in the session."""
    eventually(lambda: panel.room.asked == [said(one) for one in commands])


def view(page: Page, name: str) -> None:
    """Look at another part of the session."""
    page.locator(".lead-views").get_by_role("button", name=name).click()


def row(page: Page, name: str) -> Locator:
    return page.locator(".member", has_text=name)


def test_two_touches_begin_a_session_with_a_standing_group_or_with_any_sites(panel: Panel) -> None:
    page = panel.open(lessons.hub())
    page.get_by_role("button", name="互动").click()
    page.locator(".begin-groups").get_by_role("button", name="英语 · 三年级").click()
    page.get_by_role("button", name="开始互动课堂").click()
    eventually(lambda: panel.room.asked == [begun("英语 · 三年级", group="english")])
    page.locator(".begin-groups").get_by_role("button", name="音乐").click()
    page.get_by_role("button", name="青山教学点").click()  # without it
    page.get_by_label("课堂名称").fill("合唱")
    page.get_by_role("button", name="开始互动课堂").click()
    eventually(lambda: panel.room.asked[1:] == [begun("合唱", "north")])
    panel.show(lessons.hub(lessons.session()))
    expect(page.locator(".lead-state")).to_contain_text("正在互动")


def test_the_longest_raised_hand_stands_first_and_one_touch_gives_it_the_floor(
    panel: Panel,
) -> None:
    page = panel.open(lessons.hub(lessons.session()))
    names = page.locator(".member strong")
    expect(names).to_have_text(["石桥教学点", "湖边小学", "青山教学点", "北坡小学"])
    expect(row(page, "北坡小学")).to_contain_text("断线")
    expect(row(page, "北坡小学").get_by_role("button")).to_be_disabled()
    page.get_by_role("button", name="请发言 石桥教学点").click()
    page.get_by_role("button", name="收回 青山教学点").click()
    page.get_by_role("button", name="全体静音").click()
    page.get_by_role("button", name="结束课堂").click()
    asked(panel, c.GiveFloor(member="stone"), c.TakeFloor(member="hill"), c.MuteAll())
    page.get_by_role("button", name="再按一次结束").click()
    eventually(lambda: panel.room.asked[-1] == said(c.End()))


def test_who_looks_on_is_counted_and_named_and_all_are_named_at_a_touch(panel: Panel) -> None:
    page = panel.open(lessons.hub(lessons.session()))
    eyes = page.locator(".lead-eyes")
    expect(eyes).to_have_text("观摩 1 人：教研员 王老师")
    panel.show(lessons.hub(lessons.watched("王老师", "赵老师", "钱老师")))
    expect(eyes.locator("summary")).to_have_text("观摩 3 人：王老师、赵老师 …")
    eyes.locator("summary").click()
    expect(eyes.get_by_text("钱老师")).to_be_visible()
    panel.show(lessons.hub(lessons.watched()))
    expect(eyes).to_have_count(0)


def test_a_touch_of_a_rooms_picture_gives_it_the_floor_and_what_that_did_can_be_undone(
    panel: Panel,
) -> None:
    page = panel.open(lessons.seen(lessons.session()))
    wall = page.locator(".wall")
    wall.get_by_role("button", name="湖边小学").click()
    asked(panel, c.GiveFloor(member="lake"))
    wall.get_by_role("button", name="北坡小学").click()  # it is lost: nothing happens
    wall.get_by_role("button", name="学生").click()
    eventually(lambda: panel.room.asked[1:] == [("layout", ("single", "pupils"))])
    expect(page.locator(".chosen")).to_contain_text("青山教学点在发言")
    page.get_by_role("button", name="恢复原来的画面").click()
    eventually(lambda: "undo layout" in panel.room.names_asked())
    page.get_by_role("button", name="看播出画面").click()
    expect(wall).to_have_count(0)
    page.get_by_label("嘉宾姓名").fill("王老师")
    page.get_by_label("嘉宾姓名").press("Enter")
    expect(page.get_by_label("发给嘉宾的网址")).to_have_value(f"{panel.server.url}/guest/a-ticket")


def test_a_question_is_asked_counted_closed_and_put_onto_the_programme(panel: Panel) -> None:
    page = panel.open(lessons.hub(lessons.session()))
    view(page, "提问")
    page.get_by_role("button", name="3 个选项").click()
    page.get_by_label("问题").fill("一共几棵树？")
    page.get_by_label("选项 A").fill("七")
    page.get_by_role("button", name="向各教学点提问").click()
    question = c.AskQuiz(question="一共几棵树？", choices=("七", "B", "C"))
    asked(panel, question)
    panel.show(lessons.hub(lessons.session(quiz=lessons.quiz())))
    expect(page.locator(".bar").nth(1)).to_contain_text("B. Eight1青山教学点")
    expect(page.locator(".quiz-wait")).to_contain_text("石桥教学点")
    page.get_by_role("button", name="结束作答").click()
    asked(panel, question, c.CloseQuiz())
    page.get_by_role("button", name="结果上画面").click()
    shown = TitlesView(
        name="How many trees are there?", subject="A. Seven 0   B. Eight 1   C. Nine 1"
    )
    eventually(lambda: panel.room.asked[-1] == ("titles", shown))
    view(page, "统计")
    hill = page.get_by_role("row", name="青山教学点")
    expect(hill.locator("td")).to_have_text(["39:40", "1:35", "4", "3", "5"])


def test_a_line_is_written_with_the_keyboard_alone_and_markup_is_only_text(panel: Panel) -> None:
    page = panel.open(lessons.hub(lessons.session()))
    view(page, "留言")
    page.get_by_label("写给大家").fill("<b>大家好</b>")
    page.keyboard.press("Enter")
    asked(panel, c.Say(text="<b>大家好</b>"))
    expect(page.get_by_label("写给大家")).to_have_value("")
    chat = replace(lessons.session().chat[0], number=3, text="<img src=x onerror=alert(1)>")
    panel.show(lessons.hub(lessons.session(chat=(chat,))))
    expect(page.locator(".chat-text")).to_have_text(["<img src=x onerror=alert(1)>"])


def test_a_site_is_asked_for_its_cameras_lends_them_and_takes_them_back(panel: Panel) -> None:
    page = panel.open(lessons.site(lessons.asking()))
    bar = page.locator(".lending")
    expect(bar).to_contain_text("中心校想转动本教室的摄像机")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    bar.get_by_role("button", name="同意 10 分钟").click()  # the drawer does not cover it
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    asked(panel, c.GrantCamera(to="centre", lasts_ns=600 * NS))
    panel.show(lessons.site(lessons.lent()))
    expect(bar).to_contain_text("中心校正在使用本教室的摄像机，还有 9:5")
    panel.pass_time(21)
    expect(bar).to_contain_text("还有 9:3")
    page.keyboard.press("Escape")  # it is seen whatever else is
    bar.get_by_role("button", name="收回").click()
    eventually(lambda: panel.room.asked[-1] == said(c.EndGrant(room="lake")))
    panel.show(lessons.site(lessons.session()))
    expect(bar).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("摄像机已经归还")


def test_the_hub_asks_for_a_rooms_cameras_turns_them_and_is_told_when_it_has_them_no_more(
    panel: Panel,
) -> None:
    page = panel.open(lessons.hub(lessons.session()))
    page.get_by_role("button", name="请求摄像机 湖边小学").click()
    asked(panel, c.AskCamera(room="lake"))
    panel.show(lessons.hub(lessons.asking()))
    expect(row(page, "湖边小学")).to_contain_text("等它同意借摄像机")
    panel.show(lessons.hub(lessons.lent()))
    keys = page.locator(".lent")
    expect(keys).to_contain_text("湖边小学已借到，还有 9:5")
    assert overflow(page) == (0, 0)
    keys.get_by_role("button", name="学生").click()
    keys.get_by_role("button", name="实物展台").click()
    keys.get_by_role("button", name="左上").hover()
    page.mouse.down()
    turned = partial(c.MoveCamera, room="lake")
    to_students = turned(camera="wide", move="preset", preset="students")
    left = turned(camera="desk", move="up-left")
    eventually(lambda: panel.room.asked[1:3] == [said(to_students), said(left)])
    page.mouse.up()
    eventually(lambda: panel.room.asked[-1] == said(turned(camera="desk", move="stop")))
    keys.get_by_role("button", name="回到教学点列表").click()
    page.get_by_role("button", name="转动摄像机 湖边小学").click()
    panel.show(lessons.hub(lessons.session()))
    expect(keys).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("湖边小学的摄像机已经归还")
    panel.show(lessons.hub(lessons.asking()))
    expect(row(page, "湖边小学")).to_contain_text("等它同意")
    panel.show(lessons.hub(lessons.session()))
    expect(page.locator(".notice")).to_contain_text("湖边小学没有借出摄像机")


def test_a_site_raises_its_hand_answers_and_asks_for_help(panel: Panel) -> None:
    quiz = replace(lessons.quiz(), votes=(), counts=())
    members = tuple(replace(one, hand_at_ns=0) for one in lessons.session().members)
    page = panel.open(lessons.site(lessons.session(quiz=quiz, members=members)))
    page.get_by_role("button", name="举手").click()
    page.get_by_role("button", name="B. Eight").click()
    page.get_by_role("button", name="帮助").click()
    page.get_by_role("button", name="请中心校帮忙").click()
    help_line = c.Say(text="我们这里有问题，请帮忙。")
    asked(panel, c.RaiseHand(), c.AnswerQuiz(quiz=1, choice=1), help_line)
    expect(page.locator(".notice")).to_contain_text("已告诉中心校")


def test_a_site_is_told_when_it_speaks_when_nobody_hears_it_and_when_it_is_outside(
    panel: Panel,
) -> None:
    page = panel.open(lessons.site(lessons.session(), here="hill"))
    expect(page.locator(".site-state")).to_contain_text("您在发言")
    quiet = replace(states.TALKING[0], rms_db=-70, peak_db=-66)
    panel.server.in_room(lambda room: room.sound(quiet))
    expect(page.locator(".site-state")).to_contain_text("请靠近话筒")
    members = tuple(replace(one, present=one.role == "hub") for one in lessons.session().members)
    panel.show(lessons.site(lessons.session(members=members)))
    page.get_by_role("button", name="加入课堂").click()
    asked(panel, c.Join())
    panel.show(states.idle())
    expect(page.get_by_role("button", name="互动")).to_have_count(0)


@pytest.mark.needs("node")
@pytest.mark.parametrize("name", SCENES)
def test_every_scene_of_a_session_fits_and_passes_the_audit(
    panel: Panel, node_modules: Path, name: str
) -> None:
    page = panel.open(SCENES[name](), language="en")
    expect(page.locator(".sheet h2")).to_be_visible()
    assert overflow(page) == (0, 0)
    assert violations(page, node_modules) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert overflow(page)[0] == 0


def test_a_site_tests_its_line_before_the_lesson_and_reads_what_to_do(panel: Panel) -> None:
    page = panel.open(lessons.site())
    page.get_by_role("button", name="互动").click()
    page.get_by_role("button", name="测试到中心校的线路").click()
    told = page.locator(".line-test [role=status]")
    expect(told.locator(".small").first).to_contain_text("双向互动课小画面，课件为静态图片")
    expect(told.locator(".full").last).to_contain_text("课后取回录像")
    expect(told).to_contain_text("线路丢包")
    expect(told).to_contain_text("往返 38 ms")
    expect(told).to_contain_text("IPv6")
    assert panel.room.names_asked() == ["survey"]
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert overflow(page)[0] == 0
    panel.show(lessons.site(lessons.session()))
    expect(page.locator(".line-test")).to_have_count(0)
