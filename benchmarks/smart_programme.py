#!/usr/bin/env python3
"""What the programme costs while a camera's own packets are passed, against encoding them.

    python benchmarks/smart_programme.py [--seconds 20] [--json]

A director records its programme, 1080p25 of one camera that fills the picture, while three
cameras send; in turn passing its packets, with somebody who looks at the preview, with sound,
and encoding. The peer is ffmpeg that copies the same film into the same form of file. CPU is
that of the director's process alone, all its threads, in CPU seconds per media second.

Exit status 2 when there is no ffmpeg; Debian's package is called ffmpeg.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, contextmanager
from pathlib import Path
from typing import Final

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.record_films import FPS, film
from classroom_media.api import Layout
from classroom_media.messages import Begin, End, Heartbeat, Preview, Quit
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec

WIDTH, HEIGHT = 1920, 1080
CAMERAS: Final = ("teacher", "screen", "students")
FILM_S: Final = 8.0  # comes again and again, without a seam
SETTLE_S: Final = 6.0  # until a whole group of pictures is known, and the start is over
RUNS: Final = ("passing", "previewed", "sounding", "encoding")


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="measured of each (20)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("ffmpeg is missing: apt-get install ffmpeg", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="smart-") as name:
        folder = Path(name)
        for seed, camera in enumerate(CAMERAS):
            short = folder / f"{camera}-short.mp4"
            film(short, seed=seed, seconds=FILM_S, width=WIDTH, height=HEIGHT)
            repeat(ffmpeg, short, folder / f"{camera}.mp4", asked.seconds + 4 * SETTLE_S)
        costs = {run: asyncio.run(with_us(folder, run, asked.seconds)) for run in RUNS}
        costs["ffmpeg_copy"] = with_ffmpeg(ffmpeg, folder, asked.seconds)
    for run, cpu in costs.items():
        print(f"{run:12} {cpu:.4f}")
    result = {f"cpu_{run}": round(cpu, 5) for run, cpu in costs.items()}
    result["encoding_ratio"] = round(costs["passing"] / costs["encoding"], 4)
    result["copy_ratio"] = round(costs["passing"] / costs["ffmpeg_copy"], 2)
    print(f"of encoding: {result['encoding_ratio']}, of ffmpeg -c copy: {result['copy_ratio']}")
    if asked.json:
        print(json.dumps(result))
    return 0


async def with_us(folder: Path, run: str, seconds: float) -> float:
    """Record the programme; give the director's CPU seconds per media second."""
    take = folder / run
    take.mkdir()
    with ExitStack() as processes:
        for name in CAMERAS:
            processes.enter_context(worker("source", source_spec(folder, name, run)))
        director = processes.enter_context(worker("director", director_spec(folder, run)))
        async with AsyncExitStack() as clients:
            client = await clients.enter_async_context(WorkerClient(endpoints(folder, "programme")))
            if run == "previewed":
                await client.ask(Preview(on=True), timeout_s=30)
            now_ns = time.monotonic_ns()
            begin = Begin(
                recording="bench", folder=str(take), take=1, from_ns=now_ns, lead_in=False
            )
            await client.ask(begin, timeout_s=30)
            await asyncio.sleep(SETTLE_S)
            before, began = cpu_s(director), time.monotonic()
            await asyncio.sleep(seconds)
            used, passed = cpu_s(director) - before, time.monotonic() - began
            await check(client, "encoding" if run == "encoding" else "passing")
            await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=20)
            for name in (*CAMERAS, "programme"):
                other = await clients.enter_async_context(WorkerClient(endpoints(folder, name)))
                await other.ask(Quit())
    return used / passed


async def check(client: WorkerClient, making: str) -> None:
    """Fail if the programme is not made as it should be: it would prove nothing."""
    async with aclosing(client.events()) as events:
        async for event in events:
            if isinstance(event, Heartbeat):
                if event.making != making:
                    raise SystemExit(f"the programme is {event.making}, not {making}")
                return


def repeat(ffmpeg: str, film: Path, into: Path, seconds: float) -> None:
    """Write a film several times over into one file."""
    command = [ffmpeg, "-loglevel", "error", "-stream_loop", "-1", "-i", str(film)]
    subprocess.run([*command, "-t", str(seconds), "-c", "copy", str(into)], check=True)


def with_ffmpeg(ffmpeg: str, folder: Path, seconds: float) -> float:
    """Copy a camera's film at its own pace; give ffmpeg's CPU seconds per media second."""
    safe = ["-movflags", "+frag_keyframe+empty_moov", "-frag_duration", "500000"]
    command = [ffmpeg, "-loglevel", "error", "-y", "-re"]
    command += ["-i", str(folder / f"{CAMERAS[0]}.mp4"), "-map", "0:v", "-c", "copy", *safe]
    with psutil.Popen([*command, "-flush_packets", "1", str(folder / "copy.mp4")]) as process:
        time.sleep(SETTLE_S)
        before, began = cpu_s(process), time.monotonic()
        time.sleep(seconds)
        used, passed = cpu_s(process) - before, time.monotonic() - began
        process.terminate()
    return used / passed


def endpoints(folder: Path, name: str) -> Endpoints:
    """Say where a worker listens."""
    return Endpoints(commands=f"ipc://{folder}/{name}.c", packets=f"ipc://{folder}/{name}.p")


def source_spec(folder: Path, name: str, run: str) -> SourceSpec:
    """Specify a camera that records nothing itself."""
    return SourceSpec(
        id=name,
        name=name,
        url=f"file://{folder}/{name}.mp4",
        endpoints=endpoints(folder, name),
        sound=name == CAMERAS[0] and run == "sounding",
        isolated=False,
    )


def director_spec(folder: Path, run: str) -> DirectorSpec:
    """Specify the programme of one camera."""
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=name,
                name=name,
                endpoints=endpoints(folder, name),
                sound=name == CAMERAS[0] and run == "sounding",
            )
            for name in CAMERAS
        ),
        endpoints=endpoints(folder, "programme"),
        layout=Layout("single", (CAMERAS[0],)),
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        smart=run != "encoding",
        smart_max_kbps=20_000,
    )


@contextmanager
def worker(role: str, spec: SourceSpec | DirectorSpec) -> Iterator[psutil.Process]:
    """Run a worker until the end of the block."""
    process = psutil.Popen(
        [sys.executable, "-m", f"classroom_media.workers.{role}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdin.write(msgspec.json.encode(spec) + b"\n")
    process.stdin.close()
    try:
        yield process
    finally:
        try:
            process.wait(10)
        except psutil.TimeoutExpired:
            process.kill()


def cpu_s(process: psutil.Process) -> float:
    """Sum user and system time."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main())
