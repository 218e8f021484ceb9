#!/usr/bin/env python3
"""Kills recorders at random moments and counts what is lost: ours, and ffmpeg's ways to record.

    python benchmarks/crash_record.py [--kills 8] [--seed S] [--json]

All of them get the same 720p25 H.264 as live and copy it into a file; each is killed (SIGKILL)
at the same random moments. Lost is what was fed and cannot be decoded afterwards. A power cut
is another matter: ffmpeg syncs nothing, so there the kernel decides how much it loses.

Exit status 2 when there is no ffmpeg; Debian's package is called ffmpeg.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.messages import Begin
from classroom_media.packets import Coded
from classroom_media.record.track import TrackRecorder

WIDTH, HEIGHT, FPS, GOP_S = 1280, 720, 25, 2
BITRATE_BPS = 4_000_000
EARLIEST_S, LATEST_S = 6.0, 12.0
OURS = "classroom-edge"
FFMPEG = {
    "ffmpeg mkv": ["-f", "matroska"],
    "ffmpeg fragmented mp4": ["-f", "mp4", "-movflags", "frag_keyframe+empty_moov"],
    "ffmpeg mp4": ["-f", "mp4"],
}

Film = Sequence[tuple[bool, bytes]]  # of every picture: keyframe or not, and its H.264


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=8, help="of each recorder (8)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.record:
        return record(asked.record)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("ffmpeg is missing: apt-get install ffmpeg", file=sys.stderr)
        return 2
    footage = film(seconds=10)
    chance = random.Random(asked.seed)  # noqa: S311 - repeatable, not secret
    lost: dict[str, list[float]] = {name: [] for name in (OURS, *FFMPEG)}
    for number in range(asked.kills):
        moment_s = chance.uniform(EARLIEST_S, LATEST_S)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for name, seconds in one_kill(ffmpeg, footage, Path(folder), moment_s).items():
                lost[name].append(seconds)
        print(f"kill {number + 1} of {asked.kills}", file=sys.stderr)
    report(lost, as_json=asked.json)
    return 0


def report(lost: dict[str, list[float]], *, as_json: bool) -> None:
    """Print a row for each recorder, and our ratio to the best of the others."""
    print(f"{'recorder':<24}{'lost median s':>14}{'lost max s':>12}")
    for name, seconds in lost.items():
        print(f"{name:<24}{statistics.median(seconds):>14.2f}{max(seconds):>12.2f}")
    median = {name: statistics.median(seconds) for name, seconds in lost.items()}
    best = min(median[name] for name in FFMPEG)
    ratio = median[OURS] / best if best else float("inf")
    print(f"ratio to the best of ffmpeg's: {ratio:.2f} (below 1 is better for us)")
    if as_json:
        print(json.dumps({"lost_s": median, "lost_ratio": round(ratio, 3)}))


def one_kill(ffmpeg: str, footage: Film, folder: Path, moment_s: float) -> dict[str, float]:
    """Let all of them record until the moment, kill them, and say what each has lost."""
    lives = {OURS: Life([sys.executable, __file__, "--record", str(folder)], footage)}
    files = {OURS: folder / "cam.mp4"}
    for number, (name, form) in enumerate(FFMPEG.items()):
        files[name] = folder / f"{number}.film"
        source = [ffmpeg, "-v", "error", "-f", "mpegts", "-i", "pipe:0"]
        lives[name] = Life([*source, "-c", "copy", *form, str(files[name])], footage)
    time.sleep(moment_s)
    fed = {name: life.kill() for name, life in lives.items()}
    return {name: (fed[name] - readable(files[name])) / FPS for name in lives}


class Life:
    """A process that records what it is fed, as MPEG-TS, until it is killed."""

    def __init__(self, command: list[str], footage: Film) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._footage = footage
        self._fed = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._feed)
        self._thread.start()

    def kill(self) -> int:
        """Kill it; give how many pictures it was fed."""
        fed = self._fed
        self._process.kill()
        self._process.wait()
        self._over.set()
        self._thread.join()
        return fed

    def _feed(self) -> None:
        pipe: Any = self._process.stdin
        options = {"flush_packets": "1", "muxdelay": "0"}
        container = av.open(pipe, "w", format="mpegts", container_options=options)
        stream = container.add_mux_stream("h264", rate=FPS, width=WIDTH, height=HEIGHT)
        began = time.monotonic()
        try:
            while not self._over.wait(max(began + self._fed / FPS - time.monotonic(), 0)):
                key, data = self._footage[self._fed % len(self._footage)]
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, FPS)
                packet.pts = packet.dts = self._fed
                packet.duration, packet.is_keyframe = 1, key
                container.mux(packet)
                self._fed += 1
            container.close()
        except (BrokenPipeError, av.FFmpegError):
            pass  # it was killed
        finally:
            pipe.close()


def record(folder: Path) -> int:
    """Record MPEG-TS from standard input with our recorder, until killed."""
    recorder = TrackRecorder("cam", ("cam",), ring_s=15, emit=lambda _event: None)
    begun_ns = time.monotonic_ns()
    form = StreamFormat(kind=Kind.PICTURE, codec="h264", width=WIDTH, height=HEIGHT, fps=FPS)
    recorder.begin(
        Begin(recording="r", folder=str(folder), take=1, from_ns=begun_ns, lead_in=False)
    )
    with av.open(
        sys.stdin.buffer, "r", format="mpegts", options={"probesize": "20000"}
    ) as container:
        for number, packet in enumerate(p for p in container.demux(video=0) if p.size):
            at_ns = begun_ns + number * NS // FPS
            recorder.feed(
                Coded(
                    stream="cam",
                    pts_ns=at_ns,
                    dts_ns=at_ns,
                    duration_ns=NS // FPS,
                    key=packet.is_keyframe,
                    data=bytes(packet),
                    format=form if packet.is_keyframe else None,
                )
            )
    return 0


def readable(path: Path) -> int:
    """How many pictures can be decoded."""
    count = 0
    try:
        with av.open(str(path)) as container:
            for _frame in container.decode(video=0):
                count += 1
    except (av.FFmpegError, OSError):
        pass  # that was all
    return count


def film(*, seconds: int) -> Film:
    """Make pictures of a room with noise, at the bit rate of a camera."""
    chance = np.random.default_rng(1)
    noise = chance.integers(100, 150, (HEIGHT * 2, WIDTH), np.uint8)
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.bit_rate = BITRATE_BPS
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(FPS * GOP_S)}
    pictures: list[tuple[bool, bytes]] = []
    for number in range(seconds * FPS):
        top = number % HEIGHT
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        planes[:HEIGHT] = noise[top : top + HEIGHT]
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        pictures += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    return pictures


if __name__ == "__main__":
    sys.exit(main())
