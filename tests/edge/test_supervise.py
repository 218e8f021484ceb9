"""What keeps services and workers going: restarts, pauses between them, judgement by progress."""

import asyncio
import socket
from pathlib import Path

import psutil
import pytest

from classroom_edge.services.backoff import Backoff
from classroom_edge.services.health import notify
from classroom_edge.services.liveness import SILENT_S, STALLED_S, STARTS_S, Liveness
from classroom_edge.services.newest import Newest
from classroom_edge.services.processes import Running
from classroom_edge.services.supervise import supervise
from classroom_media.messages import Heartbeat, SourceHealth


async def test_a_service_that_fails_is_started_again() -> None:
    lives: list[int] = []
    works = asyncio.Event()

    async def run() -> None:
        lives.append(len(lives))
        if len(lives) < 3:
            raise RuntimeError("a bug")
        works.set()
        await asyncio.Event().wait()

    told: list[tuple[str, str]] = []
    async with asyncio.TaskGroup() as tasks:
        service = tasks.create_task(supervise("light", run, lambda *news: told.append(news)))
        async with asyncio.timeout(5):
            await works.wait()
        service.cancel()
    assert lives == [0, 1, 2]
    assert told == [("light", "RuntimeError('a bug')")] * 2


async def test_a_fault_in_one_service_ends_no_other() -> None:
    went_on = asyncio.Event()

    async def faulty() -> None:
        raise OSError("disk on fire")

    async def sound() -> None:
        await asyncio.sleep(0)
        went_on.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(supervise(run.__name__, run)) for run in (faulty, sound)]
        async with asyncio.timeout(5):
            await went_on.wait()
        for task in running:
            task.cancel()


def test_the_first_restart_is_at_once_and_the_later_ones_wait_longer() -> None:
    backoff = Backoff()
    delays = [backoff.delay_s(ran_s=0.1, now_s=float(at)) for at in range(8)]
    assert delays == [0, 0.25, 0.5, 1, 2, 4, 5, 5]


def test_what_ran_for_a_while_has_its_past_forgiven() -> None:
    backoff = Backoff()
    for at in range(5):
        backoff.delay_s(ran_s=0.1, now_s=float(at))
    assert backoff.delay_s(ran_s=11, now_s=20) == 0


def test_three_failures_within_a_minute_are_worth_telling_for_a_minute() -> None:
    backoff = Backoff()
    for at in (0.0, 30.0, 50.0):
        assert not backoff.is_often(at)
        backoff.delay_s(ran_s=20, now_s=at)
    assert backoff.is_often(50)
    assert not backoff.is_often(61)


def beat(at_ns: int, *, live: bool = True, last_ns: int = 0) -> Heartbeat:
    health = SourceHealth(source="teacher", live=live, last_ns=last_ns)
    return Heartbeat(role="source", name="teacher", pid=7, at_ns=at_ns, sources=(health,))


def test_a_worker_has_time_to_start_but_not_for_ever() -> None:
    worker = Liveness(born_s=100)
    assert not worker.verdict(100 + STARTS_S)
    assert "no sign of life" in worker.verdict(100.1 + STARTS_S)


def test_a_silent_worker_is_ended() -> None:
    worker = Liveness(born_s=0)
    worker.heard(beat(1), 1)
    assert not worker.verdict(1 + SILENT_S)
    assert "silent" in worker.verdict(1.1 + SILENT_S)


@pytest.mark.parametrize(("waits", "ended_s"), [(0.0, 4.5), (0.5, 24.0)])
def test_a_silent_worker_that_waits_for_a_core_has_more_time(waits: float, ended_s: float) -> None:
    now_s = 1.0
    worker = Liveness(born_s=0, waited_s=lambda: waits * now_s)
    worker.heard(beat(1), 1)
    while not worker.verdict(now_s):
        now_s += 0.25
    assert now_s == pytest.approx(ended_s, abs=0.5)


def test_a_process_tells_how_long_it_waited_for_a_core() -> None:
    own = Running("", psutil.Process())
    before_s = own.waited_s()
    assert 0 <= before_s <= own.waited_s()


def test_a_heartbeat_that_repeats_the_last_one_counts_for_nothing() -> None:
    worker = Liveness(born_s=0)
    for second in range(5):
        worker.heard(beat(1), second)
    assert "silent" in worker.verdict(4)


@pytest.mark.parametrize(
    ("live", "moves", "good"), [(True, 0, False), (True, 1, True), (False, 0, True)]
)
def test_a_source_said_to_be_live_must_move(*, live: bool, moves: int, good: bool) -> None:
    worker = Liveness(born_s=0)
    for half in range(int(2 * STALLED_S) + 3):
        worker.heard(beat(1 + half, live=live, last_ns=5 + half * moves), half / 2)
    assert (worker.verdict(STALLED_S + 1) == "") is good


async def test_a_slow_follower_gets_the_newest_and_misses_the_rest() -> None:
    newest: Newest[int] = Newest()
    newest.put(1)
    following = newest.follow(pause_s=0)
    assert await anext(following) == 1
    for value in (2, 3, 4):
        newest.put(value)
    assert await anext(following) == 4
    assert newest.followers == 1
    await following.aclose()
    assert newest.followers == 0


def test_who_watches_the_daemon_is_told_that_it_makes_progress(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as watcher:
        watcher.bind(str(tmp_path / "notify"))
        notify("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert watcher.recv(100) == b"WATCHDOG=1"
    notify("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    notify("WATCHDOG=1", {})
