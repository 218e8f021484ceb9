"""A school year of one room in virtual time: every day something goes wrong, nothing may be lost.

Each day has a power cut (at some time, or in the middle of something that is being done or kept), a
daemon that dies or is restarted, a clock that is wrong for a while and put right, a changed
timetable, and people who record, stop, add minutes, skip and speak on. What decides, claims and
keeps is the daemon's own, with its real database; the room and the time are pretended. Judged by
true time: each job is done once or says why not, no recording is cut or doubled, no person's is
ended, and where nothing happened a lesson is recorded from bell to bell.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.edge.year.life import Life
from tests.edge.year.school import SCHOOL
from tests.edge.year.verdict import counts, faults

START, DAYS, QUICK_DAYS = date(2026, 9, 1), 365, 30


def main() -> int:
    """Live through a year, and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_DAYS} days")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    days = QUICK_DAYS if given.quick else given.days
    logging.disable()  # clocks that are put right are no news here
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        life = Life(SCHOOL, Path(folder) / "room.db", given.seed, START, days)
        asyncio.run(life.live())
    found = list(faults(life))
    result = {
        "seed": given.seed,
        "days": days,
        "lessons": len(life.dues),
        "faults": found,
        "looks": life.looks,
        "seconds": round(time.perf_counter() - began_s, 1),
        **counts(life),
    }
    print(json.dumps(result, ensure_ascii=False, indent=2) if given.json else _told(result))
    return 1 if found else 0


def _told(result: dict[str, object]) -> str:
    return "\n".join(f"{name:28} {value}" for name, value in result.items())


if __name__ == "__main__":
    sys.exit(main())
