"""The keeper: real processes, small ones."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from classroom_edge import keeper
from tests.waiting import eventually

DAEMON = """
import os, signal, subprocess, sys, time
from pathlib import Path

notes = Path(sys.argv[1])
def seal(*_):
    time.sleep(0.3)
    (notes / "sealed").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, seal)
signal.signal(signal.SIGINT, signal.SIG_IGN)
(notes / f"daemon-{os.getpid()}-{os.getpgid(0)}-{os.getppid()}").touch()
if "worker" in sys.argv:
    worker = subprocess.Popen(["sleep", "1000"])
    (notes / f"worker-{worker.pid}").touch()
time.sleep(1000)
"""


@contextmanager
def kept(*commands: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a keeper in a process group of its own, as a shell does."""
    with subprocess.Popen(
        [sys.executable, keeper.__file__, json.dumps(commands)], process_group=0
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def noted(folder: Path, what: str) -> list[list[int]]:
    names = sorted(folder.glob(f"{what}-*"), key=lambda path: path.stat().st_mtime_ns)
    return [[int(number) for number in path.name.split("-")[1:]] for path in names]


def test_a_killed_daemon_is_started_again_at_once_in_the_same_group(tmp_path: Path) -> None:
    with kept(python(DAEMON, tmp_path)) as process:
        ((first, group, parent),) = eventually(lambda: noted(tmp_path, "daemon"))
        os.kill(first, signal.SIGKILL)
        lives = eventually(lambda: [n for n in noted(tmp_path, "daemon") if n[0] != first])
    assert (group, parent) == (process.pid, process.pid)
    assert lives[0][1:] == [process.pid, process.pid]


def test_a_worker_outlives_its_daemon_and_ends_with_the_keeper(tmp_path: Path) -> None:
    with kept(python(DAEMON, tmp_path, "worker")) as process:
        ((worker,),) = eventually(lambda: noted(tmp_path, "worker"))
        os.kill(noted(tmp_path, "daemon")[0][0], signal.SIGKILL)
        eventually(lambda: len(noted(tmp_path, "daemon")) == 2)
        assert psutil.Process(worker).ppid() == process.pid
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    eventually(lambda: not psutil.pid_exists(worker))


def test_a_worker_that_dies_as_an_orphan_is_no_zombie(tmp_path: Path) -> None:
    with kept(python(DAEMON, tmp_path, "worker")):
        ((worker,),) = eventually(lambda: noted(tmp_path, "worker"))
        os.kill(noted(tmp_path, "daemon")[0][0], signal.SIGKILL)
        eventually(lambda: len(noted(tmp_path, "daemon")) == 2)
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: not psutil.pid_exists(worker))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with kept(python(DAEMON, tmp_path)) as process:
        eventually(lambda: noted(tmp_path, "daemon"))
        process.send_signal(number)
        assert process.wait(10) == 0
    assert (tmp_path / "sealed").exists()


def test_the_others_are_ended_after_the_daemon(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    room = DAEMON.replace(
        '(notes / "sealed").touch()', 'assert Path(f"{notes}/../sealed").exists()'
    )
    with kept(python(room, tmp_path / "room"), python(DAEMON, tmp_path)) as process:
        eventually(lambda: noted(tmp_path, "daemon") and noted(tmp_path / "room", "daemon"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize("status", [0, 2])
def test_what_ends_on_purpose_is_not_started_again(status: int) -> None:
    with kept(python(f"raise SystemExit({status})")) as process:
        assert process.wait(10) == status


def test_a_file_that_is_spoilt_later_does_not_end_a_room_that_worked(tmp_path: Path) -> None:
    code = "import sys, os; from pathlib import Path; notes = Path(sys.argv[1]); "
    code += "lives = len(list(notes.iterdir())); (notes / str(lives)).touch(); "
    code += "sys.exit([1, 2, 2, 0][lives])"
    with kept(python(code, tmp_path)) as process:
        assert process.wait(10) == 0
    assert len(list(tmp_path.iterdir())) == 4


def test_waits_grow_to_five_seconds_and_no_further() -> None:
    assert [keeper.delay_s(failures) for failures in range(8)] == [0, 0, 0.5, 1, 2, 4, 5, 5]
