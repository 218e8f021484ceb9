"""A camera for tests: the test pattern as a transport stream, in a process that can be killed.

``python -m tests.media.serving URL [--start-s N]``; the URL is FFmpeg's, such as
``tcp://127.0.0.1:5004?listen=1``. Ends when the reader has gone.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import av
from av import AudioFrame, VideoFrame

from classroom_media.sources.coders import RATE_HZ
from classroom_media.sources.pattern import Pattern

PATTERN = Pattern(width=320, height=240, fps=25, tone_hz=1000)


def serve(url: str, *, start_s: float, bframes: int) -> None:
    """Send the pattern in real time, with stamps that count from `start_s`."""
    with av.open(url, "w", format="mpegts", options={"flush_packets": "1"}) as container:
        pictures = container.add_stream("libx264", rate=PATTERN.fps)
        pictures.width, pictures.height = PATTERN.width, PATTERN.height
        pictures.pix_fmt = "yuv420p"
        pictures.options = {"preset": "ultrafast", "g": "25", "bf": str(bframes)}
        if not bframes:
            pictures.options["tune"] = "zerolatency"
        sounds = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        background = PATTERN.background()
        begun = time.monotonic()
        number = 0
        while True:
            time.sleep(max(0.0, begun + number / PATTERN.fps - time.monotonic()))
            picture = VideoFrame.from_ndarray(PATTERN.picture(background, number), format="yuv420p")
            picture.pts = number + int(start_s * PATTERN.fps)
            picture.time_base = Fraction(1, PATTERN.fps)
            container.mux(pictures.encode(picture))
            block = AudioFrame.from_ndarray(PATTERN.sound(number), format="fltp", layout="mono")
            block.sample_rate = RATE_HZ
            block.pts = number * RATE_HZ // PATTERN.fps + int(start_s * RATE_HZ)
            block.time_base = Fraction(1, RATE_HZ)
            container.mux(sounds.encode(block))
            number += 1


@contextmanager
def serving(url: str, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a camera in a process of its own; kill it at the end, if nobody did before."""
    command = [sys.executable, "-m", "tests.media.serving", url, *options]
    camera = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield camera
    finally:
        camera.send_signal(signal.SIGCONT)
        camera.kill()
        camera.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--start-s", type=float, default=0.0)
    parser.add_argument("--bframes", type=int, default=0)
    asked = parser.parse_args()
    try:
        serve(asked.url, start_s=asked.start_s, bframes=asked.bframes)
    except av.FFmpegError:  # the reader has gone
        os._exit(0)
