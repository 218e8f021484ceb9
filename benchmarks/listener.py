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

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

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
QUICK: Final = 2
LOOKS_S: Final = 0.02


async def starts(count: int, folder: Path, programme: str) -> AsyncIterator[float]:
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
    await eventually_async(lambda: not site.outlets.playing.workers, within_s=30)
    await eventually_async(lambda: not hub.outlets.broadcast.wanted, within_s=30)
    return took_s


def _until_shown(display: str) -> None:
    while colours(display) < 2:
        time.sleep(LOOKS_S)


def report(took_s: list[float], *, as_json: bool) -> Iterator[str]:
    """Spell the figures."""
    figures = {
        "starts": len(took_s),
        "median_s": round(statistics.median(took_s), 2),
        "worst_s": round(max(took_s), 2),
        "goal_s": GOAL_S,
    }
    if as_json:
        yield json.dumps(figures)
    else:
        yield from (f"{name:10} {value}" for name, value in figures.items())


async def _all(count: int, programme: str) -> list[float]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        async for took_s in starts(count, Path(folder), programme):
            sys.stderr.write(f"on the screen after {took_s:.2f} s\n")
            found.append(took_s)
    return found


def main() -> int:
    """Measure, print; give the exit status."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--starts", type=int, default=5)
    asked.add_argument("--passing", action="store_true")
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    if lacking := [name for name in NEEDED if not parts.runs_here(name)]:
        sys.stderr.write(f"missing: {', '.join(lacking)}\n")
        return 2
    took_s = asyncio.run(
        _all(QUICK if options.quick else options.starts, ALONE if options.passing else BESIDE)
    )
    for line in report(took_s, as_json=options.json):
        print(line)
    return int(max(took_s) > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
