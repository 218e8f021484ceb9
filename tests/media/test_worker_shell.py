"""The shell of a worker: commands, events and packets between threads and processes."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from pathlib import Path

import pytest
import zmq

from classroom_media.api import Kind, RecordError, StreamFormat, WorkerError
from classroom_media.messages import (
    AnyCommand,
    Begin,
    End,
    Heartbeat,
    Preview,
    Quit,
    Replay,
    Request,
    Status,
    reply_from_wire,
    request_to_wire,
)
from classroom_media.packets import Coded
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.shell import (
    BEAT_S,
    ORPHAN_IDLE_S,
    ORPHAN_RECORDING_S,
    Answer,
    Patience,
    Shell,
)
from classroom_media.workers.specs import Endpoints
from classroom_media.workers.subscribe import PacketReader
from tests.waiting import eventually

H264 = StreamFormat(kind=Kind.PICTURE, codec="h264", width=64, height=48)


def packet(number: int, *, key: bool = False, stream: str = "teacher") -> Coded:
    return Coded(
        stream=stream,
        pts_ns=number,
        dts_ns=number,
        duration_ns=1,
        key=key,
        data=b"x" * number,
        format=H264 if key else None,
    )


class PretendWorker:
    """Obeys everything but `Begin` and `End`; replays what it is told to."""

    def __init__(self, *replay: Coded) -> None:
        self.obeyed: list[AnyCommand] = []
        self.closed = False
        self.may_go_on = threading.Event()
        self.before_replay: Callable[[], object] = lambda: None
        self._replay = replay

    def heartbeat(self) -> Heartbeat:
        return Heartbeat(role="source", name="teacher", pid=1, at_ns=2)

    def handle(self, command: AnyCommand) -> Answer:
        self.obeyed.append(command)
        match command:
            case Begin():
                raise RecordError("no space left")
            case End():
                self.may_go_on.wait(10)
            case Replay():
                self.before_replay()
                return Answer(packets=self._replay)
        return Answer()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def endpoints(tmp_path: Path) -> Endpoints:
    return Endpoints(commands=f"ipc://{tmp_path}/c", packets=f"ipc://{tmp_path}/p")


@contextmanager
def running(endpoints: Endpoints, worker: PretendWorker) -> Iterator[Shell]:
    shell = Shell(endpoints, role="source", name="teacher")
    thread = threading.Thread(target=shell.run, args=(worker,))
    thread.start()
    try:
        yield shell
    finally:
        worker.may_go_on.set()
        shell.stop()
        thread.join(10)
        assert not thread.is_alive()


async def test_who_misses_the_first_heartbeat_hears_the_next_one_soon(endpoints: Endpoints) -> None:
    beats: list[float] = []
    async with WorkerClient(endpoints) as client, aclosing(client.events()) as events:
        with running(endpoints, PretendWorker()):
            async for _ in events:
                beats.append(time.monotonic())
                if len(beats) == 2:
                    break
    assert beats[1] - beats[0] < BEAT_S - 0.1


async def test_a_status_is_answered_with_a_heartbeat(endpoints: Endpoints) -> None:
    with running(endpoints, PretendWorker()):
        async with WorkerClient(endpoints) as client:
            reply = await client.ask(Status())
    assert reply.heartbeat == Heartbeat(role="source", name="teacher", pid=1, at_ns=2)


async def test_a_refusal_says_why(endpoints: Endpoints) -> None:
    begin = Begin(recording="r", folder="/", take=1, from_ns=0, lead_in=True)
    with running(endpoints, PretendWorker()):
        async with WorkerClient(endpoints) as client:
            with pytest.raises(WorkerError, match="Begin: no space left"):
                await client.ask(begin)


async def test_nothing_is_queued_for_a_worker_that_is_not_there(endpoints: Endpoints) -> None:
    worker = PretendWorker()
    async with WorkerClient(endpoints) as client:
        with pytest.raises(WorkerError, match=r"Preview: silent for 0\.05 s"):
            await client.ask(Preview(on=True), timeout_s=0.05)
        with running(endpoints, worker):
            await client.ask(Preview(on=False), timeout_s=5)
    assert worker.obeyed == [Preview(on=False)]


async def test_a_worker_that_comes_back_is_found_again(endpoints: Endpoints) -> None:
    async with WorkerClient(endpoints) as client:
        for _ in range(3):
            with running(endpoints, PretendWorker()):
                assert (await client.ask(Status(), timeout_s=5)).heartbeat


async def test_a_worker_answers_again_after_it_was_given_up_on(endpoints: Endpoints) -> None:
    worker = PretendWorker()
    with running(endpoints, worker):
        async with WorkerClient(endpoints) as client:
            with pytest.raises(WorkerError, match="End: silent"):
                await client.ask(End(end_ns=1), timeout_s=0.5)
            worker.may_go_on.set()
            assert (await client.ask(Status())).heartbeat


async def test_a_worker_beats_also_while_a_command_takes_its_time(endpoints: Endpoints) -> None:
    worker = PretendWorker()
    with running(endpoints, worker):
        async with WorkerClient(endpoints) as client, aclosing(client.events()) as events:
            with pytest.raises(WorkerError):
                await client.ask(End(end_ns=1), timeout_s=0.5)
            async with asyncio.timeout(5):
                assert isinstance(await anext(events), Heartbeat)
                assert isinstance(await anext(events), Heartbeat)
            assert not worker.may_go_on.is_set()


async def test_previews_reach_who_looks(endpoints: Endpoints) -> None:
    with running(endpoints, PretendWorker()) as shell:
        async with WorkerClient(endpoints) as client, aclosing(client.previews()) as pictures:
            async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
                looking = tasks.create_task(anext(pictures))
                while not looking.done():
                    shell.preview(b"JPEG")
                    await asyncio.sleep(0.01)
            assert looking.result() == b"JPEG"


async def test_quit_closes_the_worker_and_ends_the_shell(endpoints: Endpoints) -> None:
    worker = PretendWorker()
    shell = Shell(endpoints, role="source", name="teacher")
    status: list[int] = []
    thread = threading.Thread(target=lambda: status.append(shell.run(worker)))
    thread.start()
    async with WorkerClient(endpoints) as client:
        await client.ask(Quit())
    thread.join(10)
    assert worker.closed
    assert status == [0]


def test_noise_is_answered_and_does_not_disturb(endpoints: Endpoints) -> None:
    with (
        running(endpoints, PretendWorker()),
        zmq.Context() as context,
        context.socket(zmq.DEALER) as socket,
    ):
        socket.connect(endpoints.commands)
        for noise in (b"\xff", b'{"id":7}', b'{"id":7,"command":{"verb":"dance"}}'):
            socket.send(noise)
            assert socket.poll(5000)
            assert b"not understood" in socket.recv()


def test_another_version_is_refused(endpoints: Endpoints) -> None:
    with (
        running(endpoints, PretendWorker()),
        zmq.Context() as context,
        context.socket(zmq.DEALER) as socket,
    ):
        socket.connect(endpoints.commands)
        socket.send(request_to_wire(Request(id=3, command=Status(), version=2)))
        assert socket.poll(5000)
        assert reply_from_wire(socket.recv()).problem == "speaks version 1, not 2"


def test_a_reader_begins_with_the_replay_and_sees_nothing_twice(endpoints: Endpoints) -> None:
    worker = PretendWorker(packet(1, key=True), packet(2), packet(3))
    found: list[Coded] = []
    with running(endpoints, worker) as shell, PacketReader({"teacher": endpoints}) as reader:

        def all_four() -> bool:
            shell.publish(packet(3))
            shell.publish(packet(4))
            found.extend(reader.read(0.05))
            return len(found) >= 4

        eventually(all_four)
        found.extend(reader.read(0.1))
    assert [p.pts_ns for p in found] == [1, 2, 3, 4]
    assert found[0].format == H264


def test_live_packets_wait_for_the_replay_before_them(endpoints: Endpoints) -> None:
    worker = PretendWorker(packet(1, key=True), packet(2))
    seen = threading.Event()
    worker.before_replay = lambda: seen.wait(0.5)
    with running(endpoints, worker) as shell, PacketReader({"teacher": endpoints}) as reader:

        def asked() -> bool:
            shell.publish(packet(3))
            assert reader.read(0.02) == []
            return bool(worker.obeyed)

        eventually(asked)
        seen.set()
        found = eventually(lambda: reader.read(0.1))
    assert [p.pts_ns for p in found] == [1, 2, 3]


def read_while_sent(reader: PacketReader, shell: Shell, live: Coded) -> list[Coded]:
    shell.publish(live)
    return reader.read(0.1)


def test_a_reader_finds_a_worker_again_that_died(endpoints: Endpoints) -> None:
    with PacketReader({"teacher": endpoints}) as reader:
        for first in (1, 11, 21):
            worker = PretendWorker(packet(first, key=True), packet(first + 1))
            with running(endpoints, worker) as shell:
                live = packet(first + 1)
                found = eventually(partial(read_while_sent, reader, shell, live))
            assert [p.pts_ns for p in found] == [first, first + 1]


def test_a_worker_nobody_speaks_to_leaves_and_later_when_it_records() -> None:
    now_s = 0.0
    patience = Patience(lambda: int(now_s * 1e9))
    now_s = ORPHAN_IDLE_S + 1
    assert patience.over(lambda: False)
    assert not patience.over(lambda: True)
    patience.heard()
    assert not patience.over(lambda: False)
    now_s += ORPHAN_RECORDING_S + 1
    assert patience.over(lambda: True)


def test_signal_handlers_are_left_alone_outside_the_main_thread(endpoints: Endpoints) -> None:
    before = signal.getsignal(signal.SIGINT)
    with running(endpoints, PretendWorker()):
        assert signal.getsignal(signal.SIGINT) is before
