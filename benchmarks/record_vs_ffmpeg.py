#!/usr/bin/env python3
"""Records three 720p25 cameras with us and with the ffmpeg command line, and compares the CPU.

    python benchmarks/record_vs_ffmpeg.py [--seconds 20] [--rounds 3] [--json]

Both get the same files at their own pace and make the same of them: a programme (picture in
picture of two cameras, one microphone; x264 veryfast, 2.5 Mbit/s, AAC) and four copied tracks,
in files that survive a power cut. They take turns. CPU is that of all processes, between two
instants while both are recording: neither's start nor end is in it. On our side it includes
what ffmpeg does not do: one process for each source, packets published for others, levels,
and files that are synced twice a second. Memory is proportional set size.

Exit status 2 when there is no ffmpeg; Debian's package is called ffmpeg.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import psutil

from classroom_media.api import Layout
from classroom_media.compose.canvas import planes
from classroom_media.compose.layouts import arrangement, box
from classroom_media.messages import Begin, End, Quit, Status
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec

CAMERAS = ("teacher", "screen", "students")
WIDTH, HEIGHT, FPS = 1280, 720, 25
KBPS, PRESET, GOP_S = 2500, "veryfast", 2.0
LAYOUT = Layout("picture-in-picture", ("screen", "teacher"))
WARM_UP_S = 4.0
RATE_HZ = 48_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one recording took."""

    cpu: float  # CPU seconds per media second
    memory_mb: float
    idle_memory_mb: float = 0.0


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="measured in each round (20)")
    parser.add_argument("--rounds", type=int, default=3, help="of both, in turn (3)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("ffmpeg is missing: apt-get install ffmpeg", file=sys.stderr)
        return 2
    ours: list[Cost] = []
    theirs: list[Cost] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for seed, camera in enumerate(CAMERAS):
            film(folder / f"{camera}.mp4", seed=seed, seconds=asked.seconds + 3 * WARM_UP_S)
        for number in range(asked.rounds):
            ours.append(asyncio.run(record_with_us(folder, asked.seconds)))
            theirs.append(record_with_ffmpeg(ffmpeg, folder, asked.seconds))
            print(
                f"round {number + 1}: we {ours[-1].cpu:.3f}, ffmpeg {theirs[-1].cpu:.3f}",
                file=sys.stderr,
            )
    report(ours, theirs, as_json=asked.json)
    return 0


def report(ours: list[Cost], theirs: list[Cost], *, as_json: bool) -> None:
    """Print medians and their ratio."""
    cpu_us, cpu_them = (statistics.median(c.cpu for c in costs) for costs in (ours, theirs))
    ram_us, ram_them = (statistics.median(c.memory_mb for c in costs) for costs in (ours, theirs))
    idle = statistics.median(c.idle_memory_mb for c in ours)
    print(f"CPU seconds per media second: we {cpu_us:.3f}, ffmpeg {cpu_them:.3f}")
    print(f"ratio: {cpu_us / cpu_them:.2f} (below 1 is better for us)")
    print(f"memory while recording: we {ram_us:.0f} MB, ffmpeg {ram_them:.0f} MB")
    print(f"memory of our processes before recording: {idle:.0f} MB")
    if as_json:
        result = {
            "cpu_us": round(cpu_us, 4),
            "cpu_ffmpeg": round(cpu_them, 4),
            "cpu_ratio": round(cpu_us / cpu_them, 3),
            "memory_us_mb": round(ram_us),
            "memory_idle_us_mb": round(idle),
            "memory_ffmpeg_mb": round(ram_them),
            "memory_ratio": round(ram_us / ram_them, 2),
        }
        print(json.dumps(result))


# -- what is recorded ---------------------------------------------------------------------------


def film(path: Path, *, seed: int, seconds: float) -> None:
    """Make a camera's film: a room with noise in which things move; the teacher also speaks."""
    random = np.random.default_rng(seed)
    room = np.kron(random.integers(60, 180, (HEIGHT // 16, WIDTH // 8)), np.ones((16, 16)))
    noise = random.integers(-4, 5, (8, HEIGHT, WIDTH), np.int16)
    with av.open(path, "w") as container:
        pictures = container.add_stream("libx264", rate=FPS)
        pictures.width, pictures.height, pictures.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        pictures.bit_rate = 4_000_000
        pictures.options = {"preset": "ultrafast", "g": str(FPS * 2), "bf": "0"}
        sounds = None
        if seed == 0:
            sounds = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            luma, *chroma = planes(frame)
            left = 4 * (number % (WIDTH // 8))
            scene = room[:, left : left + WIDTH] + noise[number % len(noise)]
            luma[:] = scene.clip(16, 235)
            for plane in chroma:
                plane[:] = 128
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(pictures.encode(frame))
            if sounds is not None:
                speech = random.normal(0, 0.05, (2, RATE_HZ // FPS)).astype(np.float32)
                block = av.AudioFrame.from_ndarray(speech, "fltp", "stereo")
                block.sample_rate, block.pts = RATE_HZ, number * RATE_HZ // FPS
                container.mux(sounds.encode(block))
        if sounds is not None:
            container.mux(sounds.encode(None))
        container.mux(pictures.encode(None))


# -- with us ------------------------------------------------------------------------------------


async def record_with_us(folder: Path, seconds: float) -> Cost:
    """Record with three source workers and a director."""
    take = folder / "take"
    shutil.rmtree(take, ignore_errors=True)
    take.mkdir()
    with ExitStack() as processes:
        workers = [
            processes.enter_context(worker("source", source_spec(folder, name))) for name in CAMERAS
        ]
        workers.append(processes.enter_context(worker("director", director_spec(folder))))
        async with AsyncExitStack() as clients:
            asking = [
                await clients.enter_async_context(WorkerClient(endpoints(folder, name)))
                for name in (*CAMERAS, "programme")
            ]
            for client in asking:
                await client.ask(Status(), timeout_s=30)
            await asyncio.sleep(WARM_UP_S / 2)
            idle = memory_mb(workers)
            begin = Begin(
                recording="bench",
                folder=str(take),
                take=1,
                from_ns=time.monotonic_ns(),
                lead_in=False,
            )
            for client in asking:
                await client.ask(begin)
            await asyncio.sleep(WARM_UP_S / 2)
            before, began = cpu_s(workers), time.monotonic()
            await asyncio.sleep(seconds)
            used, passed = cpu_s(workers) - before, time.monotonic() - began
            ram = memory_mb(workers)
            for client in asking:
                await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=20)
                await client.ask(Quit())
    check(take, ("programme", *CAMERAS), passed)
    return Cost(used / passed, ram, idle)


def source_spec(folder: Path, name: str) -> SourceSpec:
    """Specify a camera; the teacher's has a microphone."""
    return SourceSpec(
        id=name,
        name=name,
        url=f"file://{folder}/{name}.mp4",
        endpoints=endpoints(folder, name),
        sound=name == CAMERAS[0],
    )


def director_spec(folder: Path) -> DirectorSpec:
    """Specify the programme."""
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=name, name=name, endpoints=endpoints(folder, name), sound=name == CAMERAS[0]
            )
            for name in CAMERAS
        ),
        endpoints=endpoints(folder, "programme"),
        layout=LAYOUT,
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        preset=PRESET,
        bitrate_kbps=KBPS,
        gop_s=GOP_S,
    )


def endpoints(folder: Path, name: str) -> Endpoints:
    """Say where a worker listens."""
    return Endpoints(commands=f"ipc://{folder}/{name}.c", packets=f"ipc://{folder}/{name}.p")


@contextmanager
def worker(role: str, spec: SourceSpec | DirectorSpec) -> Iterator[psutil.Process]:
    """Run a worker until the end of the block, and longer if it needs to."""
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


# -- with ffmpeg --------------------------------------------------------------------------------


def record_with_ffmpeg(ffmpeg: str, folder: Path, seconds: float) -> Cost:
    """Record with one ffmpeg process."""
    take = folder / "take"
    shutil.rmtree(take, ignore_errors=True)
    take.mkdir()
    process = psutil.Popen(
        ffmpeg_command(ffmpeg, folder, take),
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(WARM_UP_S)
        before, began = cpu_s([process]), time.monotonic()
        time.sleep(seconds)
        used, passed = cpu_s([process]) - before, time.monotonic() - began
        ram = memory_mb([process])
        process.communicate(b"q", timeout=20)
    finally:
        if process.poll() is None:
            process.kill()
    check(take, ("programme", *CAMERAS), passed)
    return Cost(used / passed, ram)


def ffmpeg_command(ffmpeg: str, folder: Path, take: Path) -> list[str]:
    """Spell the same recording for ffmpeg."""
    big, small = (CAMERAS.index(name) for name in LAYOUT.sources)
    inset = box(arrangement(LAYOUT).slots[1], WIDTH, HEIGHT, WIDTH / HEIGHT)
    framed = inset.grown(2)
    compose = (
        f"[{small}:v]scale={inset.width}:{inset.height}:flags=bilinear,"
        f"pad={framed.width}:{framed.height}:2:2:color=0xe6e6e6[inset];"
        f"[{big}:v][inset]overlay={framed.x}:{framed.y}[picture]"
    )
    safe = ["-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    safe += ["-frag_duration", "500000", "-flush_packets", "1"]
    command = [ffmpeg, "-hide_banner", "-loglevel", "error", "-y"]
    for name in CAMERAS:
        command += ["-re", "-i", str(folder / f"{name}.mp4")]
    command += ["-filter_complex", compose, "-map", "[picture]", "-map", "0:a"]
    command += ["-c:v", "libx264", "-preset", PRESET, "-b:v", f"{KBPS}k", "-threads:v", "1"]
    command += ["-x264-params", "rc-lookahead=0:sync-lookahead=0:mbtree=0"]
    command += ["-maxrate", f"{KBPS * 1.5:.0f}k", "-bufsize", f"{KBPS * 2}k"]
    command += ["-g", str(round(GOP_S * FPS)), "-bf", "0", "-sc_threshold", "0"]
    command += ["-c:a", "aac", "-b:a", "128k", *safe, str(take / "programme.mp4")]
    for index, name in enumerate(CAMERAS):
        command += ["-map", f"{index}:v", "-c", "copy", *safe, str(take / f"{name}.mp4")]
    command += ["-map", "0:a", "-c", "copy", *safe, str(take / f"{CAMERAS[0]}-sound.m4a")]
    return command


# -- measuring ----------------------------------------------------------------------------------


def cpu_s(processes: list[psutil.Process]) -> float:
    """Sum user and system time."""
    times = [process.cpu_times() for process in processes]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


def memory_mb(processes: list[psutil.Process]) -> float:
    """Sum the memory that is a process's own, and its share of what several have."""
    return float(sum(process.memory_full_info().pss for process in processes)) / 1e6


def check(take: Path, tracks: tuple[str, ...], seconds: float) -> None:
    """Fail if a track is missing or too short: a cheap recording would be no merit."""
    for track in tracks:
        with av.open(take / f"{track}.mp4") as container:
            pictures = sum(1 for packet in container.demux(video=0) if packet.size)
        if pictures < seconds * FPS * 0.98:
            raise SystemExit(f"{track} has only {pictures} pictures of {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
