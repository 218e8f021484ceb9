#!/usr/bin/env python3
"""How old a lesson is when it is shown in another school: daemons in networks of their own.

    python benchmarks/glass_to_glass.py [--seconds 30] [--height 360] [--json]      (Linux, root)

Hub and site as in `schools_in_namespaces.py`, over 20 ms and 20 Mbit/s each way: the site once
behind NAT, once with IPv6 alone. The cameras burn the number of every picture into it, which tells
when it was taken, and beep with a flash each five seconds. Ages and steps: see `two_way.py`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.schools_in_namespaces import lesson
from benchmarks.two_way import GLASS_MS, STEP_MS, Ages, Probe, table, watch
from classroom_edge.services.workers import endpoints_for

FAMILIES: Final = (4, 6)
SETTLE_S: Final = 15.0  # until the ladders stand on their best rungs
CAMERA: Final = """
import asyncio
from datetime import UTC, datetime
from classroom_media.api import Kind
from classroom_media.emulate.camera import EmulatedCamera
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.scenes import TeacherScene

async def film():
    server, feed = RtspServer(), Feed((Kind.PICTURE, Kind.SOUND))
    server.feeds["/camera"] = feed
    with EmulatedCamera("camera", TeacherScene(lambda: datetime.now(UTC)), feed, sound=True):
        async with server.listening({rtsp}):
            await asyncio.Event().wait()

asyncio.run(film())
"""


def measure(family: int, *, seconds: float, height: int) -> list[Ages]:
    """Let one hub and one site teach each other; give what is seen at both."""
    with (
        tempfile.TemporaryDirectory() as top,
        lesson((family,), Path(top), camera=CAMERA, height=height) as held,
    ):
        held.begin()
        held.rest(SETTLE_S)
        (site,) = held.sites
        probes = [
            Probe(
                f"IPv{family}: {who}'s picture, shown at the {where}",
                endpoints_for(at.runtime, "relay", "session"),
                peer,
                f"{peer}-sound",
            )
            for who, where, at, peer in (
                ("hub", "site", site, "hub"),
                ("site", "hub", held.hub, site.id),
            )
        ]
        asyncio.run(watch(seconds, probes))
    return [one.found() for one in probes]


def kept(one: Ages) -> bool:
    """Tell whether it was young enough, and in step."""
    in_step = one.beep_later_ms is not None and abs(one.beep_later_ms) <= STEP_MS
    return 0 < one.shown_ms <= GLASS_MS and in_step


def main() -> int:
    """Measure both; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of each (30)")
    parser.add_argument("--height", type=int, default=360, help="of the pictures (360)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = [
        one
        for family in FAMILIES
        for one in measure(family, seconds=given.seconds, height=given.height)
    ]
    print(json.dumps([asdict(one) for one in found]) if given.json else table(found, {}))
    return 0 if all(map(kept, found)) else 1


if __name__ == "__main__":
    sys.exit(main())
