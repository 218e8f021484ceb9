"""The school day on the panel: what people ask of it, what it does by itself, a new timetable."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from classroom_edge.services.day.in_force import InForce
from classroom_edge.services.day.incoming import Incoming
from tests.edge.browser.conftest import Panel
from tests.edge.browser.days import AT, day
from tests.schedules.schools import EXAMPLE
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

TABLE = "班级,课程,教师,星期,节次\n六(1)班,数学,孙丽,周四,1\n六(1)班,英语,陈静,周五,1\n"
UNDO = {"zh-CN": "“数学”提前开始", "en": "“数学” begins early"}


def strip(page: Page) -> None:
    page.locator(".day-now").click()


def test_the_strip_and_its_sheet_ask_for_what_a_teacher_touches(panel: Panel) -> None:
    page = panel.open(day())
    expect(page.locator(".day-strip")).to_contain_text("三年级(2)班 语文")
    page.locator(".day-strip").get_by_role("button", name="+5 分钟").click()
    strip(page)
    for wish in ("现在开始", "今天不上"):
        page.locator(".day-lesson").nth(1).click()
        page.get_by_role("button", name=wish).click()
    panel.show(day(undo=UNDO))
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="再开 2 小时").click()
    eventually(lambda: len(panel.room.asked) == 5)
    assert panel.room.asked == [
        ("day extend", {"minutes": 5, "lesson": "", "by": "local"}),
        ("day begin-early", {"lesson": "l2", "by": "local"}),
        ("day skip", {"lesson": "l2", "by": "local"}),
        ("day undo", {"by": "local"}),
        ("day stay", {"minutes": 120, "by": "local"}),
    ]
    expect(page.locator(".chores")).to_contain_text("关闭教室过夜")
    expect(page.locator(".chores")).to_contain_text("正在录像。")


def test_a_demos_own_day_is_what_the_head_shows(panel: Panel) -> None:
    page = panel.open(day(speed=60.0))
    expect(page.locator(".head .time strong")).to_have_text("08:30")
    expect(page.locator(".head .time")).to_contain_text("3月1日")
    panel.pass_time(1.5)
    expect(page.locator(".head .time strong")).to_have_text("08:31")


def test_a_timetable_is_chosen_looked_at_used_and_undone(panel: Panel, tmp_path: Path) -> None:
    file, table = tmp_path / "school.toml", tmp_path / "table.csv"
    file.write_bytes(EXAMPLE.read_bytes())
    table.write_text(TABLE, encoding="utf-8")
    in_force = InForce(file=file, folder=tmp_path / "kept")
    in_force.open()
    panel.room.incoming = Incoming(in_force=in_force, wake=lambda: None)
    page = panel.open(day(stays_until=AT + timedelta(hours=2)))
    strip(page)
    upload = page.locator(".upload")
    upload.locator("input[type=file]").set_input_files(table)
    expect(upload).to_contain_text("变更 2 处", timeout=20_000)
    expect(upload).to_contain_text(
        "六(1)班 周五第 1 节：数学 孙丽 @601 2027-03-08– → 英语 陈静 @601"
    )
    upload.get_by_label("替换全校的课").check()
    sure = upload.get_by_role("button", name="确定要用")
    expect(sure).to_be_visible(timeout=20_000)
    expect(upload).to_contain_text("只剩 4 节")
    sure.click()
    expect(upload).to_contain_text("新课表已生效")
    assert "英语" in file.read_text("utf-8")
    upload.get_by_role("button", name="撤销").click()
    eventually(lambda: file.read_bytes() == EXAMPLE.read_bytes())


NOTICE = "关于2027年部分节假日安排的通知 国庆节：10月1日至7日放假调休，共7天。9月26日（周日）上班。"


def test_columns_are_named_and_a_notice_is_pasted_and_its_worked_day_decided(
    panel: Panel, tmp_path: Path
) -> None:
    file, table = tmp_path / "school.toml", tmp_path / "table.csv"
    file.write_bytes(EXAMPLE.read_bytes())
    table.write_text(TABLE.replace("课程", "内容"), encoding="utf-8")
    in_force = InForce(file=file, folder=tmp_path / "kept")
    in_force.open()
    panel.room.incoming = Incoming(in_force=in_force, wake=lambda: None)
    page = panel.open(day())
    strip(page)
    upload = page.locator(".upload")
    upload.locator("input[type=file]").set_input_files(str(table))
    expect(upload).to_contain_text("没有“课程”（subject）这一列")
    upload.get_by_label("课程").select_option("内容")
    expect(upload).to_contain_text("英语 陈静")
    upload.get_by_role("button", name="不用了").click()
    upload.get_by_text("粘贴放假通知").click()
    upload.get_by_role("textbox").fill(NOTICE)
    upload.get_by_role("button", name="读取通知").click()
    expect(upload).to_contain_text("2027-09-26 国庆节调休（补课）")
    upload.get_by_label("国庆节调休").select_option("补周四的课")
    expect(upload).to_contain_text("2027-09-26 国庆节调休，上周四的课")
    upload.get_by_role("button", name="使用新课表").click()
    expect(upload).to_contain_text("新课表已生效")
    assert in_force.file is not None
    assert 'teaches = "Thursday"' in in_force.file.read_text("utf-8")
