"""Worker processes: started, or found again by a daemon that came later.

A worker outlives the daemon. What one needs to find it again stands in a run file in the
runtime folder: the process, when it was created (a number may be given to another process
later), and a digest of what it was told to do.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

POLL_S: Final = 0.1
LOG_BYTES: Final = 2_000_000  # of what a worker says; twice that is kept


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a running worker."""

    pid: int
    created_s: float  # as the system tells it
    spec: str  # digest


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs: a child of ours, or one that an earlier daemon started."""

    spec: str
    _process: subprocess.Popen[bytes] | psutil.Process

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self._process.pid)

    async def wait(self) -> None:
        """Return once it is gone."""
        while self.is_there():  # noqa: ASYNC110 - nobody tells us of the end of what is no child
            await asyncio.sleep(POLL_S)

    def is_there(self) -> bool:
        """Whether it still runs; a dead one that nobody has collected does not."""
        if isinstance(self._process, subprocess.Popen):
            return self._process.poll() is None
        with suppress(psutil.NoSuchProcess):
            return bool(
                self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
            )
        return False

    @property
    def status(self) -> int | None:
        """The exit status of a child that has ended; of others nobody knows."""
        return self._process.returncode if isinstance(self._process, subprocess.Popen) else None

    def waited_s(self) -> float:
        """Give for how long its threads have waited for a core so far; 0 where nobody counts it.

        Source: Linux, Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat".
        """
        waited_ns = 0
        for told in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            with suppress(OSError):
                waited_ns += int(told.read_text("ascii").split()[1])
        return waited_ns / 1e9

    def terminate(self) -> None:
        """Ask it to seal its files and end."""
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            self._process.kill()


def digest(spec: bytes) -> str:
    """Give what tells two specifications apart, without giving away what is in them."""
    return hashlib.sha256(spec).hexdigest()[:16]


def start(module: str, spec: bytes, mark: str, run_file: Path, log: Path) -> Running:
    """Start ``python -m module`` in our process group, and tell it `spec` on its standard input.

    Not with asyncio, whose subprocesses are killed with the loop that started them.
    """
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stderr=errors
        )
    with suppress(psutil.NoSuchProcess):
        created_s = psutil.Process(child.pid).create_time()
        _write(run_file, RunFile(pid=child.pid, created_s=created_s, spec=mark))
    if child.stdin is not None:
        with suppress(BrokenPipeError), child.stdin as line:  # its end is seen by who waits for it
            line.write(spec + b"\n")
    return Running(mark, child)


def find(run_file: Path) -> Running | None:
    """Find the process of a run file, if it still runs."""
    try:
        known = msgspec.json.decode(run_file.read_bytes(), type=RunFile)
        process = psutil.Process(known.pid)
        if abs(process.create_time() - known.created_s) > 0.5:
            return None
    except (OSError, msgspec.DecodeError, psutil.NoSuchProcess):
        return None
    found = Running(known.spec, process)
    return found if found.is_there() else None


def _write(path: Path, known: RunFile) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(known))
    os.replace(new, path)  # noqa: PTH105 - in one step, on every system
