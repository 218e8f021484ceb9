"""One daemon for a room."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom_edge import lock

HOLDER = """
import sys, time
from pathlib import Path
from classroom_edge import lock
with lock.hold(Path(sys.argv[1]), "attic"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_who_comes_second_is_told_who_was_first(tmp_path: Path) -> None:
    with (
        lock.hold(tmp_path / "lock", "attic"),
        pytest.raises(lock.RoomBusyError, match="attic") as refused,
        lock.hold(tmp_path / "lock", "attic"),
    ):
        pytest.fail("two held it at once")
    assert refused.value.pid == os.getpid()


def test_who_comes_later_gets_it(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "lock", "attic"):
        pass
    with lock.hold(tmp_path / "lock", "attic"):
        pass


def test_a_killed_owner_keeps_nobody_out(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        with (
            pytest.raises(lock.RoomBusyError) as refused,
            lock.hold(tmp_path / "lock", "attic"),
        ):
            pytest.fail("two held it at once")
        assert refused.value.pid == owner.pid
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        with lock.hold(tmp_path / "lock", "attic"):
            pass
