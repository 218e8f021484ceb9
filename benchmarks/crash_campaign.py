#!/usr/bin/env python3
"""Kills processes of a recording demo room at random moments and prints what it cost.

    python benchmarks/crash_campaign.py [--kills 20] [--seed S] [--json]

`--kills` is for each of: a source worker, the director, the daemon, all of them at once. Exit
status 1 when a promise was broken: at most 1 s lost of what was killed, nothing of the others,
recording again within 2 s.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.room import crashes
from tests.room.demo_room import demo_room


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="of each victim (20)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    victims = list(crashes.VICTIMS * asked.kills)
    random.Random(asked.seed).shuffle(victims)  # noqa: S311 - repeatable, not secret
    with tempfile.TemporaryDirectory() as folder, demo_room(Path(folder) / "data") as room:
        room.post("/api/v1/layout/single", {"source": "pupils"})
        recording = room.start_recording(title="crash campaign")
        happened = []
        for kill in crashes.kills(room, victims, asked.seed):
            happened.append(kill)
            print(f"{len(happened):4}/{len(victims)} {kill.victim}", file=sys.stderr)
        manifest = room.stop_recording(recording)
        cost = crashes.costs(room.folder(recording), happened)
    return report(cost, len(manifest["gaps"]), asked)


def report(cost: list[crashes.Cost], gaps: int, asked: argparse.Namespace) -> int:
    """Print a row for each victim; give the exit status."""
    rows = {}
    for victim in crashes.VICTIMS:
        own = [c for c in cost if c.kill.victim == victim and c.track in c.kill.tracks]
        others = [c for c in cost if c.kill.victim == victim and c.track not in c.kill.tracks]
        rows[victim] = {
            "kills": len({c.kill.at_ns for c in (*own, *others)}),
            "lost_max_s": round(max((c.lost_s for c in own), default=0.0), 2),
            "again_max_s": round(max((c.again_s for c in own), default=0.0), 2),
            "others_touched": sum(not c.is_within() for c in others),
            "broken": sum(not c.is_within() for c in own),
        }
    print(f"seed {asked.seed}; {gaps} gaps in the manifest")
    print(
        f"{'victim':<10}{'kills':>6}{'lost max s':>12}{'again max s':>13}{'others':>8}{'broken':>8}"
    )
    for victim, row in rows.items():
        print(
            f"{victim:<10}{row['kills']:>6}{row['lost_max_s']:>12}{row['again_max_s']:>13}"
            f"{row['others_touched']:>8}{row['broken']:>8}"
        )
    if asked.json:
        print(json.dumps({"seed": asked.seed, "gaps": gaps, **rows}))
    return int(any(row["broken"] or row["others_touched"] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
