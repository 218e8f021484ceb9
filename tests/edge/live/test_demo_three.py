"""The three classrooms of the demo: their files, their cables, and the way that passes these."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from classroom_drivers import connect
from classroom_drivers.devices.visca import ViscaCamera
from classroom_edge.commands.demo_three import cable, commands, room_text, write_rooms
from classroom_edge.config import load
from classroom_edge.config.models import SEAT_URL
from classroom_edge.demo.three.cables import Cables, State
from classroom_edge.demo.three.page import Page
from classroom_edge.demo.three.ports import HUB, SITES, ThreePorts, panels
from classroom_edge.demo.three.road import CableRoad
from classroom_edge.demo.three.turning import TurningCamera
from classroom_media.emulate.scenes import PupilsScene
from tests.ports import free_port
from tests.waiting import eventually_async

OFFER = (
    "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2130706431 192.0.2.7 40001 typ host\r\n"
    "a=candidate:2 1 udp 1694498815 198.51.100.3 40001 typ srflx raddr 192.0.2.7 rport 40001\r\n"
    "a=end-of-candidates\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
)


def test_the_three_rooms_are_right_rooms_that_know_each_other(tmp_path: Path) -> None:
    ports = ThreePorts.free()
    write_rooms(tmp_path, ports, 8088)
    rooms = {room: load(tmp_path / f"{room}.toml") for room in (HUB, *SITES)}
    hub = rooms[HUB].hub
    assert hub is not None
    assert (hub.port, hub.media_port) == (ports.link, ports.media)
    assert {one.url for one in rooms[HUB].sources if one.is_remote} == {
        SEAT_URL,
        *(f"remote://{site}" for site in SITES),
    }
    for site in SITES:
        assert rooms[site].site is not None
        assert [one.url for one in rooms[site].sources if one.is_remote] == ["remote://hub"]
        camera, *_ = rooms[site].devices
        assert camera.url == f"tcp://127.0.0.1:{ports.camera(site)}"
    assert [rooms[room].network.port for room in (HUB, *SITES)] == [8089, 8090, 8091]


def test_every_room_is_a_daemon_of_its_own_and_the_hub_is_the_one_that_ends_it(
    tmp_path: Path,
) -> None:
    started = commands(tmp_path, ThreePorts.free(), 8088)
    assert [one[2] for one in started[2:]] == [
        "classroom_edge.demo.three.site",
        "classroom_edge.demo.three.site",
        "classroom_edge.app",
    ]


async def test_descriptions_lead_over_the_cable_and_nowhere_else() -> None:
    road = CableRoad(("127.0.0.1", 5004))
    out, back = await road.out(OFFER), await road.back(OFFER)
    for said, port in ((out, 9), (back, 5004)):
        assert [line for line in said.splitlines() if "candidate:" in line] == [
            f"a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host"
        ]
        assert "a=end-of-candidates" in said
        assert said.count("m=") == 2


async def test_a_schools_camera_that_is_turned_films_another_part_of_the_class() -> None:
    port, camera = free_port(), TurningCamera()
    before = camera.looks()
    async with camera.listening(port):
        async with connect("visca", f"tcp://127.0.0.1:{port}", wait_s=5) as head:
            assert isinstance(head, ViscaCamera)
            await head.drive(pan=1.0)
            await eventually_async(lambda: camera.looks().across > before.across + 0.05)
            await head.stop()
        scene = PupilsScene(lambda: datetime.now(UTC)).paint(1).frame
    was, seen = before.of(scene), camera.looks().of(scene)
    assert (was.width, was.height) == (seen.width, seen.height)
    assert was.width < scene.width
    assert (was.to_ndarray() != seen.to_ndarray()).any()


async def test_a_cable_is_pulled_and_put_back_at_the_page() -> None:
    ports = ThreePorts.free()
    async with AsyncExitStack() as open_:
        cables = await Cables.laid(open_, ports)
        app = Page(cables, panels(free_port())).app()
        page = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1"
        )
        async with page:
            assert "Three classrooms" in (await page.get("/")).text
            assert (await page.post("/cables/hill/pulled")).is_success
            sites = {one["site"]: one for one in (await page.get("/state")).json()["sites"]}
            assert (sites["hill"]["cable"], sites["lake"]["cable"]) == ("pulled", "whole")
            assert (await page.post("/cables/hill/whole")).is_success
            assert cables.states["hill"] is State.WHOLE
            assert (await page.post("/cables/moon/pulled")).status_code == 404
            assert (await page.post("/cables/hill/eaten")).status_code == 404


def test_a_cable_without_a_demo_says_how_to_start_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cable("hill", "pulled", tmp_path, language="en") == 1
    assert "--three-classrooms" in capsys.readouterr().err
    assert cable("moon", "pulled", tmp_path, language="en") == 2
    assert "hill, lake" in capsys.readouterr().err


def test_the_files_say_what_to_change_in_a_real_school() -> None:
    assert "real" in room_text(HUB, ThreePorts.free(), 8089)
