#!/usr/bin/env python3
"""What the programme costs while a camera's own packets are passed, against encoding them.

    python benchmarks/smart_programme.py [--seconds 20] [--json]

A director records its programme, 1080p25 of one camera that fills the picture, while three
cameras send; in turn passing its packets, with somebody who looks at the preview, and encoding.
The peer is ffmpeg that copies the same film into the same form of file. CPU is that of the
director's process, all its threads, in CPU seconds per media second. What it takes for sound and
for looking at small pictures is the same either way, and told apart: the rest is the lane of
the programme's picture, with all packets that are read, recorded and published, and wake-ups.
"Alone" is the making of the pictures by itself, in one go: what a busy machine changes least.

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
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.record_films import FPS, film
from classroom_media.api import NS, Kind, Layout
from classroom_media.compose.mix import SoundMixer
from classroom_media.compose.pictures import Picture
from classroom_media.compose.programme import Programme
from classroom_media.levels import Samples
from classroom_media.messages import Begin, End, Heartbeat, Levels, Preview, Quit, Status
from classroom_media.monitor.eyes import Eyes
from classroom_media.packets import Coded
from classroom_media.record.reading import packets_of
from classroom_media.workers import director
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec

WIDTH, HEIGHT = 1920, 1080
CAMERAS: Final = ("teacher", "screen", "students")
FILM_S: Final = 8.0  # comes again and again, without a seam
SETTLE_S: Final = 6.0  # until a whole group of pictures is known, and the start is over
ALIVE_S: Final = 5.0  # workers that nobody speaks to end by themselves
RUNS: Final = ("passing", "previewed", "encoding")
SOUND: Final = (Programme, "_advance_sound")
AS_DIRECTOR: Final = "--as-director"
SOURCE: Final = [sys.executable, "-m", "classroom_media.workers.source"]
OURSELVES: Final = [sys.executable, __file__, AS_DIRECTOR]


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="measured of each (20)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(AS_DIRECTOR, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.as_director:
        return as_director()
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
        copy = with_ffmpeg(ffmpeg, folder, asked.seconds)
        once = folder / f"{CAMERAS[0]}-short.mp4"
        alone = {run: by_itself(once, folder, run) for run in ("passing", "encoding")}
    for run, cost in costs.items():
        parts = ", ".join(f"{name} {cpu:.4f}" for name, cpu in cost.items())
        print(f"{run:10} {sum(cost.values()):.4f}: {parts}")
    print(f"ffmpeg -c copy {copy:.4f}")
    print(f"alone: passing {alone['passing']:.5f}, encoding {alone['encoding']:.4f}")
    lanes = {run: cost["lane"] for run, cost in costs.items()}
    result = {f"cpu_{run}": round(sum(cost.values()), 5) for run, cost in costs.items()}
    result |= {f"lane_{run}": round(lane, 5) for run, lane in lanes.items()}
    result["cpu_ffmpeg_copy"] = round(copy, 5)
    result |= {f"alone_{run}": round(cpu, 6) for run, cpu in alone.items()}
    result["alone_ratio"] = round(alone["passing"] / alone["encoding"], 5)
    result["encoding_ratio"] = round(lanes["passing"] / lanes["encoding"], 4)
    result["copy_ratio"] = round(lanes["passing"] / copy, 2)
    print(f"of encoding: {result['encoding_ratio']}, of ffmpeg -c copy: {result['copy_ratio']}")
    if asked.json:
        print(json.dumps(result))
    return 0


# -- the director, which notes what it takes for other things than its picture ------------------


def as_director() -> int:
    """Run a director; tell at the end what sound and eyes took of a core."""
    spent = {
        "sound": (clocked(SoundMixer, "feed"), clocked(*SOUND)),
        "eyes": (clocked(Eyes, "look"),),
    }
    status = director.main()
    print(json.dumps({name: sum(one.share for one in each) for name, each in spent.items()}))
    sys.stdout.flush()
    return status


@dataclass
class Times:
    """The CPU time of some calls, and when they were made."""

    used_ns: int = 0
    first_ns: int = 0
    last_ns: int = 0

    @property
    def share(self) -> float:
        """Give what they took of a core."""
        return self.used_ns / max(1, self.last_ns - self.first_ns)


def clocked(owner: type, name: str) -> Times:
    """Measure every call of a method, in the thread that makes it."""
    times, method = Times(), getattr(owner, name)

    def measured(*arguments: object) -> object:
        before_ns = time.thread_time_ns()
        try:
            return method(*arguments)
        finally:
            times.used_ns += time.thread_time_ns() - before_ns
            times.last_ns = time.monotonic_ns()
            times.first_ns = times.first_ns or times.last_ns

    setattr(owner, name, measured)
    return times


# -- the pictures by themselves -----------------------------------------------------------------


class Nowhere:
    """Where a programme goes that nobody wants."""

    def packet(self, packet: Coded) -> None:
        """Forget it."""

    def levels(self, levels: Levels) -> None:
        """Forget them."""

    def preview(self, jpeg: bytes) -> None:
        """Forget it."""

    def decoded(self, stream: str, picture: Picture) -> None:
        """Forget it."""

    def sounded(self, source: str, samples: Samples) -> None:
        """Forget them."""

    def skipped(self, ticks: int) -> None:
        """Fail: a programme that leaves something out is no measure."""
        raise SystemExit(f"left out {ticks} pictures")


def by_itself(camera: Path, folder: Path, run: str) -> float:
    """Make the programme of a film in no time; give CPU seconds per media second, without sound."""
    film = [
        msgspec.structs.replace(
            packet, stream=CAMERAS[0], pts_ns=packet.pts_ns + NS, dts_ns=packet.dts_ns + NS
        )
        for kind, packet in packets_of(camera)
        if kind is Kind.PICTURE
    ]
    programme, sound = Programme(director_spec(folder, run), Nowhere()), clocked(*SOUND)
    used_ns, pictures = 0, 0
    for packet in film:
        now_ns = packet.pts_ns
        before_ns = time.process_time_ns() - sound.used_ns
        programme.feed(packet, now_ns)
        while programme.advance(now_ns):
            pass
        if now_ns > 5 * NS:  # a whole group of pictures is known by then
            used_ns += time.process_time_ns() - sound.used_ns - before_ns
            pictures += 1
    if programme.making != run:
        raise SystemExit(f"the programme is {programme.making}, not {run}")
    return used_ns / NS / (pictures / FPS)


# -- with us ------------------------------------------------------------------------------------


async def with_us(folder: Path, run: str, seconds: float) -> dict[str, float]:
    """Record the programme; give what the director takes for what, of a core."""
    take = folder / run
    take.mkdir()
    with ExitStack() as processes:
        for name in CAMERAS:
            processes.enter_context(worker(SOURCE, source_spec(folder, name)))
        process = processes.enter_context(worker(OURSELVES, director_spec(folder, run)))
        async with AsyncExitStack() as clients:
            names = (*CAMERAS, "programme")
            everybody = [
                await clients.enter_async_context(WorkerClient(endpoints(folder, name)))
                for name in names
            ]
            client = everybody[-1]
            await wait(everybody, 0.1)
            await client.ask(Preview(on=run == "previewed"), timeout_s=30)
            now_ns = time.monotonic_ns()
            begin = Begin(
                recording="bench", folder=str(take), take=1, from_ns=now_ns, lead_in=False
            )
            await client.ask(begin, timeout_s=30)
            await wait(everybody, SETTLE_S)
            before, began = cpu_s(process), time.monotonic()
            await wait(everybody, seconds)
            used, passed = cpu_s(process) - before, time.monotonic() - began
            await check(client, "encoding" if run == "encoding" else "passing")
            await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=20)
            for one in everybody:
                await one.ask(Quit(), timeout_s=10)
        others: dict[str, float] = json.loads(process.stdout.readline())
    return {"lane": used / passed - sum(others.values()), **others}


async def wait(everybody: list[WorkerClient], seconds: float) -> None:
    """Let time pass, and keep workers from thinking that they are forgotten."""
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        for one in everybody:
            await one.ask(Status(), timeout_s=30)
        await asyncio.sleep(min(ALIVE_S, left_s))


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


def source_spec(folder: Path, name: str) -> SourceSpec:
    """Specify a camera that records nothing itself."""
    return SourceSpec(
        id=name,
        name=name,
        url=f"file://{folder}/{name}.mp4",
        endpoints=endpoints(folder, name),
        sound=name == CAMERAS[0],
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
                sound=name == CAMERAS[0],
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
def worker(program: list[str], spec: SourceSpec | DirectorSpec) -> Iterator[psutil.Popen]:
    """Run a worker until the end of the block."""
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    process = psutil.Popen(program, stdin=pipe, stdout=pipe, stderr=nowhere)
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
