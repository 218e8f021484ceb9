#!/usr/bin/env python3
"""Runs the everyday profile in real time: how much of the machine it takes, and how late it is.

    .venv/bin/python benchmarks/everyday.py [--seconds 60] [--json]

A 1080p25 programme (picture in picture, sound), three copied 1080p25 tracks, a preview that
somebody looks at, the director's eyes. CPU is that of all processes, in cores; `headroom` is the
share of this machine's cores that is left over. Lateness is from a picture's place on the
timeline until its packet reaches a listener: the programme gathers packets for 40 ms, so half of
that is meant. Exit status 1 when the programme had to do without anything.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.room_at_work import SETTLE_S, Room, make_films, recording


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="measured (60)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        make_films(Path(name))
        figures = asyncio.run(run(Path(name), asked.seconds))
    if asked.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:20} {value}")
    return 0 if figures["load"] == "" and figures["left_out"] == 0 else 1


async def run(folder: Path, seconds: float) -> dict[str, Any]:
    """Record, and give the figures."""
    async with recording(folder) as room:
        await asyncio.sleep(SETTLE_S)
        before, began_ns = room.cpu_s(), time.monotonic_ns()
        psutil.cpu_percent()
        await asyncio.sleep(seconds)
        busy = psutil.cpu_percent() / 100
        passed_s = (time.monotonic_ns() - began_ns) / 1e9
        shares = {name: (s - before[name]) / passed_s for name, s in room.cpu_s().items()}
        return figures_of(room, shares, began_ns, busy)


def figures_of(room: Room, shares: dict[str, float], began_ns: int, busy: float) -> dict[str, Any]:
    """Put together what was measured; `busy` is the share of the machine that all its work took."""
    late_ms = room.notes.lateness_ms(began_ns)
    newest = room.notes.beats[-1]
    cores = psutil.cpu_count() or 1
    return {
        "cpu_cores": round(sum(shares.values()), 3),
        "headroom": round(1 - sum(shares.values()) / cores, 3),
        "machine_idle": round(1 - busy, 3),
        **{f"cpu_{name}": round(share, 3) for name, share in shares.items()},
        "late_ms_p50": round(late_ms[len(late_ms) // 2], 1),
        "late_ms_p99": round(late_ms[len(late_ms) * 99 // 100], 1),
        "late_ms_most": round(late_ms[-1], 1),
        "pictures": len(late_ms),
        "previews": room.notes.previews,
        "encoder": newest.encoder,
        "load": "".join(sorted({beat.load for beat in room.notes.beats})),
        "left_out": newest.left_out,
    }


if __name__ == "__main__":
    sys.exit(main())
