"""Every system call of record, seal and finish once failed, and once killed at it.

The script of a recording (`script`) runs under strace, which lets the n-th call of a kind fail
or kills the process as it makes it. First a run without faults tells how many there are; then
there is one run for each. Only calls on the recording's own files count. Needs strace.
"""

import os
import re
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Final

from tests.faults.ledger import read_ledger
from tests.faults.lesson import read_footage, write_footage
from tests.faults.script import Script
from tests.faults.verdict import Verdict, judge
from tests.waiting import eventually

READS: Final = ("read", "pread64", "lseek", "close", "unlink", "newfstatat", "statfs", "getdents64")
WRITES: Final = (
    "openat", "write", "pwrite64", "fdatasync", "fsync", "rename", "truncate", "ftruncate",
)  # fmt: skip
KILL: Final = "kill"
FAULTS: Final = {
    **dict.fromkeys(READS, ("EIO", KILL)),
    **dict.fromkeys(WRITES, ("EIO", "ENOSPC", KILL)),
}
LOST_MAX_S: Final = 0.6
FILES: Final = (
    "", "journal.jsonl", "manifest.json", "thumbnail.jpg", ".manifest.json.{pid}",
    ".thumbnail.jpg.{pid}", "programme.mp4", "programme.2.mp4", "programme.3.mp4",
    "programme.4.mp4", "programme.5.mp4", ".joining.programme.mp4",
)  # fmt: skip
_CALL = re.compile(rb"^(\d+) +(\w+)\(")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the n-th call of a kind; of each thread, when there are several."""

    call: str
    what: str  # "EIO", "ENOSPC" or "kill"
    number: int

    @property
    def injected(self) -> str:
        """Say it to strace."""
        what = "signal=KILL" if self.what == KILL else f"error={self.what}"
        return f"inject={self.call}:{what}:when={self.number}"


@dataclass
class Sweep:
    """Runs the script again and again, each time with another fault."""

    scratch: Path

    def __post_init__(self) -> None:
        self._context: ForkServerContext = get_context("forkserver")
        self._context.set_forkserver_preload(["tests.faults.script"])
        self._footage = self.scratch / "footage"
        write_footage(self._footage, padding=1000)

    def faults(self) -> list[Fault]:
        """List every fault there can be."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            log = Path(folder) / "calls"
            self._run(Path(folder), ["-o", str(log)])
            counts = Counter(
                (match[1], match[2].decode())
                for line in log.read_bytes().splitlines()
                if (match := _CALL.match(line))
            )
        most = dict.fromkeys(FAULTS, 0)
        for (_thread, call), count in counts.items():
            most[call] = max(most.get(call, 0), count)
        return [
            Fault(call, what, number)
            for call, whats in FAULTS.items()
            for what in whats
            for number in range(1, most[call] + 1)
        ]

    def run(self, faults: Sequence[Fault]) -> Iterator[tuple[Fault, Verdict]]:
        """Give what each fault has cost."""
        for fault in faults:
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                yield fault, self._judged(Path(folder), fault)

    def _judged(self, folder: Path, fault: Fault) -> Verdict:
        status = self._run(folder, ["-o", "/dev/null", "-e", fault.injected])
        ledger = read_ledger(folder / "ledger")
        killed_ns = [line.at_ns for line in ledger[-1:]] if status else []
        verdict = judge(folder / "recording", ledger, killed_ns)
        if status not in ({0, -signal.SIGKILL} if fault.what == KILL else {0}):
            verdict.unreadable.append(f"the process ended with {status}")
        return verdict

    def _run(self, folder: Path, options: Sequence[str]) -> int:
        """Run the script under strace; give its exit status."""
        recording = (folder / "recording").resolve()
        recording.mkdir()
        process = self._context.Process(
            target=_scripted, args=(recording, folder / "ledger", self._footage)
        )
        process.start()
        eventually((folder / "ledger").exists, within_s=60)
        command = [
            "strace",
            "-f",
            "-p",
            str(process.pid),
            *options,
            "-e",
            f"trace={','.join(FAULTS)}",
        ]
        for name in FILES:
            command += ["-P", str(recording / name.format(pid=process.pid))]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as strace:
            assert strace.stderr is not None
            strace.stderr.readline()  # "Process attached"
            os.kill(process.pid or 0, signal.SIGUSR1)
            process.join()
        return process.exitcode or 0


def _scripted(recording: Path, ledger: Path, footage: Path) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    script = Script(recording, ledger, read_footage(footage))  # the ledger says that we wait
    signal.sigwait([signal.SIGUSR1])
    script.run()
