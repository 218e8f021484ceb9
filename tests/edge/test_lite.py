"""The page without script: what it shows, and that its buttons do what they say."""

import re
from pathlib import Path

import pytest

from classroom_edge.room import RecordingState, RecordingView
from tests.edge.website import form_token, school, website


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
