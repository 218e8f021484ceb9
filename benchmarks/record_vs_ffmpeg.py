#!/usr/bin/env python3
"""Records three 1080p25 cameras with us, the ffmpeg command line and GStreamer; compares the CPU.

    python benchmarks/record_vs_ffmpeg.py [--seconds 20] [--rounds 3] [--height 1080]
                                          [--tracks copied|encoded|both] [--json]

All get the same films at their own pace and make the same of them: a programme (a screen with
slides, a camera in its corner, one microphone; x264 veryfast, CRF 23, AAC) and a track of every
camera and of the microphone, in files that survive a power cut. The tracks are `copied` when the
cameras send H.264; when they send MPEG-2 they are `encoded` (x264 superfast), at 720p, because
four encoders of 1080p are more than two cores do in real time. They take turns. CPU is that of
all processes, between two instants while they are recording: neither's start nor end is in it.
On our side it includes what the others do not do: a process for each source, packets published
for others, loudness and limiter, detectors, and files that are synced twice a second. `codecs` is
what the decoders and encoders of that work take by themselves, at one go: nobody can do with
less; `x264` is the encoders of pictures among them. `us-small` is ours once more, with cameras
that offer a second stream of 640x360. Memory is proportional set size; kbit/s are the programme's
pictures, and tell that all encode alike.

Exit status 2 when there is no ffmpeg; Debian's package is called ffmpeg. GStreamer is left out,
and said so, without gstreamer1.0-tools and its plugins base, good, bad, ugly and libav.
"""

import argparse
import asyncio
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import av
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.record_films import FPS, GOP_S, RATE_HZ, film
from benchmarks.record_peers import QUALITY, Job, ffmpeg_command, gstreamer_command
from benchmarks.worker_process import endpoints, worker
from classroom_media.api import NS, Layout
from classroom_media.encode.aac import FRAME as BLOCK
from classroom_media.encode.aac import SoundEncoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.messages import Begin, End, Quit, Status
from classroom_media.packets import Coded
from classroom_media.sources.coders import PictureCoder
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, SourceSpec

SCREEN: Final = "screen"
CAMERAS: Final = ("teacher", SCREEN, "students")
LAYOUT: Final = Layout("picture-in-picture", (SCREEN, "teacher"))
PRESET: Final = "veryfast"
KBPS: Final = {720: 2500, 1080: 4000}
LOWEST: Final = min(KBPS)
SMALL: Final = "-small"  # a camera's second stream
SMALL_HEIGHT: Final = 360
WARM_UP_S: Final = 4.0
CODEC: Final = {True: "libx264", False: "mpeg2video"}  # of the films, by whether tracks are copied
STIRS: Final = 1.0  # levels, at the mean
LISTED: Final = 200  # pictures, or blocks of sound, that the codecs alone are measured with


@dataclass(frozen=True, slots=True)
class Cost:
    """What one recording took."""

    cpu: float  # CPU seconds per media second
    memory_mb: float
    kbps: float  # of the programme's pictures
    shares: dict[str, float]  # of `cpu`, by process


@dataclass(frozen=True, slots=True)
class Alone:
    """CPU seconds per media second of all codecs that are needed at all, and of x264 alone."""

    codecs: float
    x264: float


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="measured in each round (20)")
    parser.add_argument("--rounds", type=int, default=3, help="of all, in turn (3)")
    parser.add_argument("--height", type=int, default=1080, choices=sorted(KBPS))
    parser.add_argument("--tracks", choices=("copied", "encoded", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("ffmpeg is missing: apt-get install ffmpeg", file=sys.stderr)
        return 2
    results: dict[str, float] = {}
    for tracks in ("copied", "encoded") if asked.tracks == "both" else (asked.tracks,):
        copied = tracks == "copied"
        height = asked.height if copied else min(asked.height, LOWEST)
        results |= compare(asked.seconds, asked.rounds, height, copied=copied)
    if asked.json:
        print(json.dumps(results))
    return 0


def compare(seconds: float, rounds: int, height: int, *, copied: bool) -> dict[str, float]:
    """Record in turn, print a table, and give the figures."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        job = job_in(Path(name), height, copied=copied)
        for seed, camera in enumerate(CAMERAS):
            for ending, height_ in (("", height), (SMALL, SMALL_HEIGHT)):
                film(
                    job.films / f"{camera}{ending}.mp4",
                    seed=seed,
                    seconds=seconds + 3 * WARM_UP_S,
                    width=width_of(height_),
                    height=height_,
                    codec=CODEC[copied],
                    slides=camera == SCREEN,
                )
        costs: dict[str, list[Cost]] = {}
        for _ in range(rounds):
            for who, record in recorders(job).items():
                costs.setdefault(who, []).append(record(seconds))
                print(f"{who}: {costs[who][-1].cpu:.3f}", file=sys.stderr)
        alone = codecs_alone(job)
    return told("copied" if copied else "encoded", costs, alone)


def recorders(job: Job) -> dict[str, Callable[[float], Cost]]:
    """Give those that are here."""
    found: dict[str, Callable[[float], Cost]] = {
        "us": lambda seconds: asyncio.run(record_with_us(job, seconds)),
        "us-small": lambda seconds: asyncio.run(record_with_us(job, seconds, small=True)),
        "ffmpeg": lambda seconds: record_with(ffmpeg_command("ffmpeg", job), job, seconds),
    }
    if shutil.which("gst-launch-1.0"):
        found["gstreamer"] = lambda seconds: record_with(
            gstreamer_command("gst-launch-1.0", job), job, seconds
        )
    else:
        print("GStreamer is left out: gst-launch-1.0 is missing", file=sys.stderr)
    return found


def told(tracks: str, costs: dict[str, list[Cost]], alone: Alone) -> dict[str, float]:
    """Print medians and ratios; give them by name."""
    cpu = {who: statistics.median(cost.cpu for cost in all_) for who, all_ in costs.items()}
    memory = {who: statistics.median(c.memory_mb for c in all_) for who, all_ in costs.items()}
    print(
        f"{tracks} tracks: CPU seconds per media second, and ours by that (below 1: we take less)"
    )
    figures: dict[str, float] = {}
    for what, value in (("codecs", alone.codecs), ("x264", alone.x264)):
        figures[f"cpu_{what}_{tracks}"] = value
        figures[f"{what}_{tracks}_ratio"] = cpu["us"] / value
        print(f"  {what:6} alone {value:.3f}, ratio {cpu['us'] / value:.2f}")
    for who, value in cpu.items():
        print(
            f"  {who:9} {value:.3f}, ratio {cpu['us'] / value:.2f}, memory {memory[who]:.0f} MB, "
            f"{costs[who][-1].kbps:.0f} kbit/s"
        )
        figures[f"cpu_{who}_{tracks}"] = value
        figures[f"memory_{who}_{tracks}_mb"] = memory[who]
        if not who.startswith("us"):
            figures[f"{who}_{tracks}_ratio"] = cpu["us"] / value
    shares = costs["us"][-1].shares
    print("  ours: " + ", ".join(f"{name} {share:.3f}" for name, share in shares.items()))
    return {name: round(value, 4) for name, value in figures.items()}


def job_in(folder: Path, height: int, *, copied: bool) -> Job:
    """Say what is recorded."""
    return Job(
        cameras=CAMERAS,
        films=folder,
        take=folder / "take",
        layout=LAYOUT,
        width=width_of(height),
        height=height,
        fps=FPS,
        preset=PRESET,
        kbps=KBPS[height],
        gop_s=GOP_S,
        threads=1,
        copied=copied,
    )


def width_of(height: int) -> int:
    """Give the width of a picture of 16 to 9."""
    return height * 16 // 9


# -- with us ------------------------------------------------------------------------------------


async def record_with_us(job: Job, seconds: float, *, small: bool = False) -> Cost:
    """Record with three source workers and a director; the cameras may have `small` streams."""
    fresh(job.take)
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(worker("source", source_spec(job, name, small=small)))
            for name in CAMERAS
        }
        processes["programme"] = stack.enter_context(worker("director", director_spec(job)))
        async with AsyncExitStack() as clients:
            asking = [
                await clients.enter_async_context(WorkerClient(endpoints(job.films, name)))
                for name in processes
            ]
            for client in asking:
                await client.ask(Status(), timeout_s=30)
            await asyncio.sleep(WARM_UP_S / 2)
            begin = Begin(
                recording="bench",
                folder=str(job.take),
                take=1,
                from_ns=time.monotonic_ns(),
                lead_in=False,
            )
            for client in asking:
                await client.ask(begin)
            await asyncio.sleep(WARM_UP_S / 2)
            before, began = cpu_s(processes), time.monotonic()
            await asyncio.sleep(seconds)
            after, passed = cpu_s(processes), time.monotonic() - began
            ram = memory_mb(processes)
            for client in asking:
                await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=20)
                await client.ask(Quit())
    check(job, passed)
    return cost(job, before, after, passed, ram)


def source_spec(job: Job, name: str, *, small: bool) -> SourceSpec:
    """Specify a camera; the first one has a microphone."""
    return SourceSpec(
        id=name,
        name=name,
        url=f"file://{job.films}/{name}.mp4",
        small_url=f"file://{job.films}/{name}{SMALL}.mp4" if small and name != SCREEN else "",
        endpoints=endpoints(job.films, name),
        sound=name == CAMERAS[0],
    )


def director_spec(job: Job) -> DirectorSpec:
    """Specify the programme."""
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=name, name=name, endpoints=endpoints(job.films, name), sound=name == CAMERAS[0]
            )
            for name in CAMERAS
        ),
        endpoints=endpoints(job.films, "programme"),
        layout=job.layout,
        width=job.width,
        height=job.height,
        fps=job.fps,
        preset=job.preset,
        quality=QUALITY,
        bitrate_kbps=job.kbps,
        gop_s=job.gop_s,
    )


# -- with another recorder ----------------------------------------------------------------------


def record_with(command: list[str], job: Job, seconds: float) -> Cost:
    """Record with one process that ends on SIGINT."""
    fresh(job.take)
    process = psutil.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        time.sleep(WARM_UP_S)
        before, began = cpu_s({"all": process}), time.monotonic()
        time.sleep(seconds)
        after, passed = cpu_s({"all": process}), time.monotonic() - began
        ram = memory_mb({"all": process})
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    finally:
        if process.poll() is None:
            process.kill()
    if not any(job.take.iterdir()):
        raise SystemExit(f"{command[0]} recorded nothing: {said.decode(errors='replace')}")
    check(job, passed)
    return cost(job, before, after, passed, ram)


# -- the codecs by themselves -------------------------------------------------------------------


def codecs_alone(job: Job) -> Alone:
    """Measure every decoder and encoder that is needed at all.

    The pictures of the programme are those that were recorded last; the cameras' are their films.
    """
    form = PictureForm(
        width=job.width,
        height=job.height,
        fps=job.fps,
        preset=job.preset,
        quality=QUALITY,
        bitrate_kbps=job.kbps,
        gop_s=job.gop_s,
    )
    programme = PictureEncoder("programme", form)
    x264, _ = timed(recorded(job, "programme"), programme.encode)
    others = sound_alone(job)
    for name in CAMERAS:
        if not job.copied:
            coder = PictureCoder(name, fps=job.fps)
            encoding, decoding = timed(job.films / f"{name}.mp4", partial(coded, coder))
            x264 += encoding
            others += decoding
        elif name in job.layout.sources:
            others += timed(job.films / f"{name}.mp4", lambda _frame, _number: None)[1]
    return Alone(codecs=x264 + others, x264=x264)


def sound_alone(job: Job) -> float:
    """Give what decoding the microphone and encoding the programme's sound takes."""
    encoder = SoundEncoder("programme-sound")
    with av.open(job.films / f"{CAMERAS[0]}.mp4") as container:
        began = time.process_time()
        for number, frame in enumerate(container.decode(audio=0)):
            encoder.encode(frame.to_ndarray().astype(np.float32), number * BLOCK)
            if number == LISTED:
                break
    return (time.process_time() - began) / ((number + 1) * BLOCK / RATE_HZ)


def coded(coder: PictureCoder, frame: av.VideoFrame, number: int) -> list[Coded]:
    """Encode a picture of a camera's track."""
    return list(coder.encode(frame, number * NS // FPS))


def timed(path: Path, use: Callable[[av.VideoFrame, int], object]) -> tuple[float, float]:
    """Give what `use` of a film's pictures and what decoding them takes, per media second."""
    used = began = time.process_time()
    using = 0.0
    number = 0
    with av.open(path) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for number, frame in enumerate(container.decode(video=0)):
            used = time.process_time()
            use(frame, number)
            using += time.process_time() - used
            if number == LISTED:
                break
    media_s = (number + 1) / FPS
    return using / media_s, (time.process_time() - began - using) / media_s


# -- measuring ----------------------------------------------------------------------------------


def fresh(folder: Path) -> None:
    """Make an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def cpu_s(processes: dict[str, psutil.Process]) -> dict[str, float]:
    """Give user and system time of each."""
    times = {name: process.cpu_times() for name, process in processes.items()}
    return {
        name: t.user + t.system + t.children_user + t.children_system for name, t in times.items()
    }


def cost(
    job: Job, before: dict[str, float], after: dict[str, float], passed: float, ram: float
) -> Cost:
    """Put together what was measured."""
    shares = {name: (after[name] - before[name]) / passed for name in after}
    with av.open(recorded(job, "programme")) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    return Cost(sum(shares.values()), ram, sum(sizes) * 8 * FPS / len(sizes) / 1000, shares)


def memory_mb(processes: dict[str, psutil.Process]) -> float:
    """Sum the memory that is a process's own, and its share of what several have."""
    return float(sum(process.memory_full_info().pss for process in processes.values())) / 1e6


def recorded(job: Job, track: str) -> Path:
    """Give a track's file."""
    return next(path for path in job.take.iterdir() if path.stem == track)


def check(job: Job, seconds: float) -> None:
    """Fail if a track is missing or too short: a cheap recording would be no merit."""
    for track in ("programme", *CAMERAS):
        with av.open(recorded(job, track)) as container:
            pictures = sum(1 for packet in container.demux(video=0) if packet.size)
        if pictures < seconds * FPS * 0.98:
            raise SystemExit(f"{track} has only {pictures} pictures of {seconds:.0f} s")
    if not corner_moves(job):
        raise SystemExit("the programme has no camera in its corner")


def corner_moves(job: Job) -> bool:
    """Tell whether the small camera is in the programme: its noise changes from one to the next."""
    place = job.inset
    rows, columns = slice(place.y, place.y + place.height), slice(place.x, place.x + place.width)
    with av.open(recorded(job, "programme")) as container:
        shown = islice(container.decode(video=0), FPS, FPS + 2)
        one, next_ = (frame.to_ndarray(format="gray")[rows, columns].astype(int) for frame in shown)
    return bool(np.abs(next_ - one).mean() > STIRS)


if __name__ == "__main__":
    sys.exit(main())
