"""kill -9 of recording processes at random moments, many at a time; successors go on.

A process records two tracks, or finishes what is recorded; it is killed, another takes its
place, or the recording is finished as it is. Processes are forked from one that has loaded
everything (`forkserver`), so that a life costs milliseconds before it records.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final

from classroom_media.api import NS, RecordError
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.story import tell
from tests.faults.ledger import read_ledger
from tests.faults.lesson import LONGEST_S, live, write_footage
from tests.faults.verdict import Verdict, judge

LOST_MAX_S: Final = 0.6
KILLS_MAX: Final = 4  # of one recording
GOES_ON: Final = 0.75  # how likely a successor is
AT_ONCE: Final = 8
LOOK_S: Final = 0.005


@dataclass(slots=True)
class Life:
    """One recording and the process that is at it."""

    folder: Path
    ledger: Path
    seed: int
    began_ns: int
    process: ForkServerProcess
    dies_ns: int
    kills_ns: list[int] = field(default_factory=list)
    victims: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Killed:
    """A recording after its kills."""

    victims: Counter[str]
    verdict: Verdict


@dataclass
class Killing:
    """Starts lives, ends them, and judges what is left; `kills` in all."""

    scratch: Path
    kills: int
    seed: int
    at_once: int = AT_ONCE
    within_s: float = LONGEST_S - 1  # of a lesson; a little after the last that one can be at work
    sync_s: float = 0.0  # what a sync takes, besides what it takes
    done: int = field(default=0, init=False)
    _context: ForkServerContext = field(init=False)

    def __post_init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["tests.faults.lesson"])
        self._chance = random.Random(self.seed)
        self._footage = self.scratch / "footage"
        write_footage(self._footage)

    def run(self) -> Iterator[Killed]:
        """Give every recording once it is over."""
        lives: list[Life] = []
        begun = 0
        while lives or self.done < self.kills:
            while len(lives) < self.at_once and self.done < self.kills:
                lives.append(self._begin(begun))
                begun += 1
            time.sleep(LOOK_S)
            for life in [one for one in lives if self._is_over(one)]:
                lives.remove(life)
                verdict = judge(life.folder, read_ledger(life.ledger), life.kills_ns)
                if life.process.exitcode not in {0, -signal.SIGKILL}:
                    verdict.unreadable.append("a process failed by itself")
                yield Killed(life.victims, verdict)

    def _begin(self, number: int) -> Life:
        folder = self.scratch / f"recording-{number}"
        folder.mkdir()
        ledger = self.scratch / f"ledger-{number}"
        began_ns = time.monotonic_ns() + NS // 10
        seed = self._chance.getrandbits(32)
        process = self._start(folder, ledger, seed, began_ns)
        return Life(folder, ledger, seed, began_ns, process, self._dies_ns(began_ns))

    def _start(self, folder: Path, ledger: Path, seed: int, began_ns: int) -> ForkServerProcess:
        arguments = (folder, ledger, self._footage, seed, began_ns)
        slow = {"sync_s": self.sync_s}
        process = self._context.Process(target=live, args=arguments, kwargs=slow)
        process.start()
        return process

    def _dies_ns(self, began_ns: int) -> int:
        now_ns = time.monotonic_ns()
        latest_ns = began_ns + round(self.within_s * NS)
        return self._chance.randint(now_ns, max(latest_ns, now_ns + NS // 2))

    def _is_over(self, life: Life) -> bool:
        if not life.process.is_alive():
            return True
        if time.monotonic_ns() < life.dies_ns:
            return False
        victim = "finisher" if _is_stopped(life.folder) else "recorder"
        life.process.kill()
        life.process.join()
        life.kills_ns.append(time.monotonic_ns())
        life.victims[victim] += 1
        self.done += 1
        if len(life.kills_ns) == KILLS_MAX or self._chance.random() > GOES_ON:
            return True
        life.process = self._start(life.folder, life.ledger, life.seed, life.began_ns)
        life.dies_ns = self._dies_ns(life.began_ns)
        return False


def _is_stopped(folder: Path) -> bool:
    try:
        return tell(replay(folder / JOURNAL_FILE)).stopped
    except RecordError:
        return False
