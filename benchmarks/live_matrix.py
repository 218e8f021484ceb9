"""What a lesson is like over bad links: the matrix of loss, delay and rate, on a virtual clock.

    python benchmarks/live_matrix.py [--quick] [--seconds 60] [--seed 1] [--jobs 2] [--json]

A hub teaches a site over a simulated link, with the product's own packetiser, sender, receiver,
ladder and playout; encoders are made up (720p at 1.5 Mbit/s, 360p, 180p, Opus at 24 kbit/s with
spaced copies). Each cell is a lesson that begins at 180p. The peer is ourselves with a fixed
bit rate, over a link whose rate falls from 3 to 0.8 and 0.3 Mbit/s and returns.

The delay is that of one direction; bursts take four packets on average; requests are lost like
everything else. Where one repair fits into 250 ms (20 and 80 ms), cells of 5 % have that fixed
playout, else it is adaptive. A picture that stands for more than 200 ms is frozen.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import product

from classroom_media.emulate.lesson_by_link import BEGIN_NS, Lesson
from classroom_media.emulate.link import Line
from classroom_media.emulate.site_by_link import Site
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rungs import SIZES

MS, S = 1_000_000, 1_000_000_000
LOSSES = (
    (0.0, 1),
    (0.01, 1),
    (0.03, 1),
    (0.05, 1),
    (0.1, 1),
    (0.01, 4),
    (0.03, 4),
    (0.05, 4),
    (0.1, 4),
)
DELAYS_MS = (20, 80, 200)
RATES_BPS = (300_000, 512_000, 2_000_000, 10_000_000, 20_000_000)
QUICK_LOSSES = ((0.0, 1), (0.05, 1), (0.1, 4))
QUICK_RATES_BPS = (300_000, 2_000_000)
FIXED_NS = 250 * MS
FITS_MS = 80  # of delay: a repair comes within the fixed playout
SETTLED_S = 10.0  # from then on freezes count; sound counts from the third second
SOUND, SOUND_IN_BURSTS = 0.99, 0.97
FALL_S = ((15, 800_000), (30, 300_000), (45, 3_000_000))
FALL_UNTIL_S = 75


@dataclass(frozen=True)
class Cell:
    """A link, and what the lesson was like over it."""

    loss: float
    burst: int
    delay_ms: int
    rate_bps: int
    rung: str  # at the end
    moves: int
    returns: int  # to a rung that it had left: the ladder swings
    sound: float  # share that was heard
    frozen_s: float
    freezes: int
    age_ms: float  # of a picture when it is shown, at the median
    again: float  # requests for each packet of the picture that was sent

    @property
    def kept(self) -> bool:
        """Tell whether the promises for this link were kept."""
        sound = self.sound >= (SOUND_IN_BURSTS if self.burst > 1 else SOUND)
        still = self.loss != 0.05 or self.burst > 1 or self.delay_ms > FITS_MS or not self.freezes
        return sound and still and self.returns <= 1


def cell(given: tuple[float, int, int, int, float, int]) -> Cell:
    """Hold a lesson over a link."""
    loss, burst, delay_ms, rate_bps, seconds, seed = given
    held = Lesson(seed)
    down = Line(delay_ns=delay_ms * MS, loss=loss, burst=burst, rate_bps=rate_bps)
    up = Line(delay_ns=delay_ms * MS, loss=loss, burst=burst, rate_bps=rate_bps)
    fixed = loss == 0.05 and delay_ms <= FITS_MS
    playout = Playout(FIXED_NS, FIXED_NS) if fixed else Playout()
    site = held.join("site", down=down, up=up, playout=playout)
    held.run(seconds)
    begin_ns, end_ns = BEGIN_NS + int(SETTLED_S * S), held.now_ns - S
    names = [name for _, name in site.rungs]
    freezes = site.freezes(begin_ns, end_ns)
    return Cell(
        loss=loss,
        burst=burst,
        delay_ms=delay_ms,
        rate_bps=rate_bps,
        rung=names[-1],
        moves=len(names) - 1,
        returns=len(names) - len(set(names)),
        sound=round(site.sound_share(BEGIN_NS + 3 * S, end_ns), 4),
        frozen_s=round(site.frozen_s(begin_ns, end_ns), 2),
        freezes=len(freezes),
        age_ms=round(site.delay_ms(begin_ns)),
        again=round(site.picture.order.repair.asked / max(1, site.picture.arrivals.expected), 3),
    )


def falling(ladder: Ladder | None, seed: int) -> Site:
    """Hold a lesson over a link that becomes thin and recovers."""
    held, line = Lesson(seed), Line(rate_bps=3_000_000)
    site = held.join("site", down=line, ladder=ladder)
    for second, rate_bps in FALL_S:
        held.at(second, _setting(line, rate_bps))
    held.run(FALL_UNTIL_S)
    return site


def _setting(line: Line, rate_bps: int) -> Callable[[], None]:
    def change() -> None:
        line.rate_bps = rate_bps

    return change


def beside_a_slow_one(seed: int) -> tuple[Site, Site]:
    """Give a site that is taught alone, and the same beside one whose link is bad."""
    sites = []
    for slow in (False, True):
        held = Lesson(seed)
        sites.append(held.join("site", down=Line(loss=0.01)))
        if slow:
            held.join("slow", down=Line(delay_ns=80 * MS, loss=0.1, burst=4, rate_bps=300_000))
        held.run(60)
    return sites[0], sites[1]


def printed(cells: Iterable[Cell]) -> None:
    """Print the matrix as a table in Markdown."""
    print("| loss | delay ms | Mbit/s | rung | moves | sound % | frozen s | age ms | again |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for each in cells:
        loss = f"{each.loss:.0%}" + (" bursts" if each.burst > 1 else "")
        print(
            f"| {loss} | {each.delay_ms} | {each.rate_bps / 1e6:g} | {each.rung} | {each.moves} "
            f"| {each.sound:.2%} | {each.frozen_s} | {each.age_ms:.0f} | {each.again} |"
            + ("" if each.kept else " <-")
        )


def main() -> int:
    """Run it, print the table; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="eighteen links, 25 s each")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each lesson")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seconds = 25.0 if given.quick else given.seconds
    links = product(
        QUICK_LOSSES if given.quick else LOSSES,
        DELAYS_MS,
        QUICK_RATES_BPS if given.quick else RATES_BPS,
    )
    work = [
        (loss, burst, delay_ms, rate_bps, seconds, given.seed)
        for (loss, burst), delay_ms, rate_bps in links
    ]
    with multiprocessing.Pool(given.jobs) as pool:
        cells = pool.map(cell, work, chunksize=4)
    printed(cells)
    ours, fixed = falling(None, given.seed), falling(Ladder(SIZES[:1]), given.seed)
    begin_ns, end_ns = BEGIN_NS + 5 * S, BEGIN_NS + (FALL_UNTIL_S - 1) * S
    frozen_s, fixed_s = ours.frozen_s(begin_ns, end_ns), fixed.frozen_s(begin_ns, end_ns)
    alone, beside = beside_a_slow_one(given.seed)
    result = {
        "cells": len(cells),
        "kept": sum(each.kept for each in cells),
        "frozen_ratio": round(frozen_s / fixed_s, 3),
        "frozen_s": round(frozen_s, 2),
        "fixed_frozen_s": round(fixed_s, 2),
        "beside_slow_pictures": len(beside.pictures) - len(alone.pictures),
        "beside_slow_age_ms": round(beside.delay_ms(begin_ns) - alone.delay_ms(begin_ns), 1),
    }
    print(result)
    if given.json:
        print(json.dumps({**result, "matrix": [asdict(each) for each in cells]}))
    return 0 if result["kept"] == result["cells"] and result["frozen_ratio"] <= 0.1 else 1


if __name__ == "__main__":
    sys.exit(main())
