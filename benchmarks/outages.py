#!/usr/bin/env python3
"""Cuts the line between a hub and a site in every way, and looks for pictures that are missing.

    python benchmarks/outages.py [--patterns 24] [--minutes 12] [--seed 1] [--quick] [--json]

The hub's lesson has a number in every picture and a beep every second. A site gets what a line
lets through that is cut (1 s, 15 s, 40 s, 5 min, or for the whole lesson), thin (a smaller picture
for a while), whose hub is killed (its own film then has a hole) or whose site is (it begins a new
file). Then it fetches what it missed, in pieces, over a line that is cut and by a site that is
killed again and again, and joins it in. Every picture of the whole film is decoded and its number
read: the film must show what the hub's shows, each picture once, at its time, with the same sound.

Exit status 1 when one is missing, doubled or elsewhere.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from classroom_media.api import NS, Kind
from classroom_media.record.manifest import read_manifest
from classroom_media.record.reading import packets_of
from classroom_media.record.shared import LATER
from classroom_media.workers.filler import do
from classroom_media.workers.specs import JoinSpec
from tests.media.fill_scene import Cut, asked_for, fetch, hub_film, live_films, offered
from tests.media.record_scene import shown

CUTS_S = {"1 s": 1.0, "15 s": 15.0, "40 s": 40.0, "5 min": 300.0}
ROUNDED_S = 0.0011  # shown at the same time: both films count in ticks, and so on different grids


@dataclass(frozen=True, slots=True)
class Pattern:
    """What befell a line, in seconds of the lesson."""

    name: str
    cuts: tuple[Cut, ...] = ()
    low: tuple[Cut, ...] = ()
    hub_killed: tuple[Cut, ...] = ()
    site_killed: tuple[float, ...] = ()
    off: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    pattern: str
    missing: int  # pictures of the hub's film that the site's lacks
    doubled: int
    displaced: int  # at another time than in the hub's film
    sound_same: bool
    fetched: float  # of the bytes of the hub's film
    later_s: float  # of the film, as its manifest tells
    refetched: int  # bytes that were asked for twice
    joined_s: float

    @property
    def good(self) -> bool:
        """Whether the film is whole."""
        faults = self.missing + self.doubled + self.displaced + self.refetched
        return not faults and self.sound_same


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--patterns", type=int, default=24, help="random ones, after the plain ones"
    )
    parser.add_argument("--minutes", type=float, default=12, help="of the lesson")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a lesson of 40 s, and few patterns")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    seconds = 40 if asked.quick else round(asked.minutes * 60)
    count = min(asked.patterns, 4) if asked.quick else asked.patterns
    chance = random.Random(asked.seed)  # noqa: S311 - only a test
    outcomes = []
    for pattern in (*plain(seconds), *mixed(seconds, count, chance)):
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(tried(pattern, seconds, Path(folder), chance))
        if not asked.json:
            tell(outcomes[-1])
    if asked.json:
        sys.stdout.write(json.dumps([asdict(one) for one in outcomes]) + "\n")
    return 0 if all(one.good for one in outcomes) else 1


def plain(seconds: int) -> Iterator[Pattern]:
    """Give one pattern of each kind."""
    third = seconds / 3
    for name, length_s in CUTS_S.items():
        if length_s < seconds:
            yield Pattern(f"cut for {name}", cuts=((third, third + length_s),))
    yield Pattern("hub killed", cuts=((third, third + 8),), hub_killed=((third, third + 3),))
    yield Pattern("site killed", cuts=((third, third + 4),), site_killed=(third,))
    yield Pattern("thin for a third", low=((third, 2 * third),))
    yield Pattern("off for all of it", off=True)


def mixed(seconds: int, count: int, chance: random.Random) -> Iterator[Pattern]:
    """Give patterns in which anything happens."""
    for number in range(count):
        cuts = tuple(_somewhen(chance, seconds, 60.0) for _cut in range(chance.randrange(9)))
        kills = tuple(chance.uniform(0, seconds) for _kill in range(chance.randrange(3)))
        killed = tuple(_somewhen(chance, seconds, 6.0) for _kill in range(chance.randrange(2)))
        yield Pattern(
            f"mixed {number + 1}",
            cuts=(*cuts, *((at, at + 4) for at in kills), *((a, b + 5) for a, b in killed)),
            low=tuple(_somewhen(chance, seconds, 90.0) for _low in range(chance.randrange(3))),
            hub_killed=killed,
            site_killed=kills,
        )


def _somewhen(chance: random.Random, seconds: int, longest_s: float) -> Cut:
    begin = chance.uniform(0, seconds)
    return begin, min(begin + chance.uniform(0.04, longest_s), seconds)


def tried(pattern: Pattern, seconds: int, folder: Path, chance: random.Random) -> Outcome:
    """Let it happen, fill the gaps, and hold the film against the hub's."""
    hub = hub_film(folder / "hub.mp4", seconds, holes=pattern.hub_killed)
    offer = offered(hub, folder / "offer", 0, seconds)
    films = (
        []
        if pattern.off
        else live_films(folder, seconds, pattern.cuts, pattern.low, pattern.site_killed)
    )
    site = asked_for(offer, folder / "site", films)
    asked = 0
    while asked < 40:  # so often the line is cut or the site killed, between two pieces
        asked += 1
        fetch(offer, site, piece=chance.randrange(400, 48_000), pieces=chance.randrange(1, 40))
    fetch(offer, site, piece=48_000)
    began_s = time.monotonic()
    recording = folder / "lesson"
    do(
        JoinSpec(
            folder=str(site.path),
            recording=str(recording),
            name="lesson",
            session="lesson",
            title="",
            hub_ns=0,
            room="site",
            source="hub",
            replaces=True,
        )
    )
    joined_s = time.monotonic() - began_s
    (entry,) = read_manifest(recording).joined
    return compared(
        pattern.name,
        hub,
        recording / entry.file,
        fetched=site.needs().size / offer.outline().size,
        later_s=sum(one.to_s - one.from_s for one in entry.passages if one.came == LATER),
        refetched=site.fetched.stat().st_size - site.needs().size,
        joined_s=joined_s,
    )


def compared(name: str, hub: Path, film: Path, **figures: float) -> Outcome:
    """Decode both films, picture by picture."""
    truth = {number: at_s for at_s, number in shown(hub)}
    found = shown(film)
    times = {number: at_s for at_s, number in found}
    return Outcome(
        pattern=name,
        missing=len(truth.keys() - times.keys()),
        doubled=len(found) - len(times),
        displaced=sum(abs(truth.get(n, -1) - at_s) > ROUNDED_S for n, at_s in times.items()),
        sound_same=alike(blocks(hub), blocks(film)),
        fetched=round(figures["fetched"], 4),
        later_s=round(figures["later_s"], 2),
        refetched=int(figures["refetched"]),
        joined_s=round(figures["joined_s"], 2),
    )


def blocks(film: Path) -> list[tuple[int, bytes]]:
    """Give the coded blocks of sound that a player plays, with their times in nanoseconds."""
    return [
        (packet.pts_ns, packet.data)
        for kind, packet in packets_of(film)
        if kind is Kind.SOUND and packet.pts_ns >= 0
    ]


def alike(truth: list[tuple[int, bytes]], found: list[tuple[int, bytes]]) -> bool:
    """Tell whether the same blocks are at the same times."""
    return len(truth) == len(found) and all(
        one[1] == other[1] and abs(one[0] - other[0]) < ROUNDED_S * NS
        for one, other in zip(truth, found, strict=True)
    )


def tell(one: Outcome) -> None:
    """Print a line."""
    verdict = "whole" if one.good else "NOT WHOLE"
    sys.stdout.write(
        f"{one.pattern:18} {verdict:10} missing {one.missing}, doubled {one.doubled},"
        f" displaced {one.displaced}, sound {'the same' if one.sound_same else 'ANOTHER'};"
        f" fetched {one.fetched:.1%} for {one.later_s:.1f} s,"
        f" joined in {one.joined_s:.1f} s\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
