"""A source worker as the daemon sees it: a process that records, loses, finds and survives."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import av
import msgspec
import pytest

from classroom_media.api import NS, Layout, SourceError, WorkerError
from classroom_media.messages import (
    Begin,
    End,
    Heartbeat,
    Hold,
    Quit,
    Release,
    Replay,
    Show,
    Status,
)
from classroom_media.packets import Coded
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.shell import Shell
from classroom_media.workers.source import HUNG_NS, SourceReader, SourceWorker
from classroom_media.workers.specs import Endpoints, SourceSpec
from classroom_media.workers.subscribe import PacketReader
from tests.media.serving import serving
from tests.media.watching import of_stream, source
from tests.ports import free_port
from tests.waiting import eventually, eventually_awaited

PATTERN_URL = "pattern://?size=320x240&fps=25"

Spawn = Callable[[SourceSpec], "subprocess.Popen[bytes]"]


@pytest.fixture
def endpoints(tmp_path: Path) -> Endpoints:
    return Endpoints(commands=f"ipc://{tmp_path}/c", packets=f"ipc://{tmp_path}/p")


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start worker processes; whatever is left of them ends with the test."""
    with ExitStack() as stack:

        def start(spec: SourceSpec) -> "subprocess.Popen[bytes]":
            worker = subprocess.Popen(
                [sys.executable, "-m", "classroom_media.workers.source"],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            assert worker.stdin
            worker.stdin.write(msgspec.json.encode(spec) + b"\n")
            worker.stdin.close()
            return worker

        yield start


async def beat(client: WorkerClient) -> Heartbeat | None:
    """Give a heartbeat, or None when nobody answers."""
    try:
        return (await client.ask(Status(), timeout_s=1.0)).heartbeat
    except WorkerError:
        return None


async def live(client: WorkerClient) -> Heartbeat | None:
    found = await beat(client)
    return found if found and found.sources[0].live else None


async def written(client: WorkerClient, seconds: float) -> Heartbeat | None:
    """Give a heartbeat once every track has that much of its part on disk."""
    found = await beat(client)
    if found and len(found.parts) == 2:
        on_disk = (part.synced_ns - part.first_ns for part in found.parts)
        if all(span_ns >= seconds * NS for span_ns in on_disk):
            return found
    return None


def begin(folder: Path) -> Begin:
    now_ns = time.monotonic_ns()
    return Begin(recording="r1", folder=str(folder), take=1, from_ns=now_ns, lead_in=True)


def instants_s(path: Path) -> list[float]:
    """Decode a whole file; give when each of its pictures or blocks of sound comes."""
    with av.open(str(path)) as file:
        frames = [*file.decode(video=0)] if file.streams.video else [*file.decode(audio=0)]
    return [frame.time for frame in frames if frame.time is not None]


def length_s(path: Path) -> float:
    instants = instants_s(path)
    return instants[-1] - instants[0]


async def test_a_lesson_is_recorded_and_the_process_ends_when_told(
    tmp_path: Path, endpoints: Endpoints, spawn: Spawn
) -> None:
    process = spawn(source(PATTERN_URL, endpoints=endpoints))
    folder = tmp_path / "r1"
    folder.mkdir()
    async with WorkerClient(endpoints) as client:
        first = await eventually_awaited(lambda: live(client))
        assert (first.role, first.name, first.pid) == ("source", "teacher", process.pid)
        await client.ask(begin(folder))
        await client.ask(begin(folder))  # the same take: nothing happens
        recording = await eventually_awaited(lambda: written(client, 1.0))
        assert (recording.recording, recording.take) == ("r1", 1)
        assert {part.track for part in recording.parts} == {"teacher", "teacher-sound"}
        end_ns = time.monotonic_ns()
        await client.ask(End(end_ns=end_ns), timeout_s=15)
        assert (await client.ask(Status())).heartbeat.recording == ""  # type: ignore[union-attr]
        for name in ("teacher.mp4", "teacher-sound.m4a"):
            part = next(p for p in recording.parts if name.startswith(p.track + "."))
            assert abs(length_s(folder / name) - (end_ns - part.first_ns) / NS) < 0.15
        await client.ask(Quit())
    assert process.wait(10) == 0


async def test_what_is_held_is_not_written_and_released_goes_on_without_a_seam(
    tmp_path: Path, endpoints: Endpoints, spawn: Spawn
) -> None:
    spawn(source(PATTERN_URL, endpoints=endpoints))
    async with WorkerClient(endpoints) as client:
        await eventually_awaited(lambda: live(client))
        from_ns = time.monotonic_ns()
        await client.ask(begin(tmp_path))
        await eventually_awaited(lambda: written(client, 0.5))
        held_ns = time.monotonic_ns()
        await client.ask(Hold(at_ns=held_ns))

        async def later() -> Heartbeat | None:
            found = await beat(client)
            return found if found and found.sources[0].last_ns > held_ns + NS // 2 else None

        holding = await eventually_awaited(later)
        assert all(part.written_ns <= held_ns + NS // 20 for part in holding.parts)
        await client.ask(Release())
        await eventually_awaited(lambda: written(client, (held_ns - from_ns) / NS + 0.5))
        await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=15)
    # What lies before 0 is hidden, and the take may begin within the picture that is there at 0.
    _, *whole = [at_s for at_s in instants_s(tmp_path / "teacher.mp4") if at_s >= 0]
    # None missing and none doubled: a busy machine stamps one a few milliseconds late.
    assert all(0.02 < b - a < 0.06 for a, b in pairwise(whole))


async def test_a_killed_worker_is_found_under_the_same_endpoints_with_its_part_playable(
    tmp_path: Path, endpoints: Endpoints, spawn: Spawn
) -> None:
    spec = source(PATTERN_URL, endpoints=endpoints)
    process = spawn(spec)
    async with WorkerClient(endpoints) as client:
        await eventually_awaited(lambda: live(client))
        take = begin(tmp_path)
        await client.ask(take)
        await eventually_awaited(lambda: written(client, 1.0))
        process.kill()
        process.wait()
        second = spawn(spec)
        again = await eventually_awaited(lambda: live(client))
        assert again.pid == second.pid
        await client.ask(take)
        await eventually_awaited(lambda: written(client, 0.5))
        await client.ask(End(end_ns=time.monotonic_ns()), timeout_s=15)
    assert length_s(tmp_path / "teacher.mp4") > 0.9
    assert length_s(tmp_path / "teacher.2.mp4") > 0.4


async def test_ctrl_c_is_not_for_workers_and_sigterm_seals(
    tmp_path: Path, endpoints: Endpoints, spawn: Spawn
) -> None:
    process = spawn(source(PATTERN_URL, endpoints=endpoints))
    async with WorkerClient(endpoints) as client:
        await eventually_awaited(lambda: live(client))
        await client.ask(begin(tmp_path))
        process.send_signal(signal.SIGINT)
        await eventually_awaited(lambda: written(client, 0.5))
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert length_s(tmp_path / "teacher.mp4") > 0.4
    assert b"moov" in (tmp_path / "teacher.mp4").read_bytes()


@pytest.mark.alone
async def test_a_camera_that_dies_is_told_within_3_s_and_found_again_when_it_returns(
    endpoints: Endpoints, spawn: Spawn
) -> None:
    port = free_port()
    spawn(source(f"tcp://127.0.0.1:{port}", endpoints=endpoints))

    async def lost() -> Heartbeat | None:
        found = await beat(client)
        return found if found and not found.sources[0].live else None

    async with WorkerClient(endpoints) as client:
        with serving(f"tcp://127.0.0.1:{port}?listen=1"):
            await eventually_awaited(lambda: live(client), within_s=20)
        told = await eventually_awaited(lost, within_s=3.0)
        assert told.sources[0].problem.startswith(f"tcp://127.0.0.1:{port}: ")
        assert (await client.ask(Replay())).packets == 0  # an old picture would be a lie
        with serving(f"tcp://127.0.0.1:{port}?listen=1"):
            await eventually_awaited(lambda: live(client), within_s=20)


def test_a_newcomer_sees_the_last_group_of_pictures_at_once(
    endpoints: Endpoints, spawn: Spawn
) -> None:
    spawn(source(PATTERN_URL, endpoints=endpoints))
    with PacketReader({"teacher": endpoints}) as early:
        eventually(lambda: of_stream(early.read(0.1), "teacher"))
        with PacketReader({"teacher": endpoints}) as late:
            found = eventually(lambda: of_stream(late.read(0.1), "teacher"))
            assert found[0].key
            assert found[0].format
            found += [p for _ in range(5) for p in of_stream(late.read(0.2), "teacher")]
    assert {b.dts_ns - a.dts_ns for a, b in pairwise(found)} == {NS // 25}


class PretendSource:
    """Gives packets as the test says: some, then a loss, or nothing for ever."""

    def __init__(self) -> None:
        self.opened = 0
        self.hangs = threading.Event()

    def __call__(self, _spec: SourceSpec, clock: Callable[[], int]) -> Generator[Coded, None, None]:
        self.opened += 1
        yield Coded(
            stream="teacher", pts_ns=clock(), dts_ns=clock(), duration_ns=1, key=True, data=b"x"
        )
        if self.hangs.wait(0.01):
            threading.Event().wait(30)
        raise SourceError("unplugged")


def test_a_source_is_opened_again_for_ever_and_each_loss_is_told_once() -> None:
    pretend = PretendSource()
    losses: list[str] = []
    reader = SourceReader(
        source(PATTERN_URL), deliver=lambda _: None, lost=losses.append, source=pretend
    )
    reader.start()
    eventually(lambda: pretend.opened >= 4)
    reader.stop()
    assert set(losses) == {"unplugged"}
    assert len(losses) <= pretend.opened


def test_a_worker_whose_reader_hangs_seals_and_ends_with_status_1(endpoints: Endpoints) -> None:
    pretend = PretendSource()
    pretend.hangs.set()
    skipped_ns = 0
    shell = Shell(endpoints, role="source", name="teacher")
    worker = SourceWorker(
        source(PATTERN_URL, endpoints=endpoints),
        shell,
        clock=lambda: time.monotonic_ns() + skipped_ns,
        source=pretend,
    )
    eventually(lambda: worker.heartbeat().sources[0].live)
    skipped_ns = HUNG_NS + NS
    assert shell.run(worker) == 1


async def test_a_source_refuses_what_is_for_the_director(
    endpoints: Endpoints, spawn: Spawn
) -> None:
    spawn(source(PATTERN_URL, endpoints=endpoints))
    async with WorkerClient(endpoints) as client:
        await eventually_awaited(lambda: beat(client))
        with pytest.raises(WorkerError, match="a source cannot Show"):
            await client.ask(Show(layout=Layout("single", ("teacher",))))
        assert (await client.ask(Replay())).problem == ""
