"""Worker processes: started, or found again by a daemon that came later.

A worker outlives the daemon. What one needs to find it again stands in a run file in the
runtime folder: the process, when it was created (a number may be given to another process
later), and a digest of what it was told to do.
"""

import asyncio
import hashlib
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

POLL_S: Final = 0.2


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a running worker."""

    pid: int
    created_s: float  # as the system tells it
    spec: str  # digest


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs, our child or not."""

    pid: int
    spec: str
    _child: asyncio.subprocess.Process | None
    _process: psutil.Process | None

    async def wait(self) -> None:
        """Return once it is gone."""
        if self._child is not None:
            await self._child.wait()
        while self.is_there():  # noqa: ASYNC110 - nobody tells us when a process not our own ends
            await asyncio.sleep(POLL_S)

    def is_there(self) -> bool:
        """Whether it still runs; a dead one that nobody has collected does not."""
        if self._child is not None:
            return self._child.returncode is None
        if self._process is None:
            return False
        with suppress(psutil.NoSuchProcess):
            return bool(
                self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
            )
        return False

    @property
    def status(self) -> int | None:
        """The exit status of a child that has ended; of others nobody knows."""
        return self._child.returncode if self._child else None

    def terminate(self) -> None:
        """Ask it to seal its files and end."""
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            (self._child or self._process or psutil.Process(self.pid)).terminate()

    def kill(self) -> None:
        """End it at once."""
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            (self._child or self._process or psutil.Process(self.pid)).kill()


def digest(spec: bytes) -> str:
    """Give what tells two specifications apart, without giving away what is in them."""
    return hashlib.sha256(spec).hexdigest()[:16]


async def start(module: str, spec: bytes, mark: str, run_file: Path, log: Path) -> Running:
    """Start ``python -m module`` in our process group, and tell it `spec` on its standard input."""
    with log.open("ab") as errors:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, stderr=errors
        )
    with suppress(psutil.NoSuchProcess):
        created_s = psutil.Process(child.pid).create_time()
        _write(run_file, RunFile(pid=child.pid, created_s=created_s, spec=mark))
    with suppress(ConnectionError):  # it died at once: its end is seen by who waits for it
        if child.stdin is not None:
            child.stdin.write(spec + b"\n")
            await child.stdin.drain()
            child.stdin.close()
    return Running(child.pid, mark, child, None)


def find(run_file: Path) -> Running | None:
    """Find the process of a run file, if it still runs."""
    try:
        known = msgspec.json.decode(run_file.read_bytes(), type=RunFile)
        process = psutil.Process(known.pid)
        if abs(process.create_time() - known.created_s) > 0.5:
            return None
    except (OSError, msgspec.DecodeError, psutil.NoSuchProcess):
        return None
    found = Running(known.pid, known.spec, None, process)
    return found if found.is_there() else None


def _write(path: Path, known: RunFile) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(known))
    os.replace(new, path)  # noqa: PTH105 - in one step, on every system
