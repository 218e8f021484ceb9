"""What 64 devices on one daemon cost each other: latency of a command, with and without faults.

    python benchmarks/device_overhead.py [--seconds 20] [--rounds 3] [--json]

Sixty-four emulated devices run in four processes of their own and are polled as in a room. Of the
forty-eight that stay well, each in turn does a command (a projector mutes, a camera is stopped)
and the time until its answer is taken. The same bytes, sent over a bare socket to devices of the
same kind in the same processes and at the same time, tell what the wire and the emulator take:
`overhead_p99_ms` is our p99 less their median. In every second stretch the other sixteen are
unplugged, silent, garbling, slow or late: `fault_ratio` compares the median latencies of the well
ones in those stretches with the stretches in which nothing is wrong.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from classroom_drivers.api import Availability, Device, DeviceError, Mute, PanTiltZoom
from classroom_drivers.codecs import visca
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import Served, serve
from classroom_drivers.emulators.visca import ACK_S, ViscaEmulator
from classroom_drivers.links.address import parse
from classroom_drivers.registry import connect
from classroom_drivers.wiring import Wiring

PROCESSES = 4
KINDS = ("pjlink", "visca")
PER_PROCESS = 16  # devices; the last four of them are the ones that fall ill
ILL = 4
FAULTS = (
    Faults(silent_after_s=0),
    Faults(garble=0.5),
    Faults(delay_s=1.0),
    Faults(slow_bps=300, drop=0.2),
)
BARE = {"pjlink": b"%1AVMT 11\r", "visca": visca.encode(1, visca.STOP)}
THINKS_S = {"pjlink": 0.0, "visca": ACK_S}  # what the emulated device itself takes


@dataclass
class Samples:
    """Latencies in seconds."""

    well: list[float] = field(default_factory=list)
    beside_ill: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def school(pipe: Connection) -> None:
    """Run a process of devices: tells their URLs, then falls ill and recovers when told."""
    asyncio.run(_school(pipe))


async def _school(pipe: Connection) -> None:
    async with AsyncExitStack() as stack:
        served: list[Served] = []
        for place in range(PER_PROCESS + len(KINDS)):  # the last are for the bare sockets
            kind = KINDS[place % len(KINDS)]
            emulator = PJLinkEmulator(warm_up_s=0.0) if kind == "pjlink" else ViscaEmulator()
            served.append(await stack.enter_async_context(serve(emulator, "tcp://127.0.0.1:0")))
        pipe.send([one.url for one in served])
        while (word := await asyncio.to_thread(pipe.recv)) != "end":
            for one, faults in zip(served[PER_PROCESS - ILL : PER_PROCESS], FAULTS, strict=True):
                one.misbehave(faults if word == "ill" else Faults())


async def command(device: Device) -> None:
    """Do the command that is timed."""
    if isinstance(device, Mute):
        await device.set_mute(picture=True)
    elif isinstance(device, PanTiltZoom):
        await device.stop()


@asynccontextmanager
async def bare(kind: str, url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Give a way to say the command's bytes over a bare socket, and to wait for the answer."""
    address = parse(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    if kind == "pjlink":
        await reader.readuntil(b"\r")
        writer.write(b"%1POWR 1\r")
        await reader.readuntil(b"\r")

    async def ask() -> None:
        writer.write(BARE[kind])
        await reader.readuntil(b"\r" if kind == "pjlink" else b"\xff")
        if kind == "visca":
            await reader.readuntil(b"\xff")  # acknowledgement, then completion

    try:
        yield ask
    finally:
        writer.close()


async def measure(
    urls: list[list[str]], pipes: Sequence[Connection], given: argparse.Namespace
) -> Samples:
    """Measure in stretches of which every second one has the ill ones ill."""
    wiring, samples = Wiring(), Samples()
    async with AsyncExitStack() as stack:
        well: list[tuple[str, Device]] = []
        for of_process in urls:
            for place, url in enumerate(of_process[:PER_PROCESS]):
                kind = KINDS[place % len(KINDS)]
                options = {"warm_up_s": 0.0} if kind == "pjlink" else {}
                device = await stack.enter_async_context(
                    connect(kind, url, options=options, wiring=wiring)
                )
                if place < PER_PROCESS - ILL:
                    well.append((kind, device))
        asks = [
            (kind, await stack.enter_async_context(bare(kind, of_process[PER_PROCESS + number])))
            for of_process in urls
            for number, kind in enumerate(KINDS)
        ]
        await until_usable(well)
        for stretch in range(2 * given.rounds):
            ill = stretch % 2 == 1
            for pipe in pipes:
                pipe.send("ill" if ill else "well")
            await asyncio.sleep(1.0)
            into = samples.beside_ill if ill else samples.well
            await one_stretch(well, asks, into, samples.bare, given.seconds / (2 * given.rounds))
    return samples


async def until_usable(well: list[tuple[str, Device]]) -> None:
    """Wait until all are online and on."""
    for kind, device in well:
        async with asyncio.timeout(30):
            while device.state().availability is not Availability.ONLINE:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            if kind == "pjlink":
                await device.perform("power", "set-power", {"on": True})


async def one_stretch(
    well: list[tuple[str, Device]],
    asks: list[tuple[str, Callable[[], Awaitable[None]]]],
    ours: list[float],
    theirs: list[float],
    seconds: float,
) -> None:
    """Take turns: a device of ours, a bare socket of the same kind."""
    end_s, turn = time.perf_counter() + seconds, 0
    while time.perf_counter() < end_s:
        kind, device = well[turn % len(well)]
        _, ask = next(one for one in asks[turn % len(asks) :] + asks if one[0] == kind)
        for do, into in ((lambda: command(device), ours), (ask, theirs)):  # noqa: B023
            began_s = time.perf_counter()
            try:
                await do()
            except DeviceError as error:
                print(f"a well device failed: {error}", file=sys.stderr)
                continue
            into.append(time.perf_counter() - began_s - THINKS_S[kind])
        turn += 1
        await asyncio.sleep(0.005)


def ms(values: list[float], percent: int) -> float:
    """Give a percentile in milliseconds."""
    return statistics.quantiles(values, n=100)[percent - 1] * 1000


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    pairs = [multiprocessing.Pipe() for _ in range(PROCESSES)]
    schools = [multiprocessing.Process(target=school, args=(theirs,)) for _, theirs in pairs]
    for process in schools:
        process.start()
    pipes = [ours for ours, _ in pairs]
    try:
        samples = asyncio.run(measure([pipe.recv() for pipe in pipes], pipes, given))
    finally:
        for pipe in pipes:
            pipe.send("end")
        for process in schools:
            process.join()
    together = samples.well + samples.beside_ill
    result = {
        "devices": PROCESSES * PER_PROCESS,
        "ill": PROCESSES * ILL,
        "commands": len(together),
        "median_ms": round(ms(together, 50), 3),
        "p99_ms": round(ms(together, 99), 3),
        "bare_median_ms": round(ms(samples.bare, 50), 3),
        "bare_p99_ms": round(ms(samples.bare, 99), 3),
        "overhead_median_ms": round(ms(together, 50) - ms(samples.bare, 50), 3),
        "overhead_p99_ms": round(ms(together, 99) - ms(samples.bare, 50), 3),
        "fault_ratio": round(ms(samples.beside_ill, 50) / ms(samples.well, 50), 3),
    }
    if given.json:
        print(json.dumps(result, indent=2))
    else:
        for name, value in result.items():
            print(f"{name:20} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
