"""The page without script: what it shows, and that its buttons do what they say."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from classroom_edge.room import RecordingState, RecordingView
from tests.edge.website import form_token, school, website

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def limited(minutes: float, **changes: Any) -> RecordingView:
    view = RecordingView(RecordingState.RECORDING, light=True, limit_s=60 * minutes)
    return replace(view, **changes)


async def test_it_shows_the_room_and_renews_itself(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        page = (await here.client.get("/lite")).text
    assert '<meta http-equiv="refresh" content="5;url=/lite">' in page
    for words in ("空闲", "开始录制", "上课", "下课", "教师相机没有应答", "检查电源", "双分屏"):
        assert words in page
    assert "<script" not in page


async def test_it_speaks_english_and_stays_english(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        page = await here.client.get("/lite?lang=en")
        assert "Not recording" in page.text
        assert "Start class" in page.text
        assert "url=/lite?lang=en" in page.text
        done = await here.client.post(
            "/lite/recording/start?lang=en", data={"form_token": form_token(page)}
        )
    assert (done.status_code, done.headers["location"]) == (303, "/lite?lang=en")


@pytest.mark.parametrize(
    ("path", "fields", "asked"),
    [
        ("/lite/recording/start", {}, ("start", "local", "", True)),
        ("/lite/recording/mark", {}, ("mark", "local", "")),
        ("/lite/routine/class-start", {}, ("routine", "local", "class-start")),
        (
            "/lite/layout/single",
            {"source": "teacher"},
            ("layout", "local", "single", ("teacher",)),
        ),
        ("/lite/layout/side-by-side", {}, ("layout", "local", "side-by-side", ())),
    ],
)
async def test_its_buttons_ask_the_room(
    tmp_path: Path, path: str, fields: dict[str, str], asked: tuple[object, ...]
) -> None:
    async with website(tmp_path) as here:
        response = await here.send_form(here.client, "/lite", path, **fields)
        assert (response.status_code, response.headers["location"]) == (303, "/lite")
    assert here.room.asked == [asked]


async def test_it_offers_what_can_be_done_now(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        for state, offered in [
            (RecordingState.IDLE, {"start"}),
            (RecordingState.RECORDING, {"mark", "pause", "stop"}),
            (RecordingState.PAUSED, {"resume", "stop"}),
            (RecordingState.STOPPING, {"go-on"}),
            (RecordingState.FINISHING, set()),
        ]:
            here.room.change(recording=RecordingView(state=state, light=False))
            page = (await here.client.get("/lite")).text
            assert set(re.findall(r'action="/lite/recording/([a-z-]+)', page)) == offered


@pytest.mark.parametrize(
    ("view", "left", "offered"),
    [
        (limited(20, ends_at=NOW + timedelta(seconds=503)), "00:08:23", True),
        (limited(20, state=RecordingState.PAUSED, seconds_on_disk=697.4), "00:08:23", True),
        (limited(60, ends_at=NOW + timedelta(seconds=41.2)), "00:00:42", False),
        (limited(0), "", False),
        (limited(20, state=RecordingState.STOPPING), "", False),
    ],
)
async def test_a_recording_that_ends_by_itself_says_when_and_may_last_longer(
    tmp_path: Path, view: RecordingView, left: str, *, offered: bool
) -> None:
    async with website(tmp_path) as here:
        here.room.change(recording=view, at=NOW)
        page = (await here.client.get("/lite?lang=en")).text
        told = re.findall(r"Stops by itself in <strong>([\d:]+)", page)
        assert told == ([left] if left else [])
        assert ("left soon" in page) == (left == "00:00:42")
        assert ("+5 minutes" in page) == offered
        if offered:
            await here.send_form(here.client, "/lite", "/lite/recording/extend")
            assert here.room.asked == [("limit", "local", 1500.0)]


async def test_in_a_room_that_nobody_directs_no_picture_is_to_be_chosen(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.change(profile="routine")
        page = (await here.client.get("/lite")).text
    assert "双分屏" not in page
    assert "/lite/layout/" not in page


async def test_a_refusal_is_said_on_the_page(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        response = await here.send_form(here.client, "/lite", "/lite/recording/pause")
    assert response.status_code == 409
    assert "现在不能这样做" in response.text


async def test_who_may_not_see_the_room_is_led_to_the_entrance(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        response = await here.client.get("/lite?lang=en")
    assert response.status_code == 303
    assert response.headers["location"] == "/login?next=%2Flite&lang=en"
