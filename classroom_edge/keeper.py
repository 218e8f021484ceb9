"""The tiny parent of `run` and `demo`: keeps its commands running, and ends them in order.

It holds no state and loads next to nothing, so that there is little in it that can fail. The
last command is the daemon. Workers that outlive a daemon become the keeper's children (Linux),
go on recording, and are found again by the next one.

Source: prctl(2), KEEPER = "CLASSROOM_EDGE_KEEPER_PID"
PR_SET_CHILD_SUBREAPER; wait(2).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

ORDERLY_S = 15.0  # time to seal and finish a recording, and to put a light out
SETTLED_S = 3.0  # who lived so long was not ended by its own start, and starts again at once
DELAY_MAX_S = 5.0
TICK_S = 0.1
WRONG_USE = 2  # exit status: wrong use or configuration
PR_SET_CHILD_SUBREAPER = 36
KEEPER = "CLASSROOM_EDGE_KEEPER_PID"  # environment variable


class Kept:
    """One command, its present process, and when it starts again."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.process: subprocess.Popen[bytes] | None = None
        self.lives = 0
        self._failures = 0
        self._due_s = 0.0
        self._started_s = 0.0

    def start_when_due(self, now_s: float) -> None:
        """Start the command, unless it runs or has to wait."""
        if self.process is None and now_s >= self._due_s:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)  # noqa: S603
            self.lives += 1
            self._started_s = now_s

    def ended(self, now_s: float) -> int | None:
        """Give the exit status when the process has just ended, and plan its next start."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        self._failures = 0 if now_s - self._started_s > SETTLED_S else self._failures + 1
        self._due_s = now_s + delay_s(self._failures)
        return status

    def end(self) -> int:
        """Ask the process to end, and make it when it does not; give its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return max(0, self.process.wait(ORDERLY_S))  # ended by our signal is ended as asked
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return 1


def delay_s(failures: int) -> float:
    """Give the pause before the next start: none at first, then 0.5, 1, 2, 4 and 5 seconds."""
    return 0.0 if failures <= 1 else min(DELAY_MAX_S, 0.5 * 2 ** (failures - 2))


class Keeper:
    """Keeps commands running until the last of them ends on purpose, or a signal comes."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._kept = [Kept(command) for command in commands]
        self._daemon = self._kept[-1]
        self._stopped = False

    def run(self) -> int:
        """Keep until it is over; give the daemon's exit status."""
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):  # SIGHUP: the terminal was closed
            if number := getattr(signal, name, None):
                signal.signal(number, self._on_signal)
        os.environ[KEEPER] = str(os.getpid())  # for the daemon to know us by
        adopt_orphans()
        status = 0
        while not self._stopped:
            now_s = time.monotonic()
            for kept in self._kept:
                kept.start_when_due(now_s)
                ended = kept.ended(now_s)
                if ended is not None and kept is self._daemon and self._is_final(ended):
                    status, self._stopped = ended, True
            reap_orphans(self._pids())
            time.sleep(TICK_S)
        return self._end() or status

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True

    def _is_final(self, status: int) -> bool:
        # A room.toml that is edited into nonsense later must not end a room that worked.
        return status == 0 or (status == WRONG_USE and self._daemon.lives == 1)

    def _pids(self) -> set[int]:
        return {kept.process.pid for kept in self._kept if kept.process}

    def _end(self) -> int:
        """End the daemon while the rest still serves it, then the rest, then what is left."""
        *others, daemon = self._kept
        status = daemon.end()
        for kept in others:
            kept.end()
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        return status


def adopt_orphans() -> None:
    """Become the parent of processes whose parent dies, so that none stays as a zombie."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - not needed elsewhere

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Give the processes whose parent we are (Linux)."""
    if sys.platform != "linux":
        return []
    found = []
    for entry in os.scandir("/proc"):
        try:
            with open(f"{entry.path}/stat", "rb") as file:  # noqa: PTH123 - pathlib is not small
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):  # not a process, or no longer one
            continue
        if parent == os.getpid():
            found.append(int(entry.name))
    return found


def reap_orphans(own: set[int]) -> None:
    """Collect ended orphans; the processes in `own` are left to who started them."""
    if sys.platform == "win32":
        return
    try:
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if ended.si_pid in own:
                return
            os.waitpid(ended.si_pid, 0)
    except ChildProcessError:
        return


def become(commands: Sequence[Sequence[str]]) -> NoReturn:
    """Turn the present process into the keeper of these commands; its memory is given back."""
    order = [sys.executable, "-I", "-S", __file__, json.dumps([list(one) for one in commands])]
    if sys.platform == "win32":  # there, exec would end the process that the caller waits for
        sys.exit(subprocess.call(order))  # noqa: S603 - the commands are our own
    os.execv(sys.executable, order)  # noqa: S606


if __name__ == "__main__":
    sys.exit(Keeper(json.loads(sys.argv[1])).run())
