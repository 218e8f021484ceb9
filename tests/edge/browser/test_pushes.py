"""Platforms of others on the panel: one whole address is pasted, tried and kept."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from classroom_edge.room import PushView
from tests.edge.browser import states
from tests.edge.browser.conftest import PHONE, WIDE, Panel
from tests.edge.browser.test_states import overflow
from tests.waiting import eventually

pytestmark = pytest.mark.needs("chromium", "fonts-cjk")

WRONG = "rtmp://live.example/app/old-key"
GOOD = "rtmp://live.example/app/good-key"
SHOWN = "rtmp://live.example:1935/app/…"
COUNTY = PushView("county", "县教育平台", SHOWN, "on")
REFUSED = states.words("平台拒绝了推流（wrong key）", "refused (wrong key)")


def test_an_address_is_pasted_whole_tried_and_kept(panel: Panel) -> None:
    page = panel.open(states.idle())
    page.get_by_role("button", name="直播", exact=True).click()
    page.get_by_role("button", name="添加直播平台").click()
    pasted = page.get_by_label("推流地址")
    hides = "field => getComputedStyle(field).webkitTextSecurity"
    pasted.fill(WRONG)
    assert pasted.evaluate(hides) == "disc"
    page.get_by_role("button", name="显示地址").click()
    assert pasted.evaluate(hides) == "none"
    page.get_by_role("button", name="试推").click()
    expect(page.locator(".pushes form [role=status]")).to_have_text(REFUSED["zh-CN"])
    page.get_by_label("推流地址").fill(f"  {GOOD} ")
    page.get_by_role("button", name="试推").click()
    expect(page.locator(".pushes form [role=status]")).to_contain_text("120 毫秒连上，2000 kbit/s")
    page.get_by_label("名称").fill("区里")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".pushes form")).to_have_count(0)
    asked = [("try", WRONG), ("try", GOOD), ("add push", ("区里", GOOD))]
    assert panel.room.asked == asked


def test_a_platform_that_is_kept_is_tried_and_gets_another_address(panel: Panel) -> None:
    added = PushView("platform-1", "区里", SHOWN, "off", added=True)
    page = panel.open(replace(states.idle(), pushes=(COUNTY, added)))
    page.get_by_role("button", name="直播", exact=True).click()
    expect(page.get_by_role("button", name="试推")).to_have_count(1)  # not while it is sent to
    row = page.locator(".push").nth(1)
    row.get_by_role("button", name="试推").click()
    expect(row.locator("p[role=status]")).to_contain_text("120 毫秒连上")
    row.get_by_role("button", name="改地址").click()
    row.get_by_label("推流地址").fill(GOOD)
    for width, height in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page)[0] == 0
    row.get_by_role("button", name="保存").click()
    expect(row.locator("form")).to_have_count(0)
    tried = ("try", "the good address of platform-1")
    assert panel.room.asked == [tried, ("replace push", ("platform-1", "区里", GOOD))]


def test_platforms_are_switched_and_those_that_were_added_are_removed(panel: Panel) -> None:
    added = PushView("platform-1", "区里", SHOWN, "off", added=True)
    tried = PushView("platform-2", "校友会", SHOWN, "waiting", problem=REFUSED, added=True)
    page = panel.open(replace(states.idle(), pushes=(COUNTY, added, tried)))
    page.get_by_role("button", name="直播", exact=True).click()
    rows = page.locator(".push")
    expect(rows.nth(0)).to_contain_text("正在推送")
    expect(rows.nth(2)).to_contain_text("平台拒绝了推流")
    for width, height in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page)[0] == 0
    rows.nth(0).get_by_role("button", name="停止推送").click()
    rows.nth(1).get_by_role("button", name="开始推送").click()
    expect(page.get_by_role("button", name="删除")).to_have_count(1)
    rows.nth(1).get_by_role("button", name="删除").click()
    rows.nth(1).get_by_role("button", name="再按一次删除").click()
    asked = [("push", ("county", False)), ("push", ("platform-1", True))]
    eventually(lambda: panel.room.asked == [*asked, ("remove push", "platform-1")])
