"""A hub that broadcasts a teacher beside slides, and a site with a screen, linked and at rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from classroom_edge.daemon import Daemon
from classroom_edge.services.live.offering import OpenRoad
from tests.edge.live.test_two_schools import COMMON, at_work, enrolled
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
[broadcast]
port = {broadcast}
qualities = []
[[source]]
id = "teacher"
name = "Teacher"
url = "pattern://?size=320x180&fps=15&tone=440"
sound = true
[[source]]
id = "slides"
name = "Slides"
url = "pattern://?size=320x180&fps=15"
[programme]
{programme}
"""
BESIDE = """
layout = "picture-in-picture"
sources = ["slides", "teacher"]
"""  # composed
ALONE = """
layout = "single"
sources = ["teacher"]
"""  # the camera's own packets are passed
SITE = """
[room]
id = "room-7"
name = "Hill"
{common}
[site]
record = false
[[screen]]
id = "front"
name = "Front"
display = "{display}"
sound = false
[[source]]
id = "pupils"
name = "Pupils"
url = "pattern://?size=320x180&fps=15&tone=440"
sound = true
"""


@asynccontextmanager
async def hub_and_listener(
    top: Path, display: str, programme: str = BESIDE
) -> AsyncIterator[tuple[Daemon, Daemon]]:
    """Run both until they are linked and have their pictures; the screen is of that X display."""
    broadcast = free_port()
    link = free_port()
    hub_text = HUB.format(
        common=COMMON, link=link, media=free_port(), broadcast=broadcast, programme=programme
    )
    site_text = SITE.format(common=COMMON, display=display)
    async with (
        at_work(top, "hub", hub_text, OpenRoad()) as hub,
        at_work(top, "site", site_text, OpenRoad()) as site,
    ):
        await enrolled(top, f"127.0.0.1:{link}")
        await eventually_async(lambda: hub.state().link.linked, within_s=60)  # type: ignore[union-attr]
        await eventually_async(lambda: hub.outlets.broadcast.health, within_s=60)
        await hub.at_work()
        yield hub, site
