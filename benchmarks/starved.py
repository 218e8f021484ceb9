#!/usr/bin/env python3
"""Takes the processor away from a recording, and looks what becomes of sound and pictures.

    .venv/bin/python benchmarks/starved.py [--rivals 8] [--seconds 60] [--relief 100] [--json]

The everyday profile is recorded; then all its processes are held on one core that they share with
`--rivals` processes which do nothing but count, for `--seconds`; then they are free again for
`--relief` seconds. It is told which steps the programme took when (0 is when the core became
narrow), how many pictures it has in each phase, and what is in the files. Exit status 1 when a
block of sound is missing from the programme or from the microphone's own track, a picture from a
camera's own track, or when a recording came in more than one part.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

import av
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.room_at_work import (
    CAMERAS,
    FORM,
    PROGRAMME,
    SPOKEN,
    TAKE,
    Room,
    make_films,
    recording,
)
from classroom_media.record.journal import JOURNAL_FILE

BEFORE_S: Final = 8.0  # with nothing in the way
BLOCK: Final = 1024  # samples
RATE_HZ: Final = 48_000
MICROPHONE: Final = f"{SPOKEN}-sound.m4a"


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rivals", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--relief", type=float, default=100.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        make_films(folder)
        told = asyncio.run(run(folder, asked.rivals, asked.seconds, asked.relief))
        told |= examined(folder / TAKE)
    if asked.json:
        print(json.dumps(told))
    else:
        for key, value in told.items():
            print(f"{key:24} {value}")
    return 1 if told["lost"] else 0


async def run(folder: Path, rivals: int, seconds: float, relief: float) -> dict[str, Any]:
    """Record, starve, relieve; give what the director told meanwhile."""
    async with recording(folder) as room:
        await asyncio.sleep(BEFORE_S)
        began_ns = time.monotonic_ns()
        with held(room, rivals):
            await asyncio.sleep(seconds)
        relieved_ns = time.monotonic_ns()
        await asyncio.sleep(relief)
        return {
            "steps": steps(room, began_ns),
            "left_out": room.notes.beats[-1].left_out,
            "fps_starved": rate(room, began_ns, relieved_ns),
            "fps_relieved": rate(room, relieved_ns, time.monotonic_ns()),
            "load_at_end": room.notes.beats[-1].load,
        }


@contextmanager
def held(room: Room, rivals: int) -> Iterator[None]:
    """Hold all processes and their threads on one core, among rivals."""
    cores = list(range(psutil.cpu_count() or 1))
    counting = [multiprocessing.Process(target=_count, daemon=True) for _ in range(rivals)]
    for process in counting:
        process.start()
    narrowed = [*room.processes.values(), *(psutil.Process(one.pid) for one in counting)]
    try:
        for one in narrowed:
            _pin(one, cores[:1])
        yield
    finally:
        for process in counting:
            process.kill()
            process.join()
        for one in room.processes.values():
            _pin(one, cores)


def _pin(process: psutil.Process, cores: list[int]) -> None:
    """Let a process and all its threads run on these cores."""
    for thread in process.threads():
        psutil.Process(thread.id).cpu_affinity(cores)


def _count() -> None:
    number = 0
    while True:
        number += 1


def steps(room: Room, began_ns: int) -> list[tuple[float, str]]:
    """Give when the programme took which step; "" is none."""
    beats = [(beat.at_ns, beat.load) for beat in room.notes.beats]
    changes = [new for old, new in pairwise([(0, ""), *beats]) if new[1] != old[1]]
    return [(round((at_ns - began_ns) / 1e9, 1), load) for at_ns, load in changes]


def rate(room: Room, from_ns: int, to_ns: int) -> float:
    """Give the programme's pictures a second between two instants of the timeline."""
    pictures = sum(from_ns <= packet.pts_ns < to_ns for packet, _ in room.notes.sent)
    return round(pictures * 1e9 / (to_ns - from_ns), 2)


# -- the files ----------------------------------------------------------------------------------


def examined(take: Path) -> dict[str, Any]:
    """Look for holes in the files; of the programme's pictures they are told, not judged."""
    files = sorted(take.glob("*.m*4*"))
    lost = [f"{PROGRAMME}: {n} blocks of sound" for n in missing(take / "programme.mp4", "audio")]
    lost += [f"{SPOKEN}: {n} blocks of sound" for n in missing(take / MICROPHONE, "audio")]
    for name in CAMERAS:
        lost += [f"{name}: {n} pictures" for n in missing(take / f"{name}.mp4", "video")]
    if len(files) != len(CAMERAS) + 2:
        lost.append(f"in parts, because of: {', '.join(breaks(take / JOURNAL_FILE))}")
    return {
        "programme_pictures_missing": sum(missing(take / "programme.mp4", "video")),
        "lost": lost,
    }


def breaks(journal: Path) -> list[str]:
    """Give why parts ended before the recording did."""
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    sealed = [line for line in lines if line["event"] == "part-sealed" and line["reason"] != "end"]
    return [f"{line['track']}: {line['reason']}" for line in sealed]


def missing(path: Path, kind: Literal["audio", "video"]) -> list[int]:
    """Give how many packets are missing at each hole of a file's stream."""
    with av.open(path) as container:
        streams = container.streams.audio if kind == "audio" else container.streams.video
        if not streams:
            return []
        places = [
            float(packet.dts * packet.time_base)
            for packet in container.demux(streams[0])
            if packet.dts is not None and packet.size
        ]
    step = BLOCK / RATE_HZ if kind == "audio" else 1 / FORM.fps
    holes = [round((b - a) / step) - 1 for a, b in pairwise(places)]
    return [hole for hole in holes if hole > 0]


if __name__ == "__main__":
    sys.exit(main())
