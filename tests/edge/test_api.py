"""The API over a pretend room: what it asks of the room, and how it says no."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from classroom_edge.room import GateView, ProcessView, RecordingState, SoundView, TitlesView
from classroom_edge.web.ports import RoomPort
from classroom_edge.web.restarts import Restarts
from tests.edge.pretend_room import RECORDING
from tests.edge.website import VIDEO, website

if TYPE_CHECKING:
    from classroom_edge.daemon import Daemon

    def the_daemon_is_what_the_web_layer_asks_for(daemon: Daemon) -> RoomPort:
        return daemon


MIXED = SoundView("teacher", gain_db=3.0, gate=GateView(-50.0, 300, 200))
FILES = f"/api/v1/recordings/{RECORDING}/files"


def assert_says(response: httpx2.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    body = response.json()
    assert body["code"] == code
    assert set(body["message"]) == {"zh-CN", "en"}


async def test_the_room_is_given_whole(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        room = (await here.client.get("/api/v1/room")).json()
    assert room["devices"][0]["values"]["power"]["value"] == "on"
    assert room["recording"]["state"] == "idle"
    assert room["problems"][0]["action"]["title"]["zh-CN"] == "检查电源"


@pytest.mark.parametrize(
    ("path", "body", "asked"),
    [
        ("recording/start", None, ("start", "local", "", True)),
        (
            "recording/start",
            {"title": " 分数 ", "pre_roll": False},
            ("start", "local", "分数", False),
        ),
        ("recording/mark", {"text": "例题"}, ("mark", "local", "例题")),
        ("recording/mark", None, ("mark", "local", "")),
        ("routines/class-start", None, ("routine", "local", "class-start")),
        ("layout/single", {"source": "teacher"}, ("layout", "local", "single", ("teacher",))),
        (
            "layout/side-by-side",
            {"sources": ["teacher", "slides"]},
            ("layout", "local", "side-by-side", ("teacher", "slides")),
        ),
        (
            "titles",
            {"name": "李老师", "subject": "语文"},
            ("titles", "local", TitlesView(name="李老师", subject="语文")),
        ),
        ("titles", {"card": "opening"}, ("titles", "local", TitlesView(card="opening"))),
        (
            "sounds/teacher",
            {"muted": True, "gate": {"threshold_db": -45, "hold_ms": 100}},
            ("mix", "local", replace(MIXED, muted=True, gate=GateView(-45.0, 100, 200))),
        ),
        (
            "sounds/teacher",
            {"gain_db": -6.5, "gate": None},
            ("mix", "local", replace(MIXED, gain_db=-6.5, gate=None)),
        ),
        ("layout/side-by-side", None, ("layout", "local", "side-by-side", ())),
        (
            "devices/projector/power/set-power",
            {"on": True},
            ("perform", "local", "projector", "power", "set-power", {"on": True}),
        ),
    ],
)
async def test_commands_reach_the_room(
    tmp_path: Path, path: str, body: dict[str, Any] | None, asked: tuple[Any, ...]
) -> None:
    async with website(tmp_path) as here:
        response = await here.client.post(f"/api/v1/{path}", json=body)
    assert response.status_code == 200, response.text
    assert here.room.asked == [asked]


async def test_who_directs_is_chosen_and_it_is_one_of_two(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        await here.client.post("/api/v1/programme/directing", json={"mode": "auto"})
        wrong = await here.client.post("/api/v1/programme/directing", json={"mode": "both"})
        assert_says(wrong, 422, "wrong-body")
    assert here.room.asked == [("direct", "local", "auto")]


async def test_a_camera_is_told_to_follow_where_it_can(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        await here.client.post("/api/v1/sources/teacher/tracking", json={"on": True})
        refused = await here.client.post("/api/v1/sources/slides/tracking", json={"on": True})
        assert_says(refused, 409, "no-tracking")
    assert here.room.asked[0] == ("track", "local", "teacher", True)


async def test_titles_that_are_not_named_stay_and_empty_ones_go(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        shown = TitlesView(name="李老师", subject="语文", subtitle="春")
        programme = replace(here.room.state().programme, titles=shown)
        here.room.change(programme=programme)
        await here.client.post("/api/v1/titles", json={"subtitle": "", "subject": "数学"})
    assert here.room.asked == [("titles", "local", TitlesView(name="李老师", subject="数学"))]


@pytest.mark.parametrize(
    "body", [{"gain_db": 31}, {"delay_ms": 5000}, {"channels": "top"}, {"gate": {}}, {"volume": 1}]
)
async def test_a_mix_beyond_the_desk_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with website(tmp_path) as here:
        assert_says(await here.client.post("/api/v1/sounds/teacher", json=body), 422, "wrong-body")
        assert_says(await here.client.post("/api/v1/sounds/slides"), 404, "unknown-sound")
    assert [one[0] for one in here.room.asked] == ["mix"]


async def test_what_a_routine_would_do_can_be_asked(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        answer = await here.client.get("/api/v1/routines/class-end/steps")
        assert answer.json()[0]["action"] == {"zh-CN": "关机", "en": "switch off"}
        unknown = await here.client.get("/api/v1/routines/party/steps")
        assert_says(unknown, 404, "unknown-routine")
        assert here.room.asked == []


async def test_a_recording_is_started_paused_stopped_and_gone_on_with(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        begun = await here.client.post("/api/v1/recording/start")
        assert begun.json() == {"id": RECORDING}
        for command, state in [
            ("pause", "paused"),
            ("resume", "recording"),
            ("stop", "stopping"),
            ("go-on", "recording"),
        ]:
            body = {"grace_s": 10} if command == "stop" else None
            assert (await here.client.post(f"/api/v1/recording/{command}", json=body)).is_success
            assert here.room.state().recording.state == state
        await here.client.post("/api/v1/recording/stop")
        assert here.room.asked[-1] == ("stop", "local", 0)
        assert here.room.state().recording.state is RecordingState.IDLE


async def test_a_micro_lesson_is_started_with_its_minutes_and_given_more(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        await here.client.post("/api/v1/recording/start", json={"minutes": 15})
        assert here.room.asked[-1] == ("limit", "local", 900)
        await here.client.post("/api/v1/recording/limit", json={"minutes": 20})
        assert here.room.asked[-1] == ("limit", "local", 1200)
        answer = await here.client.post("/api/v1/recording/limit", json={"minutes": 61})
        assert answer.status_code == 422


async def test_a_refusal_has_a_code_and_words_in_both_languages(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        assert_says(await here.client.post("/api/v1/recording/stop"), 409, "not-recording")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("routines/nap", "unknown-routine"),
        ("layout/mosaic", "unknown-layout"),
        ("devices/toaster/power/set-power", "unknown-device"),
        ("recording/rewind", "not-found"),
    ],
)
async def test_what_the_room_does_not_have_is_not_found(
    tmp_path: Path, path: str, code: str
) -> None:
    async with website(tmp_path) as here:
        assert_says(await here.client.post(f"/api/v1/{path}"), 404, code)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("camera/presets/recall-preset", {"number": 1}, 502, "device-silent"),
        ("projector/input-select/select-input", {"name": "vga-9"}, 409, "device-refused"),
        ("projector/volume/set-volume", {"percent": 3}, 422, "device-unsupported"),
    ],
)
async def test_what_goes_wrong_with_a_device_is_told_apart(
    tmp_path: Path, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    async with website(tmp_path) as here:
        assert_says(await here.client.post(f"/api/v1/devices/{path}", json=body), status, code)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("recording/stop", '{"grace_s": "soon"}', "grace_s"),
        ("recording/stop", '{"grace_s": -1}', "grace_s"),
        ("recording/stop", '{"grace_s": NaN}', "grace_s"),
        ("recording/start", '{"titel": "x"}', "titel"),
        ("recording/start", '{"title": "\\ud800"}', "title"),
        ("recording/start", "[1]", "body"),
        ("layout/single", '{"sources": [1]}', "sources.0"),
        ("devices/camera/pan-tilt-zoom/drive", '{"pan": NaN}', "pan"),
        ("devices/camera/pan-tilt-zoom/drive", '{"pan": {"by": 1}}', "pan"),
    ],
)
async def test_a_wrong_body_is_refused_with_the_name_of_what_is_wrong(
    tmp_path: Path, path: str, body: str, field: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with website(tmp_path) as here:
        response = await here.client.post(f"/api/v1/{path}", content=body, headers=headers)
    assert_says(response, 422, "wrong-body")
    assert response.json()["field"].startswith(field)
    assert here.room.asked == []


async def test_the_same_command_sent_twice_is_done_once(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "press-1"}
    async with website(tmp_path) as here:
        first = await here.client.post("/api/v1/recording/mark", headers=key)
        again = await here.client.post("/api/v1/recording/mark", headers=key)
        other = await here.client.post(
            "/api/v1/recording/mark", headers={"Idempotency-Key": "press-2"}
        )
    assert first.json() == again.json() == other.json() == {"at_s": 12.5}
    assert len(here.room.asked) == 2


async def test_a_refused_command_may_be_tried_again_with_its_key(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "press-1"}
    async with website(tmp_path) as here:
        refused = await here.client.post("/api/v1/recording/stop", headers=key)
        await here.client.post("/api/v1/recording/start")
        stopped = await here.client.post("/api/v1/recording/stop", headers=key)
    assert (refused.status_code, stopped.status_code) == (409, 200)


async def test_a_manifest_has_links_to_its_files(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        one = (await here.client.get(f"/api/v1/recordings/{RECORDING}")).json()
        picture = await here.client.get(one["thumbnail_url"])
    assert one["tracks"][0]["url"] == f"{FILES}/programme.mp4"
    assert one["lesson"]["url"] == f"{FILES}/micro.mp4"
    assert one["chapters"] == [{"start_s": 3.0, "page": 1, "picture_url": f"{FILES}/thumbnail.jpg"}]
    assert picture.headers["content-type"] == "image/jpeg"


async def test_a_player_can_jump_in_a_file(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        whole = await here.client.get(f"{FILES}/programme.mp4")
        part = await here.client.get(f"{FILES}/programme.mp4", headers={"Range": "bytes=1000-1099"})
        beyond = await here.client.get(f"{FILES}/programme.mp4", headers={"Range": "bytes=99999-"})
    assert whole.content == VIDEO
    assert whole.headers["content-type"] == "video/mp4"
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 1000-1099/{len(VIDEO)}"
    assert part.content == VIDEO[1000:1100]
    assert beyond.status_code == 416


async def test_health_tells_whether_the_daemon_makes_progress(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        assert (await here.client.get("/healthz")).json() == {"status": "ok"}


async def test_health_fails_once_the_daemon_makes_no_more_snapshots(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        here.room.change(at=datetime.now(UTC) - timedelta(seconds=11))
        response = await here.client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "stalled"})


def test_a_process_is_counted_as_restarted_when_another_has_its_place() -> None:
    restarts = Restarts()
    for pid, state in [(7, "running"), (7, "running"), (0, "lost"), (9, "running"), (11, "lost")]:
        process = ProcessView("source", "teacher", pid, state)
        restarts.seen(process)
    assert restarts.of(process) == 2
    assert restarts.of(ProcessView("source", "students", 8, "running")) == 0


async def test_metrics_tell_what_is_online_and_on_disk(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        await here.client.post("/api/v1/recording/start")
        text = (await here.client.get("/metrics")).text
    assert 'classroom_edge_device_online{device="projector"} 1.0' in text
    assert 'classroom_edge_device_online{device="camera"} 0.0' in text
    assert 'classroom_edge_process_restarts_total{process="daemon/room"} 0.0' in text
    assert "process_resident_memory_bytes" in text
    assert 'classroom_edge_source_live{source="slides"} 0.0' in text
    assert 'classroom_edge_track_disk_seconds{track="programme"} 1.5' in text
    assert "classroom_edge_disk_free_bytes 6.4e+10" in text
