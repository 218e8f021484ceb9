#!/usr/bin/env python3
"""Kills, cuts, starves deliveries and feeds them errors; then looks for what is lost or came twice.

    python benchmarks/delivery_campaign.py [--kills 200] [--seed 1] [--target webdav]
        [--json] [--quick]

A room's process delivers recordings by its standing order to a real server: Debian's nginx with
WebDAV, a folder, and whatever else `tests/edge/deliver/campaign.py` knows. At random moments the
room or the process of a try is killed (SIGKILL), the database is deleted, or the line is cut,
starved, turns a byte, answers 401, 500, 507, or breaks in the middle of an answer. Then everything
is left in peace, and what is there is compared with what was recorded, by SHA-256; how often a
file was put in its place, the server's own log tells.

Exit status 1 when a file is lost, wrong, there twice, or nobody knows that it is there.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.edge.deliver.campaign import FARS, Outcome, campaign

QUICK = 12


def main() -> int:
    options = _options()
    kills = QUICK if options.quick else options.kills
    targets = [options.target] if options.target else list(FARS)
    outcomes = [_held(target, kills, options.seed) for target in targets]
    if options.json:
        print(json.dumps([asdict(one) | {"is_good": one.is_good} for one in outcomes], indent=2))
    else:
        for one in outcomes:
            _show(one)
    return int(not all(one.is_good for one in outcomes))


def _held(target: str, kills: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(campaign(Path(folder), target, kills=kills, seed=seed))


def _show(outcome: Outcome) -> None:
    print(f"{outcome.target}: {outcome.recordings} recordings, {outcome.files} files, ", end="")
    print(f"{sum(outcome.faults.values())} faults in {outcome.seconds:.0f} s")
    for what, number in sorted(outcome.faults.items()):
        print(f"  {what:<20}{number:>6}")
    for name in ("lost", "wrong", "twice", "strange", "receipts_missing", "receipts_twice"):
        print(f"  {name.replace('_', ' '):<20}{getattr(outcome, name):>6}")
    print("  " + ("good" if outcome.is_good else "NOT GOOD"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="how many faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=sorted(FARS), default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} faults")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
