#!/usr/bin/env python3
"""Records a room whose cameras bear ground truth and suffer every fault there is; checks it all.

    python benchmarks/ground_truth.py [--minutes 30] [--switches 200] [--failures 50]
                                      [--seed S] [--keep FOLDER] [--json]

Five cameras (RTSP, RTSP with B pictures, a transport stream over HTTP, a file) and two
microphones, with clocks that are up to 200 ppm off, in real time through the real daemon and its
workers. Exit status 1 when a promise was broken: a picture lost or doubled that no gap tells of,
sound more than 40 ms from the picture, a lost source that is not a slate within 1 s, or that is
not back within 1 s and its next keyframe.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_media.record.manifest import read_manifest
from tests.room.truth_promises import Row, judge
from tests.room.truth_room import plan, truth_room
from tests.room.truth_verdict import Examination, Log


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--switches", type=int, default=200, help="of the layout")
    parser.add_argument("--failures", type=int, default=50, help="of sources")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="leave the recording there")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        return campaign(folder, asked)


def campaign(folder: Path, asked: argparse.Namespace) -> int:
    """Record, read back, print; give the exit status."""
    seconds = asked.minutes * 60
    acts = plan(seconds=seconds, switches=asked.switches, failures=asked.failures, seed=asked.seed)
    with truth_room(folder, seed=asked.seed) as room:
        recording = room.room.start_recording(title="ground truth", pre_roll=False)
        for act in room.perform(acts, seconds):
            print(f"{act.at_s:7.1f} {act.what} {act.source}", file=sys.stderr)
        room.room.stop_recording(recording, within_s=60 + asked.minutes * 10)
        print("reading it back", file=sys.stderr)
        logs = {name: Log.of(stand.camera) for name, stand in room.stands.items()}
        where = room.room.folder(recording)
        verdict = Examination(where, read_manifest(where), logs, room.incidents).run()
    judged = judge(verdict, room.incidents, room.told, room.shed)
    print(f"seed {asked.seed}: {asked.minutes:g} minutes, {asked.switches} layouts")
    print("\n".join(table(judged.rows)))
    print("\n".join(judged.sources))
    print("\n".join(f"BROKEN {promise}" for promise in judged.broken) or "every promise kept")
    if asked.json:
        print(json.dumps({"seed": asked.seed, **judged.figures(), "broken": judged.broken}))
    return int(bool(judged.broken))


def table(rows: list[Row]) -> list[str]:
    """Spell a line for each kind of fault."""
    lines = [f"{'fault':<9}{'times':>6}{'lost':>7}{'untold':>8}{'slate s':>9}{'back s':>8}  told"]
    for row in rows:
        slate = f"{row.slate_s:.2f}" if row.slate_s else "-"
        back = f"{row.back_s:.2f}" if row.back_s else "-"
        counts = f"{row.fault:<9}{row.times:>6}{row.lost:>7}{row.untold:>8}"
        lines.append(f"{counts}{slate:>9}{back:>8}  {row.told}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
