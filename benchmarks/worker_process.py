"""A worker as the daemon starts it, for benchmarks that measure its process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from classroom_media.workers.specs import DirectorSpec, Endpoints, RelaySpec, SourceSpec


def endpoints(folder: Path, name: str) -> Endpoints:
    """Say where a worker listens."""
    return Endpoints(commands=f"ipc://{folder}/{name}.c", packets=f"ipc://{folder}/{name}.p")


@contextmanager
def worker(
    role: str, spec: SourceSpec | DirectorSpec | RelaySpec, *, leave_s: float = 10.0
) -> Iterator[psutil.Popen]:
    """Run a worker until the end of the block, and so many seconds longer if it needs to."""
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
            process.wait(leave_s)
        except psutil.TimeoutExpired:
            process.kill()
