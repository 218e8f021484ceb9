#!/usr/bin/env python3
"""Samples of `live_matrix.py` over real sockets: hub and sites in network namespaces, on the clock.

    python benchmarks/live_sockets.py [--quick] [--seconds 20] [--json]        (Linux, root)

Hub and site are processes in namespaces, the site behind NAT, and the emulator's line between them
carries what their kernels send. Then a line falls from 3 to 0.3 Mbit/s and returns, for the ladder
and for a fixed 1.5 Mbit/s; and it is cut. "Back" is the first picture shown after the line was.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

import msgspec

from classroom_media.emulate.lesson_by_sockets import Told
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.networks import HUB_4, Place, Schools
from classroom_media.emulate.site_by_link import Site
from classroom_media.live.rtp.playout import Playout

MODULE = "classroom_media.emulate.lesson_by_sockets"
MS, S = 1_000_000, 1_000_000_000
PORT = 7702
SETTLED_S = 6
CELLS = (  # loss, burst, ms each way, bit/s
    (0.0, 1, 20, 20_000_000),
    (0.05, 1, 20, 2_000_000),
    (0.1, 1, 80, 2_000_000),
    (0.1, 4, 20, 10_000_000),
    (0.0, 1, 80, 300_000),
    (0.03, 4, 200, 512_000),
)
FALL = ((10, 300_000), (25, 3_000_000))
FALL_S = 45
CUTS_S = (1, 15)
CUT_AT_S = 8


@dataclass(frozen=True)
class Cell:
    """A line, and what the lesson was like over it."""

    line: str
    rung: str
    moves: int
    sound: float
    frozen_s: float
    age_ms: float


@dataclass(frozen=True)
class Held:
    """What both ends told."""

    hub: Told
    site: Site

    def cell(self, name: str) -> Cell:
        """Give the figures, from when the ladder has settled."""
        begin_ns, end_ns = self.hub.sent[0] + SETTLED_S * S, self.hub.sent[-1] - S
        return Cell(
            line=name,
            rung=self.hub.rungs[-1][1],
            moves=len(self.hub.rungs) - 1,
            sound=round(self.site.sound_share(self.hub.sent[0] + 3 * S, end_ns), 4),
            frozen_s=round(self.site.frozen_s(begin_ns, end_ns), 2),
            age_ms=round(self.site.delay_ms(begin_ns)),
        )


def hold(
    hub: Place,
    site: Place,
    seconds: float,
    events: Iterable[tuple[float, Callable[[], None]]],
    *,
    fixed: bool = False,
) -> Held:
    """Hold a lesson for so long, with events at some of its seconds."""
    words = (sys.executable, "-m", MODULE)
    where = (HUB_4, str(PORT), str(seconds))
    teaching = subprocess.Popen(
        hub.command(*words, "hub", *where, *(("--fixed",) if fixed else ())),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert teaching.stderr is not None  # noqa: S101 - it was asked for
    teaching.stderr.readline()  # it is ready
    listening = subprocess.Popen(site.command(*words, "site", *where), stdout=subprocess.PIPE)
    began_s = time.monotonic()
    for second, do in events:
        time.sleep(max(0.0, began_s + second - time.monotonic()))
        do()
    ends = (teaching, listening)
    hub_told, site_told = (msgspec.json.decode(end.communicate()[0], type=Told) for end in ends)
    shown = Site(1, down=Link(Line(), 0), up=Link(Line(), 0), playout=Playout())
    shown.pictures, shown.sounds = site_told.pictures, site_told.sounds
    shown.sent = hub_told.sent
    return Held(hub_told, shown)


def cells(schools: Schools, hub: Place, seconds: float, *, quick: bool) -> list[Cell]:
    """Hold a lesson over each of the lines."""
    site = schools.site("cells", up=Line(), down=Line())
    found = []
    for loss, burst, delay_ms, rate_bps in CELLS[1:3] if quick else CELLS:
        line = Line(delay_ns=delay_ms * MS, loss=loss, burst=burst, rate_bps=rate_bps)
        site.set(up=line, down=line)
        name = (
            f"{loss:.0%}{' bursts' if burst > 1 else ''}, {delay_ms} ms, {rate_bps / 1e6:g} Mbit/s"
        )
        found.append(hold(hub, site, seconds, ()).cell(name))
        print(found[-1], file=sys.stderr)
    return found


def fall(schools: Schools, hub: Place, *, fixed: bool) -> float:
    """Hold a lesson over a line that becomes thin and recovers; give the seconds that it froze."""
    wide = Line(rate_bps=3_000_000)
    site = schools.site("fixed" if fixed else "ladder", up=wide, down=wide)
    events = [
        (second, lambda rate_bps=rate_bps: site.set(down=replace(wide, rate_bps=rate_bps)))
        for second, rate_bps in FALL
    ]
    held = hold(hub, site, FALL_S, events, fixed=fixed)
    return held.site.frozen_s(held.hub.sent[0] + 5 * S, held.hub.sent[-1] - S)


def back_after(schools: Schools, hub: Place, cut_s: int) -> float | None:
    """Cut a line for so long; give how long after it a picture is shown again."""
    line = Line(rate_bps=20_000_000)
    site = schools.site(f"cut-{cut_s}", up=line, down=line)
    mended_ns = []

    def mend() -> None:
        site.cut(is_cut=False)
        mended_ns.append(time.monotonic_ns())

    events = [(CUT_AT_S, site.cut), (CUT_AT_S + cut_s, mend)]
    held = hold(hub, site, CUT_AT_S + cut_s + 6, events)
    shown = (one.at_ns for one in held.site.pictures if one.taken_ns > mended_ns[0])
    first_ns = min(shown, default=None)
    return None if first_ns is None else round((first_ns - mended_ns[0]) / S, 2)


def main() -> int:
    """Run it, print the table; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="two lines, one cut")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with Schools(seed=9) as schools:
        hub = schools.hub()
        found = cells(schools, hub, given.seconds, quick=given.quick)
        back = {cut: back_after(schools, hub, cut) for cut in CUTS_S[: 1 if given.quick else 2]}
        frozen_s = fixed_s = 0.0
        if not given.quick:
            frozen_s, fixed_s = (fall(schools, hub, fixed=fixed) for fixed in (False, True))
    print("| line | rung | moves | sound | frozen s | age ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for one in found:
        print(
            f"| {one.line} | {one.rung} | {one.moves} | {one.sound:.1%} "
            f"| {one.frozen_s} | {one.age_ms:.0f} |"
        )
    result = {"back_s": back, "frozen_s": round(frozen_s, 2), "fixed_frozen_s": round(fixed_s, 2)}
    print(result)
    if given.json:
        print(json.dumps({**result, "cells": [asdict(one) for one in found]}))
    heard = all(one.sound >= (0.97 if "bursts" in one.line else 0.99) for one in found)
    mended = all(took is not None and took <= 0.5 for took in back.values())
    return 0 if heard and mended and frozen_s <= 0.1 * fixed_s else 1


if __name__ == "__main__":
    sys.exit(main())
