"""A guest who is given the floor is seen and heard, though room.toml knows nothing of guests."""

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest
from aiortc import RTCSessionDescription

from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.services.live.offering import OpenRoad
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_media.monitor.cells import Cells
from tests.edge.live.test_two_schools import COMMON, ME, at_work
from tests.media.live.pipe.pairs import LOOPBACK
from tests.media.live.pipe.test_pipe_aiortc import GUEST_LUMA, Guest
from tests.ports import free_port
from tests.waiting import eventually_async

HUB = """
[room]
id = "centre"
name = "Centre"
{common}
[hub]
listen = "127.0.0.1"
port = {link}
media_port = {media}
[[source]]
id = "teacher"
name = "Teacher"
url = "pattern://?size=320x180&fps=15&tone=440"
sound = true
"""


def test_a_hub_has_a_seat_for_guests_which_fills_no_layout_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "room.toml"
    file.write_text(HUB.format(common=COMMON, link=7700, media=7702), encoding="utf-8")
    config = load(file)
    assert [(one.id, one.isolated) for one in config.sources] == [
        ("teacher", True),
        ("guest", False),
    ]
    assert config.fill("grid") == ("teacher",)


async def shows(daemon: Daemon, luma: int) -> None:
    """Wait until most of the programme is of that brightness."""
    async with asyncio.timeout(60):
        async for jpeg in daemon.previews():
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert picture is not None
            if abs(float(np.median(picture)) - luma) < 12:
                return


async def has_cells(daemon: Daemon, count: int) -> None:
    """Wait until the wall is divided into so many cells, in its picture and in the room's state."""
    await eventually_async(lambda: walled(daemon) == count, within_s=10)
    async with asyncio.timeout(30):
        async for jpeg in daemon.multiviews():
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert picture is not None
            if picture.shape[::-1] == Cells(count).size:
                return


def walled(daemon: Daemon) -> int:
    shown = daemon.state().programme.multiview
    return len(shown.sources) if shown else 0


@pytest.mark.timeout(240)
async def test_a_guest_with_the_floor_is_in_the_programme_and_leaves_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [LOOPBACK])
    hub_text = HUB.format(common=COMMON, link=free_port(), media=free_port())
    async with at_work(tmp_path, "hub", hub_text, OpenRoad()) as hub, asyncio.TaskGroup() as tasks:
        await eventually_async(lambda: hub.session.joined.link.hub_ns, within_s=60)  # type: ignore[union-attr]
        begin = local.Begin(title="Maths", kind=Kind.DELIVERY, style=Style.INTERACTIVE)
        session = (await hub.session.ask(ME, begin)).session
        ticket = (await hub.session.ask(ME, local.InviteGuest(name="Li"))).ticket
        guest = Guest(tasks)
        guest.send()
        try:
            await guest.peer.setLocalDescription(await guest.peer.createOffer())
            await eventually_async(lambda: hub.session.joined.live.relay.beat, within_s=60)  # type: ignore[union-attr]
            answer = await hub.session.meet_guest(ticket, guest.peer.localDescription.sdp)
            await guest.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            await eventually_async(lambda: len(guest.pictures) > 2, within_s=60)
            who = hub.session.guest_sees(ticket)[1]
            floor = local.Do(session=session, command=c.GiveFloor(member=who))
            await hub.session.ask(ME, floor)
            await eventually_async(lambda: hub.media.layout.sources[0] == "guest", within_s=30)
            await shows(hub, GUEST_LUMA)
            assert hub.media.wall() == {"teacher": "Teacher", "guest": "Li"}
            await has_cells(hub, 2)
            assert not hub.media.strips["guest"].muted
            taken = local.Do(session=session, command=c.TakeFloor(member=who))
            await hub.session.ask(ME, taken)
            await eventually_async(lambda: "guest" not in hub.media.layout.sources, within_s=30)
            assert hub.media.strips["guest"].muted
            await has_cells(hub, 1)
        finally:
            await guest.peer.close()
