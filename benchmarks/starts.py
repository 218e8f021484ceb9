"""What the benchmarks of a start share: how many, what each took, and whether that is good."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

QUICK: Final = 2  # starts


def asked(promise: str, count: int) -> argparse.ArgumentParser:
    """Give the command line that they share; `count` is how often without a word."""
    line = argparse.ArgumentParser(description=promise)
    line.add_argument("--starts", type=int, default=count)
    line.add_argument("--quick", action="store_true")
    line.add_argument("--json", action="store_true")
    return line


def measured(
    options: argparse.Namespace,
    starts: Callable[[int, Path], AsyncIterator[float]],
    *,
    where: str,
    goal_s: float,
) -> int:
    """Start as often as asked, print what it took; give the exit status.

    `starts` gives the seconds of each start; `where` says what is reached by then.
    """
    count = QUICK if options.quick else options.starts
    took_s = asyncio.run(_all(starts, count, where))
    for line in report(took_s, goal_s, as_json=options.json):
        print(line)
    return int(max(took_s) > goal_s)


def report(took_s: list[float], goal_s: float, *, as_json: bool) -> Iterator[str]:
    """Spell the figures."""
    figures = {
        "starts": len(took_s),
        "median_s": round(statistics.median(took_s), 2),
        "worst_s": round(max(took_s), 2),
        "goal_s": goal_s,
    }
    if as_json:
        yield json.dumps(figures)
    else:
        yield from (f"{name:10} {value}" for name, value in figures.items())


async def _all(
    starts: Callable[[int, Path], AsyncIterator[float]], count: int, where: str
) -> list[float]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        async for took_s in starts(count, Path(folder)):
            sys.stderr.write(f"{where} after {took_s:.2f} s\n")
            found.append(took_s)
    return found
