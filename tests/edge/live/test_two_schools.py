"""A hub and a site as they are: the site's picture is on the hub's programme, both record it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.demo.three.road import CableRoad
from classroom_edge.door import LocalError
from classroom_edge.paths import DataFolder, runtime_folder
from classroom_edge.room import RecordingState, Who
from classroom_edge.services.live.offering import OpenRoad, Road
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.link.enrolling import enrol
from classroom_edge.sessions.link.findings import Findings
from classroom_media.emulate.link import Line
from classroom_media.emulate.proxy import Cable
from tests.ports import free_port
from tests.waiting import eventually_async, eventually_awaited

ME = Who(name="test")
COMMON = """
[recording]
width = 320
height = 180
fps = 15
preset = "ultrafast"
pre_roll_s = 0
"""
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
id = "far"
name = "Hill"
url = "remote://hill"
sound = true
"""
SITE = """
[room]
id = "room-7"
name = "Hill"
{common}
[site]
[[source]]
id = "pupils"
name = "Pupils"
url = "pattern://?size=320x180&fps=15&tone=440"
sound = true
"""


@asynccontextmanager
async def at_work(top: Path, name: str, text: str, road: Road) -> AsyncIterator[Daemon]:
    """Run a room's daemon without its web; in the end nothing runs."""
    file, data = top / f"{name}.toml", DataFolder(top / name)
    file.write_text(text, encoding="utf-8")
    data.make()
    config = load(file)
    daemon = Daemon(config, data.path, runtime_folder(data.path, config.room.id), road=road)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(daemon.run())
        try:
            yield daemon
        finally:
            await daemon.end()
            running.cancel()


async def enrolled(top: Path, hub: str) -> None:
    """Let the site become one, by the code that the hub makes."""
    runtime = runtime_folder(top / "hub", "centre")

    async def code() -> str:
        try:
            return (await local.ask(runtime, local.NewCode(site="hill", name="Hill"))).code
        except LocalError:
            return ""

    await enrol(DataFolder(top / "site").link, hub, await eventually_awaited(code, within_s=60))


async def sees_bars(daemon: Daemon) -> None:
    """Wait until the programme shows the site's test picture."""
    async with asyncio.timeout(60):
        async for jpeg in daemon.previews():
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            row = picture[picture.shape[0] * 3 // 4]
            yellow, magenta = (row[int(share * len(row))].astype(int) for share in (0.21, 0.64))
            if yellow[1] - yellow[0] > 80 and magenta[2] - magenta[1] > 80:
                return


def peer(daemon: Daemon) -> str:
    live = daemon.state().live
    return live.peers[0].state if live and live.peers else ""


def records(daemon: Daemon) -> bool:
    state = daemon.state().recording
    return state.state is RecordingState.RECORDING and state.seconds_on_disk > 0


@pytest.mark.timeout(300)
async def test_the_site_is_seen_at_the_hub_over_its_cable_and_comes_back_after_it_was_pulled(
    tmp_path: Path,
) -> None:
    link, media = free_port(), free_port()
    async with Cable(Line(delay_ns=0), Line(delay_ns=0)) as cable:
        end = cable.udp(("127.0.0.1", media))
        hub_text = HUB.format(common=COMMON, link=link, media=media)
        async with (
            at_work(tmp_path, "hub", hub_text, OpenRoad()) as hub,
            at_work(tmp_path, "site", SITE.format(common=COMMON), CableRoad(end)) as site,
        ):
            await enrolled(tmp_path, f"127.0.0.1:{link}")
            await eventually_async(lambda: hub.state().link.linked, within_s=60)  # type: ignore[union-attr]
            begin = local.Begin(
                title="Maths", kind=Kind.DELIVERY, style=Style.INTERACTIVE, sites=("hill",)
            )
            session = (await hub.session.ask(ME, begin)).session
            await eventually_async(lambda: peer(hub) == peer(site) == "connected", within_s=60)
            floor = local.Do(session=session, command=c.GiveFloor(member="hill"))
            await hub.session.ask(ME, floor)
            await sees_bars(hub)
            await eventually_async(lambda: records(hub) and records(site), within_s=60)
            assert (await site.session.survey(ME)).reason == "in-session"
            cable.cut = True
            # One after the other: each may look for the other again meanwhile.
            await eventually_async(lambda: peer(hub) == "lost", within_s=60)
            await eventually_async(lambda: peer(site) == "lost", within_s=60)
            cable.cut = False
            await eventually_async(lambda: peer(hub) == peer(site) == "connected", within_s=60)
            await hub.session.ask(ME, local.Do(session=session, command=c.End()))
            idle = RecordingState.IDLE
            await eventually_async(
                lambda: hub.state().recording.state is site.state().recording.state is idle,
                within_s=60,
            )

            async def measured() -> Findings | None:
                line = await site.session.survey(ME)
                return None if line.reason else line

            line = await eventually_awaited(measured, within_s=60)
            assert line.round_trip_ms is not None
