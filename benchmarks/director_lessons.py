"""How often the director shows the right source, over made-up lessons with known truth.

    python benchmarks/director_lessons.py [--lessons 3] [--minutes 15] [--seed 1] [--json]

Each lesson is played into the files of a recording, looked at, listened to and directed as any
recording would be; and once more as if it went on now, look by look, through what the director's
process has for a live lesson (`live_...`). `right` is the part of the time in which a source was
shown that is right by the script; `settled` leaves out the second after every change. Ends with 1
when a lesson is right for 95 % of its time or less, or has a shot under the rules' minimum.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from classroom_media.direct.dry_run import dry_run
from classroom_media.direct.lesson_film import play
from classroom_media.direct.lesson_script import score, script
from classroom_media.direct.rehearsal import rehearse
from classroom_media.direct.rules import Rules

GOAL = 0.95


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lessons", type=int, default=3)
    asked.add_argument("--minutes", type=float, default=15)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    seeds = range(given.seed, given.seed + given.lessons)
    found = [lesson(60 * given.minutes, seed) for seed in seeds]
    good = all(
        one[f"{path}right"] > GOAL and one[f"{path}shortest_s"] >= Rules().min_shot_s
        for one in found
        for path in ("", "live_")
    )
    if given.json:
        print(json.dumps({"lessons": found, "goal": GOAL, "good": good}))
    else:
        for one in found:
            print("  ".join(f"{name} {value:g}" for name, value in one.items()))
        print("good" if good else "NOT GOOD")
    sys.exit(0 if good else 1)


def lesson(seconds: float, seed: int) -> dict[str, float]:
    """Play, direct and judge one lesson."""
    scenes = script(seconds, seed)
    with tempfile.TemporaryDirectory() as folder:
        play(scenes, Path(folder), seed)
        began = time.process_time()
        run = dry_run(Path(folder))
        took_s = time.process_time() - began
        live = score(scenes, rehearse(Path(folder), seed))
    reached = score(scenes, run.shots)
    return {
        "seed": seed,
        "seconds": seconds,
        "scenes": len(scenes),
        "shots": reached.shots,
        "right": round(reached.right, 4),
        "settled": round(reached.settled, 4),
        "shortest_s": round(reached.shortest_s, 2),
        "dry_run_cpu_s": round(took_s, 1),
        "live_shots": live.shots,
        "live_right": round(live.right, 4),
        "live_settled": round(live.settled, 4),
        "live_shortest_s": round(live.shortest_s, 2),
    }


if __name__ == "__main__":
    main()
