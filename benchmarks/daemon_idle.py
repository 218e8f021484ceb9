"""What a room costs while nobody does anything: CPU and memory, of the daemon and of all.

    python benchmarks/daemon_idle.py [--seconds 30] [--json]

A room with two generated sources runs idle; beside it, at the same time, the smallest FastAPI
program under uvicorn. `daemon_cpu_ratio` and `daemon_memory_ratio` compare our daemon with it:
what devices, workers, state and supervision cost on top of an empty web server.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.ports import free_port

SETTLE_S = 5.0
MEGABYTE = 1e6
ROOM = """
[room]
id = "benchmark"
name = "Benchmark"
[network]
port = {port}
[[source]]
id = "teacher"
name = "Teacher"
url = "pattern://?size=640x360&fps=25&tone=1000"
sound = true
[[source]]
id = "pupils"
name = "Pupils"
url = "pattern://?size=640x360&fps=25"
"""
PEER = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/healthz")
def hello() -> str:
    return "hello"
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


def main() -> int:
    """Measure and print; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    for package in ("fastapi", "uvicorn"):
        if find_spec(package) is None:
            print(f"the peer needs the package {package}", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), given.seconds)
    for name, value in found.items():
        print(f"{name:>24} {value:10.3f}")
    if given.json:
        print(json.dumps(found))
    return 0


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """Run both side by side; give CPU in percent of one core, memory in megabytes."""
    port, peer_port = free_port(), free_port()
    (folder / "room.toml").write_text(ROOM.format(port=port), encoding="utf-8")
    room = ["-m", "classroom_edge", "run", str(folder / "room.toml"), "--data", str(folder)]
    with running(room) as keeper, running(["-c", PEER, str(peer_port)]) as peer:
        answered(f"http://127.0.0.1:{port}/healthz")
        answered(f"http://127.0.0.1:{peer_port}/healthz")
        time.sleep(SETTLE_S)
        everybody = [keeper, *keeper.children(recursive=True)]
        daemon = [one for one in everybody if "classroom_edge.app" in one.cmdline()]
        parts = {"daemon": daemon, "keeper": [keeper], "room": everybody, "peer": [peer]}
        before = {name: cpu_s(some) for name, some in parts.items()}
        time.sleep(seconds)
        found = {}
        for name, some in parts.items():
            found[f"{name}_cpu_percent"] = (cpu_s(some) - before[name]) / seconds * 100
            found[f"{name}_memory_mb"] = memory(some) / MEGABYTE
    # A peer that used no measurable time at all is taken to have used one tick of the clock.
    least = 1 / seconds
    found["daemon_cpu_ratio"] = found["daemon_cpu_percent"] / max(found["peer_cpu_percent"], least)
    found["daemon_memory_ratio"] = found["daemon_memory_mb"] / found["peer_memory_mb"]
    return found


@contextmanager
def running(arguments: list[str]) -> Iterator[psutil.Process]:
    """Run Python with these arguments for the length of the block."""
    with subprocess.Popen([sys.executable, *arguments], stderr=subprocess.DEVNULL) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def answered(url: str) -> None:
    """Wait until something answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def cpu_s(processes: Iterable[psutil.Process]) -> float:
    """Give the CPU seconds that processes have used."""
    return float(sum(sum(one.cpu_times()[:2]) for one in processes))


def memory(processes: Iterable[psutil.Process]) -> float:
    """Give what would be free again if processes ended: their unique memory, in bytes."""
    return float(sum(one.memory_full_info().uss for one in processes))


if __name__ == "__main__":
    sys.exit(main())
