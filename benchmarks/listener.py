#!/usr/bin/env python3
"""A lesson that begins on a listener's screen: how long that takes from the hub's command.

    python benchmarks/listener.py [--starts 5] [--passing] [--quick] [--json]

A hub and a site as they are, enrolled, each with its workers, on one machine; the site's screen is
Xvfb, and libvlc plays on it. Nothing is ready for the lesson: no player runs, no broadcast is on
the air. The hub begins an online session now, and the screen is looked at every 20 ms until it
shows more than black. The goal is two seconds. The hub's programme is composed; with --passing it
is one camera's own packets, whose keyframes come when they come.

Exit status 1 when a start took longer, 2 when Xvfb or libvlc is missing.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.starts import asked, measured
from classroom_edge import parts
from classroom_edge.daemon import Daemon
from classroom_edge.room import Who
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style
from tests.edge.live.listeners import ALONE, BESIDE, hub_and_listener
from tests.media.play.test_player import colours, screen
from tests.waiting import eventually_async

ME: Final = Who(name="benchmark")
NEEDED: Final = ("xvfb", "libvlc", "vlc-output")
GOAL_S: Final = 2.0
LOOKS_S: Final = 0.02


async def starts(programme: str, count: int, folder: Path) -> AsyncIterator[float]:
    """Begin a lesson again and again; give how long each took to be on the screen, in seconds."""
    with screen() as display:
        async with hub_and_listener(folder, display, programme) as (hub, site):
            for _ in range(count):
                yield await _start(hub, site, display)


async def _start(hub: Daemon, site: Daemon, display: str) -> float:
    begin = local.Begin(title="Maths", kind=Kind.ONLINE, style=Style.LIVE, sites=("hill",))
    began_s = time.monotonic()
    session = (await hub.session.ask(ME, begin)).session
    await asyncio.to_thread(_until_shown, display)
    took_s = time.monotonic() - began_s
    await hub.session.ask(ME, local.Do(session=session, command=c.End()))
    await eventually_async(lambda: not site.outlets.screens.workers, within_s=30)
    await eventually_async(lambda: not hub.outlets.broadcast.wanted, within_s=30)
    return took_s


def _until_shown(display: str) -> None:
    while colours(display) < 2:
        time.sleep(LOOKS_S)


def main() -> int:
    """Measure, print; give the exit status."""
    line = asked(__doc__.splitlines()[0], 5)
    line.add_argument("--passing", action="store_true")
    options = line.parse_args()
    if lacking := [name for name in NEEDED if not parts.runs_here(name)]:
        sys.stderr.write(f"missing: {', '.join(lacking)}\n")
        return 2
    begun = partial(starts, ALONE if options.passing else BESIDE)
    return measured(options, begun, where="on the screen", goal_s=GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
