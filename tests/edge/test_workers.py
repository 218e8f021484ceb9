"""Worker processes outlive who started them, and are found again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import zmq.asyncio

from classroom_edge.paths import runtime_folder
from classroom_edge.services.processes import Running
from classroom_edge.services.workers import WorkerService, endpoints_for
from classroom_media.api import WorkerError
from classroom_media.messages import Begin, End
from classroom_media.workers.specs import SourceSpec
from tests.edge.room_at_work import is_there
from tests.waiting import eventually_async

MODULE = "classroom_media.workers.source"


Watched = Callable[..., AbstractAsyncContextManager[WorkerService]]


def made(
    folder: Path,
    context: zmq.asyncio.Context,
    tone: int = 440,
    changed: Callable[[], None] = lambda: None,
) -> WorkerService:
    runtime = runtime_folder(folder, "attic")
    endpoints = endpoints_for(runtime, "source", "pupils")
    url = f"pattern://?size=320x180&fps=25&tone={tone}"
    return WorkerService(
        role="source",
        name="pupils",
        module=MODULE,
        endpoints=endpoints,
        spec=lambda: SourceSpec(id="pupils", name="Pupils", url=url, endpoints=endpoints),
        heard=lambda _worker, _event: None,
        changed=changed,
        folder=runtime,
        log=folder / "log",
        context=context,
    )


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """Watch a worker until it is heard of, for the length of a block; then it is left alone."""
    left: list[Running] = []

    @asynccontextmanager
    async def watch(tone: int = 440) -> AsyncIterator[WorkerService]:
        with zmq.asyncio.Context() as context:
            service = made(tmp_path, context, tone)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(service.run())
                try:
                    await eventually_async(lambda: service.beat is not None, within_s=20)
                    yield service
                finally:
                    left.extend([service._process] if service._process else [])
                    running.cancel()

    yield watch
    for process in left:
        process.kill()
        await process.wait()


def begin(folder: Path) -> Begin:
    return Begin(recording="r", folder=str(folder), take=1, from_ns=0, lead_in=True)


async def test_the_first_word_of_a_worker_is_news(tmp_path: Path) -> None:
    known: list[bool] = []  # at each change: whether it has spoken
    with zmq.asyncio.Context() as context:
        service = made(tmp_path, context, changed=lambda: known.append(service.beat is not None))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.run())
            await eventually_async(lambda: known == [False, True], within_s=20)
            await service.end()
            running.cancel()


async def test_a_worker_is_found_again_and_not_started_twice(watched: Watched) -> None:
    async with watched() as first:
        pid = first.pid
    async with watched() as second:
        assert second.pid == pid


async def test_a_worker_that_has_ended_is_not_found(watched: Watched) -> None:
    async with watched() as first:
        pid = first.pid
        await first.end()
    assert not is_there(pid)
    async with watched() as second:
        assert second.pid != pid


async def test_a_worker_with_another_task_is_replaced(watched: Watched) -> None:
    async with watched() as first:
        pid = first.pid
    async with watched(tone=880) as second:
        assert second.pid != pid


async def test_a_worker_with_another_task_records_to_the_end_first(
    watched: Watched, tmp_path: Path
) -> None:
    async with watched() as first:
        pid = first.pid
        await first.ask(begin(tmp_path))
    async with watched(tone=880) as second:
        assert second.pid == pid
        await second.ask(End(end_ns=0))
        await eventually_async(lambda: second.pid not in {0, pid}, within_s=20)


@pytest.mark.alone
async def test_a_killed_worker_is_started_again_at_once(watched: Watched) -> None:
    async with watched() as service:
        killed = service.pid
        os.kill(killed, signal.SIGKILL)
        await eventually_async(lambda: service.pid not in {0, killed}, within_s=3)


async def test_a_worker_that_does_not_start_is_tried_again_and_told_of(tmp_path: Path) -> None:
    with zmq.asyncio.Context() as context:
        service = made(tmp_path, context)
        service.module = "classroom_media.workers.no_such_worker"
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.run())
            await eventually_async(lambda: service.is_unsteady, within_s=20)
            assert service.state in {"starting", "lost"}
            await service.end()
            running.cancel()


async def test_asking_before_the_start_is_an_error_of_the_worker(tmp_path: Path) -> None:
    with zmq.asyncio.Context() as context, pytest.raises(WorkerError, match="not started"):
        await made(tmp_path, context).ask(End(end_ns=0))


def test_addresses_fit_into_the_system_however_long_a_name_is(tmp_path: Path) -> None:
    endpoints = endpoints_for(runtime_folder(tmp_path, "attic"), "source", "x" * 40)
    assert len(endpoints.commands) < 100
    assert endpoints != endpoints_for(runtime_folder(tmp_path, "attic"), "source", "y" * 40)
    assert msgspec.json.encode(endpoints)
