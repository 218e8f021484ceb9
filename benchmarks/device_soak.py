"""Seventy-two hours of a bad week: every driver, random faults, virtual time.

    python benchmarks/device_soak.py [--hours 72] [--seed 1] [--all] [--json]

One device of every driver (with --all, of every row of tests/drivers/rigs) runs over an imaginary
wire on a loop whose hours pass as fast as the work in them is done. All the time something happens
to one of them: it is unplugged and plugged in again, falls silent, garbles, drops, answers late, is
switched or moved; one is absent from beginning to end. Memory and tasks are counted every hour:
after the first six they may not grow. It ends with 1 when they do, or when a device that is well
is not online.
"""

import argparse
import asyncio
import gc
import json
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_drivers.api import DeviceError
from classroom_drivers.companions import companions
from classroom_drivers.emulators.faults import Faults
from tests.drivers.benches import ANSWERING, RIGS, Bench, make
from tests.drivers.virtual import VirtualLoop

HOUR_S = 3600.0
TROUBLE_S = 20.0  # between two events, on the average
WARM_UP_H = 6
GROWTH = 1.02  # of memory, from then to the end
TROUBLES = (
    Faults(silent_after_s=0),
    Faults(garble=0.3),
    Faults(drop=0.3),
    Faults(delay_s=3.0),
    Faults(hang_up_after=3),
    Faults(slow_bps=2400, split=True),
)
BACK_S = 60.0  # after the last trouble of an hour, everybody must be well


@dataclass(frozen=True, slots=True)
class Hour:
    """What was counted at the end of an hour."""

    hour: int
    memory_mb: float
    tasks: int
    objects: int
    took_s: float


def first_of_each_driver() -> tuple[str, ...]:
    """Name one rig for every driver, of those whose loss can be seen."""
    first: dict[str, str] = {}
    for name in ANSWERING:
        first.setdefault(RIGS[name].driver, name)
    return tuple(first.values())


async def soak(names: tuple[str, ...], hours: int, seed: int) -> tuple[list[Hour], list[str]]:
    """Run the week; give what was counted, and who did not come back."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    benches = {name: make(name) for name in names}
    absent = make(names[0])
    absent.wire.unplug()
    counted: list[Hour] = []
    away: set[str] = set()
    async with companions() as start:
        for bench in (*benches.values(), absent):
            start(bench.device.run())
        began_s = time.perf_counter()
        for hour in range(1, hours + 1):
            await an_hour(list(benches.values()), chance)
            for bench in benches.values():
                bench.wire.written.clear()  # the imaginary wire's own record
            await asyncio.sleep(BACK_S)
            away |= {name for name, bench in benches.items() if not bench.online}
            counted.append(count(hour, time.perf_counter() - began_s))
            print(
                f"hour {hour:3}  {counted[-1].memory_mb:7.1f} MB  {counted[-1].tasks} tasks",
                file=sys.stderr,
            )
    return counted, sorted(away)


async def an_hour(benches: list[Bench], chance: random.Random) -> None:
    """Let things happen to one device after another."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + HOUR_S
    while loop.time() < end_s:
        bench = chance.choice(benches)
        await asyncio.sleep(chance.expovariate(1 / TROUBLE_S))
        match chance.randrange(3):
            case 0:
                bench.wire.unplug()
                await asyncio.sleep(chance.uniform(0.1, 30))
                bench.wire.plug()
            case 1:
                bench.box.misbehave(chance.choice(TROUBLES))
                await asyncio.sleep(chance.uniform(1, 40))
                bench.box.misbehave(Faults())
            case _:
                await worked(bench, chance)


async def worked(bench: Bench, chance: random.Random) -> None:
    """Work a device as people do; it may be away, or refuse."""
    with suppress(DeviceError):
        if "power" in bench.device.capabilities:
            await bench.device.perform("power", "set-power", {"on": chance.random() < 0.7})
        if "pan-tilt-zoom" in bench.device.capabilities:
            await bench.device.perform("pan-tilt-zoom", "drive", {"pan": chance.uniform(-1, 1)})
        if "volume" in bench.device.capabilities:
            await bench.device.perform("volume", "set-volume", {"percent": chance.randrange(100)})
        if "relay" in bench.device.capabilities:
            await bench.device.perform("relay", "set-relay", {"on": chance.random() < 0.5})


def count(hour: int, took_s: float) -> Hour:
    """Count what must not grow."""
    gc.collect()
    memory_mb = psutil.Process().memory_info().rss / 1e6
    tasks = len(asyncio.all_tasks())
    return Hour(hour, round(memory_mb, 2), tasks, len(gc.get_objects()), round(took_s, 1))


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = ANSWERING if given.all else first_of_each_driver()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        counted, away = runner.run(soak(names, given.hours, given.seed))
    first, last = counted[min(WARM_UP_H, len(counted)) - 1], counted[-1]
    result = {
        "devices": len(names) + 1,
        "hours": given.hours,
        "took_s": last.took_s,
        "memory_mb": [first.memory_mb, last.memory_mb],
        "memory_growth": round(last.memory_mb / first.memory_mb, 4),
        "tasks": [first.tasks, last.tasks],
        "objects": [first.objects, last.objects],
        "away": away,
    }
    print(json.dumps(result, indent=2) if given.json else result)
    grew = last.memory_mb > first.memory_mb * GROWTH or last.tasks > first.tasks
    return int(grew or bool(away))


if __name__ == "__main__":
    sys.exit(main())
