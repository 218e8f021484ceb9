#!/usr/bin/env python3
"""Records for an hour or a day, and looks whether memory and descriptors stay and nothing is lost.

    python benchmarks/long_recording.py [--minutes 60] [--height 360] [--json]

A room with three cameras (films in a loop) and two microphones, a programme in picture in picture
and all tracks of their own is recorded by `classroom-edge record`, in real time. Every ten seconds
memory (what each process has to itself) and open descriptors of all its processes are read. The
first ten minutes are the warm-up. Exit status 1 when after it memory grows by more than 1 MB an
hour (a line through all readings) or a descriptor more is open, and when a picture is missing or
doubled in the programme or in a track. What a disk's cache keeps is not memory of ours. Runs
shorter than half an hour tell the figures, and say that they are too few for a verdict on memory.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.record_films import film
from classroom_media.analyse.figures import Report
from classroom_media.analyse.report import report_on

CAMERAS: Final = ("teacher", "screen", "students")
LOOP_S: Final = 60.0
EVERY_S: Final = 10.0
WARM_UP_S: Final = 600.0
ENOUGH_S: Final = 1800.0  # for a verdict on memory
GROWTH_MB_H: Final = 1.0
ROOM: Final = """
[room]
id = "long"
name = "Long"
[recording]
width = {width}
height = {height}
[programme]
layout = "picture-in-picture"
sources = ["screen", "teacher"]
"""
SOURCE: Final = """
[[source]]
id = "{name}"
name = "{name}"
url = "file://{path}?loop=1"
sound = {sound}
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the processes held at a moment."""

    at_s: float
    memory_mb: float
    descriptors: int
    processes: int


def main() -> int:
    """Record, look, and give the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="long-") as name:
        folder = Path(name)
        room = prepare(folder, asked.height)
        readings = list(record(room, folder / "out", asked.minutes * 60))
        report = report_on(next((folder / "out").glob("*/manifest.json")).parent)
    return judge(readings, report, as_json=asked.json)


def prepare(folder: Path, height: int) -> Path:
    """Make the films and the room's file."""
    width = height * 16 // 9
    text = ROOM.format(width=width, height=height)
    for seed, name in enumerate(CAMERAS):
        path = folder / f"{name}.mp4"
        film(path, seed=seed, seconds=LOOP_S, width=width, height=height)
        text += SOURCE.format(name=name, path=path, sound=str(seed == 0).lower())
    room = folder / "room.toml"
    room.write_text(text, encoding="utf-8")
    return room


def record(room: Path, out: Path, seconds: float) -> Iterator[Reading]:
    """Record the room; give a reading every ten seconds.

    Raises:
        SystemExit: the recording failed.
    """
    out.mkdir()
    command = ["-m", "classroom_edge", "record", str(room), "--for", str(seconds)]
    began = time.monotonic()
    with psutil.Popen(
        [sys.executable, *command, "--out", str(out)], stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and time.monotonic() - began < seconds:
            time.sleep(EVERY_S)
            yield reading(process, time.monotonic() - began)
        if process.wait() != 0:
            raise SystemExit("the recording failed")


def reading(process: psutil.Process, at_s: float) -> Reading:
    """Read what a process and its children hold.

    The share of a page that others map as well would follow how many of these there are.
    """
    memory, descriptors, count = 0.0, 0, 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            memory += one.memory_full_info().uss / 1e6
            descriptors += one.num_fds()
            count += 1
    return Reading(at_s, memory, descriptors, count)


def judge(readings: list[Reading], report: Report, *, as_json: bool) -> int:
    """Print the figures; give 1 when a promise is broken."""
    steady = [one for one in readings if one.at_s >= WARM_UP_S] or readings
    hours = [one.at_s / 3600 for one in steady]
    growth = statistics.linear_regression(hours, [one.memory_mb for one in steady]).slope
    opened = steady[-1].descriptors - steady[0].descriptors
    missed = {one.track: one.pictures.dropped for one in report.files if one.pictures}
    doubled = {one.track: one.pictures.doubled for one in report.files if one.pictures}
    print(f"{readings[-1].at_s / 60:.0f} minutes, {readings[-1].processes} processes")
    print(f"memory {steady[0].memory_mb:.1f} MB, at the end {steady[-1].memory_mb:.1f} MB:")
    print(f"  {growth:+.2f} MB an hour; descriptors {steady[0].descriptors}, {opened:+d}")
    print(f"pictures missing {missed}, doubled {doubled}")
    for gap in report.gaps:
        print(f"gap in {gap.track} at {gap.from_s:.2f} s: {gap.length_s:.2f} s, {gap.reason}")
    long_enough = readings[-1].at_s >= ENOUGH_S
    if not long_enough:
        print("too short for a verdict on memory")
    if as_json:
        found = {
            "memory_mb_per_hour": round(growth, 3),
            "descriptors_opened": opened,
            "missing": missed,
            "doubled": doubled,
            "readings": msgspec.to_builtins(readings),
        }
        print(json.dumps(found))
    whole = not any((*missed.values(), *doubled.values(), len(report.gaps)))
    flat = growth <= GROWTH_MB_H and opened <= 0
    return int(not whole or (long_enough and not flat))


if __name__ == "__main__":
    sys.exit(main())
