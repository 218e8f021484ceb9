#!/usr/bin/env python3
"""Two schools that meet: how long from the hub's command until the other room is in its programme.

    python benchmarks/meeting.py [--starts 4] [--quick] [--json]

A hub and a site as they are, linked, each with its workers, on one machine. Nothing is ready for a
session: no relay runs. The hub begins an interactive session now and gives the site the floor as
soon as it is there; the hub's preview is looked at until it shows the site's test picture. Before
the next start the picture must be gone. The goal is two seconds.

Exit status 1 when a start took longer.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.starts import asked, measured
from classroom_edge.daemon import Daemon
from classroom_edge.room import Refused
from classroom_edge.services.live.offering import OpenRoad
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from tests.edge.live.test_two_schools import COMMON, HUB, ME, SITE, at_work, enrolled, sees_bars
from tests.ports import free_port
from tests.waiting import eventually_async, eventually_awaited

GOAL_S: Final = 2.0
SETTLE_S: Final = 4.0
GONE_S: Final = 0.5  # without the other room's picture


async def starts(count: int, top: Path) -> AsyncIterator[float]:
    """Meet again and again; give how long each took, in seconds."""
    link = free_port()
    hub_text = HUB.format(common=COMMON, link=link, media=free_port())
    async with (
        at_work(top, "hub", hub_text, OpenRoad()) as hub,
        at_work(top, "site", SITE.format(common=COMMON), OpenRoad()) as site,
    ):
        await enrolled(top, f"127.0.0.1:{link}")
        await eventually_async(lambda: hub.state().link.linked, within_s=60)  # type: ignore[union-attr]
        for _ in range(count):
            await asyncio.sleep(SETTLE_S)
            yield await _start(hub)
            await eventually_async(lambda: not (_meets(hub) or _meets(site)), within_s=30)
            await _gone(hub)


async def _start(hub: Daemon) -> float:
    begin = local.Begin(title="Maths", kind=Kind.DELIVERY, style=Style.INTERACTIVE, sites=("hill",))
    began_s = time.monotonic()
    session = (await hub.session.ask(ME, begin)).session
    await eventually_awaited(lambda: _has_floor(hub, session))
    await sees_bars(hub)
    took_s = time.monotonic() - began_s
    await hub.session.ask(ME, local.Do(session=session, command=c.End()))
    return took_s


async def _has_floor(hub: Daemon, session: str) -> bool:
    try:
        await hub.session.ask(ME, local.Do(session=session, command=c.GiveFloor(member="hill")))
    except Refused:
        return False
    return True


def _meets(daemon: Daemon) -> bool:
    joined = daemon.session.joined
    return joined is not None and bool(joined.live.relay.pid)


async def _gone(hub: Daemon) -> None:
    while True:
        try:
            async with asyncio.timeout(GONE_S):
                await sees_bars(hub)
        except TimeoutError:
            return
        await asyncio.sleep(GONE_S)


def main() -> int:
    """Measure, print; give the exit status."""
    options = asked(__doc__.splitlines()[0], 4).parse_args()
    return measured(options, starts, where="in the programme", goal_s=GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
