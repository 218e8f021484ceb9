"""Commands a second and their latency, ours beside a client that others wrote.

    python benchmarks/device_clients.py [--seconds 3] [--rounds 3] [--json]

PJLink against aiopjlink, VISCA (Sony's envelopes) against visca-over-ip, Samsung MDC against
python-samsung-mdc (pip install -e ".[dev]"). Each pair works one emulated device in a process of
its own, in turns, one command after the other. `latency_ratio` is our median against theirs.
"""

import argparse
import asyncio
import json
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from aiopjlink import PJLink
from samsung_mdc import MDC
from visca_over_ip import Camera

from classroom_drivers.api import Availability, Device
from classroom_drivers.emulated import make
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.session import NEVER, Emulator, Session
from classroom_drivers.links.address import parse
from classroom_drivers.registry import connect

Do = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A device, our command, and the same one in the words of another client."""

    driver: str
    model: str
    listen: str
    ours: tuple[str, str, dict[str, Any]]
    theirs: Callable[[str, int], Any]  # host, port -> an async context manager that gives Do
    peer: str
    ready: dict[str, Any]
    prepare: Callable[[Any], None] = lambda _: None  # the emulated device, before it is served


@asynccontextmanager
async def aiopjlink(host: str, port: int) -> AsyncIterator[Do]:
    """Mute by aiopjlink, over one connection."""
    async with PJLink(host, port) as link:
        yield lambda: link.mute.video(True)  # noqa: FBT003 - its own


@asynccontextmanager
async def samsung_mdc(host: str, port: int) -> AsyncIterator[Do]:
    """Set the volume by python-samsung-mdc, over one connection."""
    async with MDC(f"{host}:{port}") as link:
        yield lambda: link.volume(1, (30,))


@asynccontextmanager
async def visca_over_ip(host: str, port: int) -> AsyncIterator[Do]:
    """Stop the zoom by visca-over-ip, which blocks: it has the loop for itself meanwhile."""
    camera = Camera(host, port)

    async def stop() -> None:
        camera.zoom(0)

    try:
        yield stop
    finally:
        camera.close_connection()


def switched_on(device: Any) -> None:  # noqa: ANN401 - whatever device it is
    """Have an emulated device on from the beginning, and ready at once."""
    device.warm_up_s = 0.0


PAIRS = (
    Pair(
        driver="pjlink",
        model="projector",
        listen="tcp://127.0.0.1:0",
        ours=("mute", "set-mute", {"picture": True}),
        theirs=aiopjlink,
        peer="aiopjlink",
        ready={"warm_up_s": 0.0},
        prepare=switched_on,
    ),
    Pair(
        driver="samsung-mdc",
        model="",
        listen="tcp://127.0.0.1:0",
        ours=("volume", "set-volume", {"percent": 30}),
        theirs=samsung_mdc,
        peer="python-samsung-mdc",
        ready={"warm_up_s": 0.0},
        prepare=switched_on,
    ),
    Pair(
        driver="visca",
        model="sony",
        listen="udp://127.0.0.2:0",
        ours=("tally", "set-tally", {"on": True}),
        theirs=visca_over_ip,
        peer="visca-over-ip",
        ready={"framing": "sony", "warm_up_s": 0.0},
    ),
)


def stage(pair: Pair, pipe: Connection) -> None:
    """Serve a pair's device until told to end."""

    async def stand() -> None:
        emulator: Any = make(pair.driver, model=pair.model)
        pair.prepare(emulator)
        stand_ = stand_beside if pair.listen.startswith("udp") else serve
        async with stand_(emulator, pair.listen) as served:
            pipe.send(served.url)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(stand())


@dataclass(frozen=True, slots=True)
class Beside:
    """Where a device is that shares its port number with a controller."""

    url: str


@asynccontextmanager
async def stand_beside(emulator: Emulator, url: str) -> AsyncIterator[Beside]:
    """Serve datagrams at a port that the controller also wants, at another of our addresses."""
    loop, sessions = asyncio.get_running_loop(), dict[Any, Session]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.setblocking(False)  # noqa: FBT003 - socket's own
        wire.bind((parse(url).host, parse(url).port))
        port = wire.getsockname()[1]

        def answer(peer: Any = None, data: bytes = b"") -> None:  # noqa: ANN401 - an address
            if peer is not None:
                sessions.setdefault(peer, emulator.session(loop.time()))
            for at, session in sessions.items():
                for said in session.receive(data if at == peer else b"", loop.time()):
                    wire.sendto(said, at)
                if session.due_s() < NEVER:
                    loop.call_at(session.due_s(), answer)

        def hear() -> None:
            data, peer = wire.recvfrom(64)
            answer(peer, data)

        loop.add_reader(wire, hear)
        try:
            yield Beside(f"udp://{parse(url).host}:{port}")
        finally:
            loop.remove_reader(wire)


async def online(device: Device, pair: Pair) -> None:
    """Wait until it is online, and on."""
    async with asyncio.timeout(30):
        while device.state().availability is not Availability.ONLINE:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    if "power" in device.capabilities:
        await device.perform("power", "set-power", {"on": True})
        async with asyncio.timeout(30):
            while str(device.state().values["power"].value) != "on":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


async def timed(do: Do, seconds: float, into: list[float]) -> None:
    """Do it again and again for a while."""
    end_s = time.perf_counter() + seconds
    while time.perf_counter() < end_s:
        began_s = time.perf_counter()
        await do()
        into.append(time.perf_counter() - began_s)


async def measure(pair: Pair, url: str, seconds: float, rounds: int) -> dict[str, Any]:
    """Let both work the device, in turns."""
    address, samples = parse(url), {"ours": list[float](), "theirs": list[float]()}
    for _ in range(rounds):
        async with AsyncExitStack() as stack:
            device = await stack.enter_async_context(connect(pair.driver, url, options=pair.ready))
            await online(device, pair)
            await timed(partial(device.perform, *pair.ours), seconds, samples["ours"])
        async with pair.theirs(address.host, address.port) as do:
            await timed(do, seconds, samples["theirs"])
    medians = {name: statistics.median(values) * 1000 for name, values in samples.items()}
    p99 = {name: statistics.quantiles(v, n=100)[98] * 1000 for name, v in samples.items()}
    return {
        "protocol": pair.driver,
        "peer": pair.peer,
        "ours_median_ms": round(medians["ours"], 3),
        "theirs_median_ms": round(medians["theirs"], 3),
        "ours_p99_ms": round(p99["ours"], 3),
        "theirs_p99_ms": round(p99["theirs"], 3),
        "ours_per_s": round(1000 / statistics.mean(samples["ours"]) / 1000),
        "theirs_per_s": round(1000 / statistics.mean(samples["theirs"]) / 1000),
        "latency_ratio": round(medians["ours"] / medians["theirs"], 2),
    }


def main() -> int:
    """Run every pair and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = []
    for pair in PAIRS:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.Process(target=stage, args=(pair, theirs))
        process.start()
        try:
            results.append(asyncio.run(measure(pair, ours.recv(), given.seconds, given.rounds)))
        finally:
            ours.send("end")
            process.join()
        if not given.json:
            print("  ".join(f"{name} {value}" for name, value in results[-1].items()))
    if given.json:
        print(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
